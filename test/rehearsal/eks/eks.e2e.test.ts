import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AssociateAccessPolicyCommand, CreateAccessEntryCommand, CreateAddonCommand, CreateClusterCommand, CreatePodIdentityAssociationCommand, DeleteAccessEntryCommand,
  DeleteClusterCommand, DescribeAddonCommand, DescribeClusterCommand,
} from '@aws-sdk/client-eks';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { clusterToken } from '../../../lib/aws/cluster-token';
import { NAMESPACES } from '../../../lib/kubernetes/core-kinds';
import { KwokControlPlane } from '../../../lib/rehearsal/eks/kwok-control-plane';
import { KWOK_KINDS, karpenterPodStages } from '../../../lib/rehearsal/karpenter-pods/kwok-documents';
import { isProcessRunning } from '../../../lib/rehearsal/process/running-processes';
import { toolchainIn } from '../../../lib/rehearsal/toolchain/toolchain';
import { runCommand } from '../../../lib/run-command';
import { runContext } from '../../../lib/run-context';
import { SIMULATED_ANNOTATION } from '../../../lib/well-known-keys';
import { temporaryFolder } from '../fake-program';
import { PINNED_VERSIONS } from '../pinned-versions';
import { type Moto, startMoto } from '../moto';
import { ACCOUNT, type PlayedAccount, REGION, roleArn, startAccount } from './played-eks';

const CALLERS: Record<string, string> = {
  instructor: `arn:aws:sts::${ACCOUNT}:assumed-role/Instructor/kim`,
  student: `arn:aws:sts::${ACCOUNT}:assumed-role/Student/lee`,
};
const SECRETS: Readonly<Record<string, string>> = { instructor: 'secret', student: 'secret', node: 'secret' };

