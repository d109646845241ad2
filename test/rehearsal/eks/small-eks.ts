import {
  AuthorizeSecurityGroupIngressCommand, CreateNetworkInterfaceCommand, CreateSecurityGroupCommand, DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateClusterCommand, type CreateClusterCommandInput, DescribeClusterCommand } from '@aws-sdk/client-eks';
import { GetRoleCommand, GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import type { ControlPlane } from '../../../lib/rehearsal/eks/control-plane';
import { kubeconfigFile } from '../../kubernetes/kubeconfig-file';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';
import { ACCOUNT, type PlayedAccount, type PlayedAccountOptions, REGION, roleArn, startAccount } from './played-eks';

/** moto's part, mocked. */
export const ec2 = mockClient(EC2Client);
export const iam = mockClient(IAMClient);

/** Roles of the account: their paths with their names, and who may assume them. */
const ROLES: Readonly<Record<string, string>> = {
  'ClusterRole': 'eks.amazonaws.com',
  'NodeRole': 'ec2.amazonaws.com',
  'Controller': 'pods.eks.amazonaws.com',
  'staff/Instructor': 'lambda.amazonaws.com',
};

const SUBNETS = [['subnet-a', `${REGION}a`], ['subnet-b', `${REGION}b`], ['subnet-a2', `${REGION}a`]] as const;

/** An account with the roles and subnets of the tests, whose control plane is a fake. */
export interface SmallEks extends PlayedAccount {
  readonly kubernetes: FakeKubernetes;
  /** What became of the control plane. */
  readonly controlPlane: readonly string[];
  /** URLs that control planes were given for their tokens. */
  readonly tokenReviewUrls: readonly string[];
  /** Makes the cluster `lab`, and waits until it is ACTIVE. */
  createCluster(change?: Partial<CreateClusterCommandInput>): Promise<void>;
}

/** Starts it. */
export async function startSmallEks(options: Partial<PlayedAccountOptions> = {}): Promise<SmallEks> {
  playMoto();
  const kubernetes = await FakeKubernetes.start();
  const calls: string[] = [];
  const urls: string[] = [];
  const controlPlane: ControlPlane = {
    start: ({ serviceCidr, podCidr, tokenReviewUrl }) => {
      urls.push(tokenReviewUrl);
      calls.push(`start ${serviceCidr} ${podCidr}`);
      return Promise.resolve({ endpoint: kubernetes.url, certificateAuthority: 'Q0E=', kubeconfig: kubeconfigFile({ server: kubernetes.url }) });
    },
    stop: () => {
      calls.push('stop');
      return Promise.resolve();
    },
    processes: () => [],
  };
  const played = await startAccount({ controlPlane, callers: { instructor: `arn:aws:sts::${ACCOUNT}:assumed-role/Instructor/kim` }, ...options });
  return {
    ...played,
    kubernetes,
    controlPlane: calls,
    tokenReviewUrls: urls,
    createCluster: async (change) => {
      await played.client.send(new CreateClusterCommand({ ...CLUSTER, ...change }));
      await until(async () => (await played.client.send(new DescribeClusterCommand({ name: 'lab' }))).cluster?.status !== 'CREATING');
    },
    stop: async () => {
      await played.stop();
      await kubernetes.stop();
    },
  };
}

/** A request for the cluster of the tests. */
export const CLUSTER: CreateClusterCommandInput = {
  name: 'lab',
  version: '1.35',
  roleArn: roleArn('ClusterRole'),
  resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-b'] },
  accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
  bootstrapSelfManagedAddons: false,
};

/** Waits until a condition is true. Jest's time limit is the deadline. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** What a call of the SDK is refused with: the error's name and its message. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(() => 'it was answered', (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)));
}

function playMoto(): void {
  ec2.reset();
  iam.reset();
  iam.on(GetRoleCommand).callsFake(({ RoleName }: { readonly RoleName: string }) => {
    const found = Object.entries(ROLES).find(([name]) => name === RoleName || name.endsWith(`/${RoleName}`));
    if (found === undefined) throw Object.assign(new Error(`Role ${RoleName} not found`), { name: 'NoSuchEntityException' });
    const trust = { Statement: { Effect: 'Allow', Principal: { Service: found[1] }, Action: 'sts:AssumeRole' } };
    return { Role: { Arn: roleArn(found[0]), AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)) } };
  });
  iam.on(GetUserCommand).rejects(Object.assign(new Error('no user'), { name: 'NoSuchEntityException' }));
  ec2.on(DescribeSubnetsCommand).callsFake(({ SubnetIds }: { readonly SubnetIds: readonly string[] }) => {
    const missing = SubnetIds.find((id) => !SUBNETS.some(([known]) => known === id));
    if (missing !== undefined) throw Object.assign(new Error(`The subnet ID '${missing}' does not exist`), { name: 'InvalidSubnetID.NotFound' });
    return { Subnets: SUBNETS.filter(([id]) => SubnetIds.includes(id)).map(([SubnetId, AvailabilityZone]) => ({ SubnetId, AvailabilityZone, VpcId: 'vpc-1' })) };
  });
  ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{ CidrBlock: '10.11.0.0/16' }] });
  ec2.on(CreateSecurityGroupCommand).resolves({ GroupId: 'sg-cluster' });
  ec2.on(AuthorizeSecurityGroupIngressCommand).resolves({});
  ec2.on(CreateNetworkInterfaceCommand).callsFake(({ SubnetId }: { readonly SubnetId: string }) => ({ NetworkInterface: { NetworkInterfaceId: `eni-${SubnetId}` } }));
}
