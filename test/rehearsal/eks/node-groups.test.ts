/** @jest-environment ./test/support/kubernetes-client-environment.js */
import {
  DescribeImagesCommand, DescribeInstanceTypesCommand, DescribeLaunchTemplateVersionsCommand, RunInstancesCommand, type RunInstancesCommandInput, TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateNodegroupCommand, type CreateNodegroupCommandInput, DeleteClusterCommand, DeleteNodegroupCommand, DescribeAccessEntryCommand, DescribeNodegroupCommand,
  DescribeUpdateCommand, ListAccessEntriesCommand, ListNodegroupsCommand, UpdateNodegroupConfigCommand, UpdateNodegroupVersionCommand,
} from '@aws-sdk/client-eks';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, DeleteInstanceProfileCommand, RemoveRoleFromInstanceProfileCommand } from '@aws-sdk/client-iam';
import { NODES, PODS } from '../../../lib/kubernetes/core-kinds';
import { readNodeConfig } from '../../../lib/rehearsal/ec2/boot/node-config';
import { roleArn } from './played-eks';
import { ec2, iam, refusalOf, type SmallEks, startSmallEks, until } from './small-eks';

let small: SmallEks;
/** Whether launched instances become nodes. */
let boots: boolean;

const GROUP: CreateNodegroupCommandInput = {
  clusterName: 'lab',
  nodegroupName: 'system',
  nodeRole: roleArn('NodeRole'),
  subnets: ['subnet-a', 'subnet-b'],
  instanceTypes: ['t3.medium'],
  amiType: 'AL2023_x86_64_STANDARD',
  releaseVersion: '1.35.8-20260917',
  scalingConfig: { minSize: 2, maxSize: 3, desiredSize: 2 },
};
const ID = { clusterName: 'lab', nodegroupName: 'system' };

beforeEach(async () => {
  small = await startSmallEks({ haste: 20 });
  boots = true;
  let launched = 0;
  ec2.on(RunInstancesCommand).callsFake(() => {
    launched += 1;
    const id = `i-${launched}`;
    if (boots) small.kubernetes.put(NODES, { metadata: { name: `node-${launched}` }, spec: { providerID: `aws:///a/${id}` }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    return { Instances: [{ InstanceId: id }] };
  });
  ec2.on(TerminateInstancesCommand).resolves({});
  ec2.on(DescribeImagesCommand).callsFake(({ Filters: [filter] }: { readonly Filters: readonly { readonly Values: readonly string[] }[] }) => ({
    Images: ['amazon-eks-node-al2023-x86_64-standard-1.35-v20260917', 'amazon-eks-node-al2023-x86_64-standard-1.35-v20261001']
      .filter((name) => filter?.Values.some((pattern) => pattern === name || pattern.endsWith('v*'))).map((Name) => ({ Name, ImageId: `ami-${Name.slice(-8)}` })),
  }));
  ec2.on(DescribeInstanceTypesCommand).callsFake(({ InstanceTypes }: { readonly InstanceTypes: readonly string[] }) => ({
    InstanceTypes: InstanceTypes.map((InstanceType) => ({ InstanceType, ProcessorInfo: { SupportedArchitectures: [InstanceType.startsWith('t4g') ? 'arm64' : 'x86_64'] } })),
  }));
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ LaunchTemplateId: 'lt-1', LaunchTemplateName: 'system', VersionNumber: 1, LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required' } } }],
  });
  iam.on(CreateInstanceProfileCommand).resolves({});
  iam.on(AddRoleToInstanceProfileCommand).resolves({});
  await small.createCluster();
});

afterEach(() => small.stop());

const described = async () => (await small.client.send(new DescribeNodegroupCommand(ID))).nodegroup;
const launches = (): readonly RunInstancesCommandInput[] => ec2.commandCalls(RunInstancesCommand).map(({ args }) => args[0].input);

async function createGroup(change: Partial<CreateNodegroupCommandInput> = {}): Promise<void> {
  await small.client.send(new CreateNodegroupCommand({ ...GROUP, ...change }));
  await until(async () => (await described())?.status !== 'CREATING');
}

