/** @jest-environment ./test/support/kubernetes-client-environment.js */
import { CreateNetworkInterfaceCommand, CreateSecurityGroupCommand, DeleteNetworkInterfaceCommand, DeleteSecurityGroupCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand, type CreateClusterCommandInput, DeleteClusterCommand, DescribeAccessEntryCommand, DescribeClusterCommand, DescribeClusterVersionsCommand,
  ListAssociatedAccessPoliciesCommand, ListClustersCommand, ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand, UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { roleArn } from './played-eks';
import { CLUSTER, ec2, refusalOf, type SmallEks, startSmallEks, until } from './small-eks';

let small: SmallEks;

beforeEach(async () => {
  small = await startSmallEks();
});

afterEach(() => small.stop());

const described = async () => (await small.client.send(new DescribeClusterCommand({ name: 'lab' }))).cluster;

describe('a cluster', () => {
  it('becomes ACTIVE once its control plane answers', async () => {
    await small.createCluster();
    expect(small.controlPlane).toEqual(['start 10.100.0.0/16 10.11.0.0/16']);
    expect(await described()).toMatchObject({
      status: 'ACTIVE',
      endpoint: small.kubernetes.url,
      certificateAuthority: { data: 'Q0E=' },
      resourcesVpcConfig: { vpcId: 'vpc-1', clusterSecurityGroupId: 'sg-cluster', subnetIds: ['subnet-a', 'subnet-b'] },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
    });
    expect(await small.eks.nodeClusters.list()).toMatchObject([{ name: 'lab', endpoint: small.kubernetes.url, securityGroupIds: ['sg-cluster'] }]);
  });

  it('has a security group that is tagged as its own, and interfaces in two zones', async () => {
    await small.createCluster({ resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-a2', 'subnet-b'] } });
    expect(ec2.commandCalls(CreateSecurityGroupCommand)[0]?.args[0].input).toMatchObject({
      GroupName: expect.stringMatching(/^eks-cluster-sg-lab-\d+$/),
      TagSpecifications: [{ Tags: expect.arrayContaining([{ Key: 'aws:eks:cluster-name', Value: 'lab' }, { Key: 'kubernetes.io/cluster/lab', Value: 'owned' }]) }],
    });
    const interfaces = ec2.commandCalls(CreateNetworkInterfaceCommand).map(({ args }) => args[0].input);
    expect(interfaces).toMatchObject([{ SubnetId: 'subnet-a2', Description: 'Amazon EKS lab' }, { SubnetId: 'subnet-b' }]);
  });

  it('is gone with what EKS made for it', async () => {
    await small.createCluster();
    await small.client.send(new DeleteClusterCommand({ name: 'lab' }));
    await until(async () => (await small.client.send(new ListClustersCommand({}))).clusters?.length === 0);
    expect(small.controlPlane.at(-1)).toBe('stop');
    expect(small.eks.kubernetes()).toBeUndefined();
    expect(ec2.commandCalls(DeleteNetworkInterfaceCommand)).toHaveLength(2);
    expect(ec2.commandCalls(DeleteSecurityGroupCommand)[0]?.args[0].input).toEqual({ GroupId: 'sg-cluster' });
  });

  it('makes its creator admin where its request does not say otherwise', async () => {
    await small.createCluster({ accessConfig: { authenticationMode: 'API' } });
    const id = { clusterName: 'lab', principalArn: roleArn('staff/Instructor') };
    await until(async () => (await small.client.send(new ListAssociatedAccessPoliciesCommand(id))).associatedAccessPolicies?.length === 1);
    expect((await small.client.send(new DescribeAccessEntryCommand(id))).accessEntry?.type).toBe('STANDARD');
  });

  it('takes changes of its logs and of the access to its endpoint', async () => {
    await small.createCluster();
    await small.client.send(new UpdateClusterConfigCommand({ name: 'lab', resourcesVpcConfig: { endpointPrivateAccess: true } }));
    const { update } = await small.client.send(new UpdateClusterConfigCommand({ name: 'lab', logging: { clusterLogging: [{ types: ['api'], enabled: true }] } }));
    expect(update?.status).toBe('Successful');
    expect(await described()).toMatchObject({
      resourcesVpcConfig: { endpointPrivateAccess: true, subnetIds: ['subnet-a', 'subnet-b'] }, logging: { clusterLogging: [{ types: ['api'], enabled: true }, { enabled: false }] },
    });
  });

  it('takes tags, and gives them up', async () => {
    await small.createCluster({ tags: { a: '1' } });
    const resourceArn = (await described())?.arn ?? '';
    await small.client.send(new TagResourceCommand({ resourceArn, tags: { b: '2' } }));
    await small.client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
    expect((await small.client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: '2' });
  });

  const wrong: readonly (readonly [string, Partial<CreateClusterCommandInput>, string])[] = [
    ['subnets of one zone', { resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-a2'] } }, 'InvalidParameterException: Subnets specified must be in at least two different AZs'],
    ['a subnet that is not there', { resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-x'] } }, 'InvalidParameterException: The subnet ID \'subnet-x\' does not exist'],
    ['a role that does not trust EKS', { roleArn: roleArn('NodeRole') }, 'InvalidParameterException: Role with arn: arn:aws:iam::123456789012:role/NodeRole, could not be assumed'],
    ['a role that is not there', { roleArn: roleArn('other/ClusterRole') }, 'InvalidParameterException: Role with arn'],
    ['a version that EKS does not offer', { version: '1.29' }, 'InvalidParameterException: unsupported Kubernetes version 1.29'],
    ['a version that is not played', { version: '1.34' }, 'InvalidRequestException: A rehearsal does not play Kubernetes 1.34'],
    ['another way to let users in', { accessConfig: { authenticationMode: 'CONFIG_MAP' } }, 'InvalidRequestException: A rehearsal does not play the authentication mode CONFIG_MAP'],
    ['Auto Mode', { computeConfig: { enabled: true } }, 'InvalidRequestException: A rehearsal does not play EKS Auto Mode'],
    ['a part that is not played', { outpostConfig: { outpostArns: [], controlPlaneInstanceType: '' } }, 'InvalidRequestException: A rehearsal does not play outpostConfig of a cluster'],
  ];
  it.each(wrong)('fails when it is asked for with %s', async (_what, change, refusal) => {
    expect(await refusalOf(small.client.send(new CreateClusterCommand({ ...CLUSTER, ...change })))).toContain(refusal);
    expect(small.controlPlane).toEqual([]);
  });

  it('is a finding when its role lets in another service, with the one that it lets in', async () => {
    await refusalOf(small.client.send(new CreateClusterCommand({ ...CLUSTER, roleArn: roleArn('NodeRole') })));
    expect(small.account.findings.found).toMatchObject([{
      kind: 'role-not-assumed', resource: roleArn('NodeRole'), expected: 'eks.amazonaws.com may assume the role', found: 'its trust policy lets in ec2.amazonaws.com',
    }]);
  });

  it('fails when its name is taken, or another one is there', async () => {
    await small.createCluster();
    expect(await refusalOf(small.client.send(new CreateClusterCommand(CLUSTER)))).toBe('ResourceInUseException: Cluster already exists with name: lab');
    expect(await refusalOf(small.client.send(new CreateClusterCommand({ ...CLUSTER, name: 'lab-2' })))).toContain('A rehearsal does not play a second cluster');
  });
});

describe('a cluster whose control plane does not start', () => {
  it('fails when the programs do not get ready, and says why', async () => {
    const failing = await startSmallEks({ controlPlane: { start: () => Promise.reject(new Error('no memory')), stop: () => Promise.resolve(), processes: () => [] } });
    await failing.createCluster();
    const { cluster } = await failing.client.send(new DescribeClusterCommand({ name: 'lab' }));
    expect(cluster).toMatchObject({ status: 'FAILED', health: { issues: [{ message: 'no memory' }] } });
    expect(failing.account.findings.found).toMatchObject([{ kind: 'resource-failed', resource: 'cluster lab', found: 'no memory' }]);
    await failing.stop();
  });
});

describe('versions of Kubernetes', () => {
  it('are those that EKS offers, with the end of their support', async () => {
    const { clusterVersions } = await small.client.send(new DescribeClusterVersionsCommand({ clusterVersions: ['1.35'] }));
    expect(clusterVersions).toMatchObject([{ clusterVersion: '1.35', versionStatus: 'STANDARD_SUPPORT', endOfStandardSupportDate: new Date('2027-03-27') }]);
    expect((await small.client.send(new DescribeClusterVersionsCommand({ clusterVersions: ['1.29'] }))).clusterVersions).toEqual([]);
  });
});