describe('a cluster with a real control plane', () => {
  let moto: Moto;
  let played: PlayedAccount;
  let controlPlane: KwokControlPlane;
  let subnetIds: string[];
  let nodeName: string;
  const folder = temporaryFolder();
  const toolchain = toolchainIn(dirname(dirname(process.env['REHEARSAL_MOTO'] ?? '')), PINNED_VERSIONS);

  beforeAll(async () => {
    moto = await startMoto([]);
    const aws = { endpoint: moto.url, region: REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    const [ec2, iam] = [new EC2Client(aws), new IAMClient(aws)];
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.11.0.0/16' }));
    subnetIds = await Promise.all(['a', 'b'].map(async (zone, index) => {
      const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: `10.11.${index}.0/24`, AvailabilityZone: `${REGION}${zone}` }));
      return Subnet?.SubnetId ?? '';
    }));
    for (const [RoleName, Service] of [['ClusterRole', 'eks.amazonaws.com'], ['Instructor', 'ec2.amazonaws.com'], ['Student', 'ec2.amazonaws.com'], ['NodeRole', 'ec2.amazonaws.com'], ['Controller', 'pods.eks.amazonaws.com']]) {
      const AssumeRolePolicyDocument = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }] });
      await iam.send(new CreateRoleCommand({ RoleName, Path: RoleName === 'Instructor' ? '/staff/' : '/', AssumeRolePolicyDocument }));
    }
    const { Instances: [instance] = [] } = await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, SubnetId: subnetIds[0], ImageId: 'ami-1' }));
    CALLERS['node'] = `arn:aws:sts::${ACCOUNT}:assumed-role/NodeRole/${instance?.InstanceId}`;
    nodeName = `ip-${instance?.PrivateIpAddress?.replaceAll('.', '-')}.${REGION}.compute.internal`;
    const environment = { PATH: `${toolchain.binDirectory}:${process.env['PATH'] ?? ''}`, HOME: folder };
    controlPlane = new KwokControlPlane({ name: 'eks-test', toolchain, environment, directory: join(folder, 'control-plane'), documents: karpenterPodStages(), kwokKinds: KWOK_KINDS }, runContext());
    played = await startAccount({ controlPlane, moto: moto.url, callers: CALLERS, secretAccessKeyOf: (key) => SECRETS[key] });
    await create();
  });

  afterAll(async () => {
    await played.stop();
    await moto.stop();
  });

  async function create(): Promise<void> {
    await played.client.send(new CreateClusterCommand({
      name: 'lab',
      version: '1.35',
      roleArn: roleArn('ClusterRole'),
      resourcesVpcConfig: { subnetIds },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
    }));
    await until(async () => (await describeCluster())?.status === 'ACTIVE');
  }

  async function describeCluster() {
    return (await played.client.send(new DescribeClusterCommand({ name: 'lab' }))).cluster;
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  /** What kubectl says with the token of a key, for a cluster. */
  async function kubectl(key: string, args: readonly string[], { clusterName = 'lab', secret = 'secret' } = {}): Promise<string> {
    const { endpoint, certificateAuthority } = await describeCluster() ?? {};
    const authority = join(folder, 'ca.crt');
    writeFileSync(authority, Buffer.from(certificateAuthority?.data ?? '', 'base64'));
    const signer = { region: () => Promise.resolve(REGION), credentials: () => Promise.resolve({ accessKeyId: key, secretAccessKey: secret }) };
    const token = await clusterToken(signer, clusterName, new Date());
    const connection = ['--server', endpoint ?? '', '--certificate-authority', authority, '--token', token, '--kubeconfig', '/dev/null'];
    const { stdout, stderr } = await runCommand({ command: toolchain.kubectl, args: [...connection, ...args], env: { HOME: folder }, workingDirectory: folder });
    return `${stdout}${stderr}`.trim();
  }

  it('lets in whom an access entry names, and keeps everyone else out', async () => {
    expect(await kubectl('instructor', ['get', 'namespaces'])).toContain('You must be logged in to the server');
    await played.client.send(new CreateAccessEntryCommand({ clusterName: 'lab', principalArn: roleArn('staff/Instructor'), kubernetesGroups: ['teachers'] }));
    await played.client.send(new AssociateAccessPolicyCommand({
      clusterName: 'lab', principalArn: roleArn('staff/Instructor'), policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', accessScope: { type: 'cluster' },
    }));
    await until(async () => (await kubectl('instructor', ['get', 'namespaces', '--output', 'name'])).includes('namespace/kube-system'));
    expect(JSON.parse(await kubectl('instructor', ['auth', 'whoami', '--output', 'json']))).toMatchObject({
      status: { userInfo: { username: `arn:aws:sts::${ACCOUNT}:assumed-role/Instructor/kim`, groups: expect.arrayContaining(['teachers', 'system:authenticated']) } },
    });
    expect(await kubectl('student', ['get', 'namespaces'])).toContain('You must be logged in to the server');
    expect(await kubectl('instructor', ['get', 'namespaces'], { clusterName: 'another' })).toContain('You must be logged in to the server');
    expect(await kubectl('instructor', ['get', 'namespaces'], { secret: 'guessed' })).toContain('You must be logged in to the server');
    expect(played.account.findings.found.map(({ resource }) => resource)).toEqual(expect.arrayContaining([roleArn('Student'), 'the API of cluster lab']));
  });

  it('lets an instance register its own node, which kwok keeps ready, and no other', async () => {
    await played.client.send(new CreateAccessEntryCommand({ clusterName: 'lab', principalArn: roleArn('NodeRole'), type: 'EC2_LINUX' }));
    const create = async (name: string) => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify({
        apiVersion: 'v1', kind: 'Node', metadata: { name, annotations: { [SIMULATED_ANNOTATION]: 'fake' }, labels: { 'eks.amazonaws.com/nodegroup': 'system' } },
        spec: { providerID: 'aws:///ap-northeast-2a/i-1', taints: [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' }] },
      }));
      return kubectl('node', ['create', '--filename', file]);
    };
    await until(async () => (await create(nodeName)).includes('created'));
    expect(await create('ip-10-11-0-200.ap-northeast-2.compute.internal')).toContain(`node "${nodeName}" is not allowed to modify node`);
    await until(async () => (await kubectl('instructor', ['get', 'node', nodeName, '--output', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'])) === 'True');
    expect(await kubectl('instructor', ['get', 'crd', 'logs.kwok.x-k8s.io', '--output', 'name'])).toContain('customresourcedefinition');
    expect(await kubectl('node', ['get', 'secrets', '--all-namespaces'])).toContain('forbidden');
  });

  it('gives pods the credentials of the role that is associated with their ServiceAccount', async () => {
    expect(played.eks.podIdentityFor('kube-system', 'default')).toBeUndefined();
    await played.client.send(new CreatePodIdentityAssociationCommand({ clusterName: 'lab', namespace: 'kube-system', serviceAccount: 'default', roleArn: roleArn('Controller') }));
    await played.client.send(new CreateAddonCommand({ clusterName: 'lab', addonName: 'eks-pod-identity-agent' }));
    await until(async () => (await played.client.send(new DescribeAddonCommand({ clusterName: 'lab', addonName: 'eks-pod-identity-agent' }))).addon?.status === 'ACTIVE');
    const identity = played.eks.podIdentityFor('kube-system', 'default');
    const url = identity?.environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
    const tokenFor = async (audience: string) => kubectl('instructor', ['create', 'token', 'default', '--namespace', 'kube-system', '--audience', audience]);
    // The controller manager makes the account some time after the namespace.
    await until(async () => (await tokenFor('pods.eks.amazonaws.com')).startsWith('ey'));
    const ask = async (audience: string) => fetch(url, { headers: { authorization: await tokenFor(audience) } });
    expect((await ask('pods.eks.amazonaws.com')).status).toBe(200);
    expect((await ask('sts.amazonaws.com')).status).toBe(400);
    expect(played.assumed).toEqual([expect.objectContaining({
      roleArn: roleArn('Controller'), service: 'pods.eks.amazonaws.com',
      tags: expect.objectContaining({ 'eks-cluster-name': 'lab', 'kubernetes-namespace': 'kube-system', 'kubernetes-service-account': 'default' }),
    })]);
  });

  it('keeps out whose access entry is gone', async () => {
    await played.client.send(new DeleteAccessEntryCommand({ clusterName: 'lab', principalArn: roleArn('staff/Instructor') }));
    await until(async () => (await kubectl('instructor', ['get', 'namespaces'])).includes('You must be logged in to the server'));
  });

  it('ends with its processes, and the next one is empty', async () => {
    await played.eks.kubernetes()?.create(NAMESPACES, { metadata: { name: 'left' } });
    const processes = controlPlane.processes();
    expect(processes.map(({ name }) => name)).toEqual(expect.arrayContaining(['etcd', 'kube-apiserver', 'kube-scheduler', 'kube-controller-manager', 'kwok-controller']));
    await played.client.send(new DeleteClusterCommand({ name: 'lab' }));
    await until(async () => describeCluster().then(() => false, (error: unknown) => error instanceof Error && error.name === 'ResourceNotFoundException'));
    expect(processes.filter(isProcessRunning)).toEqual([]);
    await create();
    const namespaces = await played.eks.kubernetes()?.listBodies(NAMESPACES);
    expect(JSON.stringify(namespaces)).not.toContain('"left"');
  });
});