describe('a node group', () => {
  it('launches instances spread over its subnets, and is ACTIVE once they are nodes', async () => {
    await createGroup();
    expect(await described()).toMatchObject({ status: 'ACTIVE', releaseVersion: '1.35.8-20260917', scalingConfig: { desiredSize: 2 }, health: { issues: [] } });
    const [profile] = iam.commandCalls(CreateInstanceProfileCommand).map(({ args }) => args[0].input.InstanceProfileName);
    expect(profile).toMatch(/^eks-/);
    expect(launches().map(({ SubnetId }) => SubnetId)).toEqual(['subnet-a', 'subnet-b']);
    expect(launches()[0]).toMatchObject({
      ImageId: 'ami-20260917',
      InstanceType: 't3.medium',
      SecurityGroupIds: ['sg-cluster'],
      IamInstanceProfile: { Name: profile },
      TagSpecifications: expect.arrayContaining([{
        ResourceType: 'instance',
        Tags: expect.arrayContaining([{ Key: 'eks:nodegroup-name', Value: 'system' }, { Key: 'kubernetes.io/cluster/lab', Value: 'owned' }]),
      }]),
    });
  });

  it('tells its instances by their user data which cluster to join, and how', async () => {
    await createGroup({ labels: { team: 'a' }, taints: [{ key: 'CriticalAddonsOnly', effect: 'NO_SCHEDULE' }], launchTemplate: { id: 'lt-1', version: '1' } });
    expect(launches()[0]?.LaunchTemplate).toEqual({ LaunchTemplateId: 'lt-1', Version: '1' });
    expect(readNodeConfig(Buffer.from(launches()[0]?.UserData ?? '', 'base64').toString())).toMatchObject({
      clusterName: 'lab',
      endpoint: small.kubernetes.url,
      certificateAuthority: 'Q0E=',
      maxPods: 17,
      labels: {
        'eks.amazonaws.com/nodegroup': 'system', 'eks.amazonaws.com/capacityType': 'ON_DEMAND', 'eks.amazonaws.com/nodegroup-image': 'ami-20260917',
        'eks.amazonaws.com/sourceLaunchTemplateId': 'lt-1', 'team': 'a',
      },
      taints: [{ key: 'CriticalAddonsOnly', effect: 'NoSchedule' }],
    });
  });

  it('lets its role in by itself, and no longer than it stands', async () => {
    await createGroup();
    expect((await small.client.send(new DescribeAccessEntryCommand({ clusterName: 'lab', principalArn: roleArn('NodeRole') }))).accessEntry?.type).toBe('EC2_LINUX');
    await small.client.send(new DeleteNodegroupCommand(ID));
    await until(async () => (await small.client.send(new ListNodegroupsCommand({ clusterName: 'lab' }))).nodegroups?.length === 0);
    expect((await small.client.send(new ListAccessEntriesCommand({ clusterName: 'lab' }))).accessEntries).toEqual([]);
    expect(ec2.commandCalls(TerminateInstancesCommand)[0]?.args[0].input).toEqual({ InstanceIds: ['i-1', 'i-2'] });
    expect(iam.commandCalls(RemoveRoleFromInstanceProfileCommand)).toHaveLength(1);
    expect(iam.commandCalls(DeleteInstanceProfileCommand)).toHaveLength(1);
  });

  it('drains the nodes that it gives up, except of the pods of DaemonSets', async () => {
    await createGroup({ scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 2 } });
    const owned = (kind: string) => [{ kind, name: 'owner' }];
    small.kubernetes.put(PODS, { metadata: { namespace: 'kube-system', name: 'coredns', ownerReferences: owned('ReplicaSet') }, spec: { nodeName: 'node-1' } });
    small.kubernetes.put(PODS, { metadata: { namespace: 'kube-system', name: 'kube-proxy', ownerReferences: owned('DaemonSet') }, spec: { nodeName: 'node-1' } });
    const { update } = await small.client.send(new UpdateNodegroupConfigCommand({ ...ID, scalingConfig: { desiredSize: 1 } }));
    await until(async () => (await small.client.send(new DescribeUpdateCommand({ name: 'lab', nodegroupName: 'system', updateId: update?.id }))).update?.status === 'Successful');
    expect(small.kubernetes.find(PODS, { namespace: 'kube-system', name: 'coredns' })).toBeUndefined();
    expect(small.kubernetes.find(PODS, { namespace: 'kube-system', name: 'kube-proxy' })).toBeDefined();
    expect(small.kubernetes.find(NODES, { name: 'node-1' })).toMatchObject({ spec: { unschedulable: true } });
    expect(ec2.commandCalls(TerminateInstancesCommand)[0]?.args[0].input).toEqual({ InstanceIds: ['i-1'] });
  });

  it('replaces its nodes by those of another release', async () => {
    await createGroup();
    await small.client.send(new UpdateNodegroupVersionCommand({ ...ID, releaseVersion: '1.35.9-20261001' }));
    await until(async () => (await described())?.status === 'ACTIVE');
    expect(launches().map(({ ImageId }) => ImageId)).toEqual(['ami-20260917', 'ami-20260917', 'ami-20261001', 'ami-20261001']);
    expect(ec2.commandCalls(TerminateInstancesCommand)[0]?.args[0].input).toEqual({ InstanceIds: ['i-1', 'i-2'] });
  });

  it('keeps its cluster', async () => {
    await createGroup();
    expect(await refusalOf(small.client.send(new DeleteClusterCommand({ name: 'lab' })))).toBe('ResourceInUseException: Cluster has nodegroups attached');
  });

  it('fails when its instances do not join, with what was found about them', async () => {
    boots = false;
    small.account.findings.report({ kind: 'node-not-joined', resource: 'instance i-2 (system)', expected: 'a way out', found: 'its subnet has none' });
    small.account.findings.report({ kind: 'node-not-joined', resource: 'instance i-9', expected: 'x', found: 'another group\'s' });
    await createGroup();
    expect(await described()).toMatchObject({
      status: 'CREATE_FAILED',
      health: { issues: [{
        code: 'NodeCreationFailure',
        message: 'Instances failed to join the kubernetes cluster. instance i-2 (system): its subnet has none; expected: a way out',
        resourceIds: ['i-1', 'i-2'],
      }] },
    });
  });

  it('fails when EC2 does not launch', async () => {
    ec2.on(RunInstancesCommand).rejects(Object.assign(new Error('You have requested more vCPU capacity than your current limit'), { name: 'VcpuLimitExceeded' }));
    await createGroup();
    expect(await described()).toMatchObject({ status: 'CREATE_FAILED', health: { issues: [{ code: 'AsgInstanceLaunchFailures', message: expect.stringContaining('more vCPU capacity') }] } });
  });

  const wrong: readonly (readonly [string, Partial<CreateNodegroupCommandInput>, string])[] = [
    ['an instance type of another architecture', { instanceTypes: ['t4g.medium'] }, 'InvalidParameterException: [t4g.medium] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD'],
    ['a role that EC2 may not assume', { nodeRole: roleArn('ClusterRole') }, 'InvalidParameterException: Following required service principals [ec2.amazonaws.com]'],
    ['a role that is not there', { nodeRole: roleArn('Nobody') }, 'InvalidParameterException: The role with name Nobody cannot be found.'],
    ['a release that is not there', { releaseVersion: '1.35.8-20200101' }, 'InvalidParameterException: Requested release version 1.35.8-20200101 is not valid'],
    ['a release of another version', { releaseVersion: '1.34.2-20260917' }, 'InvalidParameterException: Requested release version 1.34.2-20260917 is not valid'],
    ['a subnet that is not there', { subnets: ['subnet-x'] }, 'InvalidParameterException: The subnet ID \'subnet-x\' does not exist'],
    ['more nodes than its maximum', { scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 3 } }, 'InvalidParameterException: Desired capacity 3 can\'t be greater than max size 2'],
    ['a disk beside a launch template', { diskSize: 20, launchTemplate: { id: 'lt-1' } }, 'InvalidParameterException: Disk size must be specified within the launch template.'],
    ['an image that is not played', { amiType: 'BOTTLEROCKET_x86_64' }, 'InvalidRequestException: A rehearsal does not play node groups of the AMI type BOTTLEROCKET_x86_64'],
  ];
  it.each(wrong)('fails when it asks for %s', async (_what, change, refusal) => {
    expect(await refusalOf(small.client.send(new CreateNodegroupCommand({ ...GROUP, ...change })))).toContain(refusal);
    expect(launches()).toEqual([]);
  });

  it('fails when its launch template says what EKS decides', async () => {
    ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [{ LaunchTemplateId: 'lt-1', LaunchTemplateData: { IamInstanceProfile: { Name: 'own' } } }] });
    expect(await refusalOf(small.client.send(new CreateNodegroupCommand({ ...GROUP, launchTemplate: { id: 'lt-1' } })))).toContain('Launch template lt-1 should not specify IamInstanceProfile');
  });
});
