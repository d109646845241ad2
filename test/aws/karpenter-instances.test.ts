import { DescribeInstancesCommand, EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { karpenterInstances } from '../../lib/aws/karpenter-instances';

const ec2 = new EC2Client({ region: 'ap-northeast-2' });
const mock = mockClient(ec2);

const instance = (id: string, tags: Readonly<Record<string, string>>, state: 'running' | 'shutting-down' | 'terminated' = 'running'): Instance => ({
  InstanceId: id,
  InstanceType: 'c5a.2xlarge',
  State: { Name: state },
  Placement: { AvailabilityZone: 'ap-northeast-2b' },
  LaunchTime: new Date('2026-11-23T09:00:00Z'),
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});
const OWNED = { 'kubernetes.io/cluster/karpenter-lab': 'owned' };

describe('instances that Karpenter launched', () => {
  beforeEach(() => mock.reset());

  it('are those with the tags of exactly this cluster, from all pages', async () => {
    mock.on(DescribeInstancesCommand).resolvesOnce({
      Reservations: [{ Instances: [
        instance('i-launched', { ...OWNED, 'eks:eks-cluster-name': 'karpenter-lab', 'karpenter.sh/nodepool': 'default', 'karpenter.sh/nodeclaim': 'default-x7' }),
        instance('i-node-group', { ...OWNED, 'eks:cluster-name': 'karpenter-lab', 'eks:nodegroup-name': 'system' }),
        instance('i-of-eks', { ...OWNED, 'eks:eks-cluster-name': 'karpenter-lab' }),
        instance('i-another-cluster', { 'kubernetes.io/cluster/karpenter-lab-2': 'owned', 'eks:eks-cluster-name': 'karpenter-lab-2', 'karpenter.sh/nodepool': 'default' }),
      ] }],
      NextToken: 'more',
    }).resolvesOnce({
      Reservations: [{ Instances: [
        instance('i-older-tags', { ...OWNED, 'karpenter.sh/nodepool': 'students' }, 'shutting-down'),
        instance('i-two-names', { ...OWNED, 'eks:eks-cluster-name': 'karpenter-lab-2', 'karpenter.sh/nodepool': 'default' }),
        instance('i-shared', { 'kubernetes.io/cluster/karpenter-lab': 'shared', 'karpenter.sh/nodepool': 'default' }),
        instance('i-gone', { ...OWNED, 'karpenter.sh/nodepool': 'default' }, 'terminated'),
      ] }],
    });
    expect(await karpenterInstances(ec2, 'karpenter-lab')).toEqual([
      { id: 'i-launched', state: 'running', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', nodePool: 'default', nodeClaim: 'default-x7', launchedAt: '2026-11-23T09:00:00.000Z' },
      { id: 'i-older-tags', state: 'shutting-down', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', nodePool: 'students', nodeClaim: undefined, launchedAt: '2026-11-23T09:00:00.000Z' },
    ]);
  });

  it('are asked for by the tag of the cluster, in every state in which they can still cost something', async () => {
    mock.on(DescribeInstancesCommand).resolves({});
    expect(await karpenterInstances(ec2, 'karpenter-lab')).toEqual([]);
    expect(mock.commandCalls(DescribeInstancesCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: 'tag:kubernetes.io/cluster/karpenter-lab', Values: ['owned'] },
      { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] },
    ]);
  });

  it('fails when EC2 may not be asked, and says which permission is missing', async () => {
    mock.on(DescribeInstancesCommand).rejects(Object.assign(new Error('You are not authorized to perform this operation.'), { name: 'UnauthorizedOperation' }));
    await expect(karpenterInstances(ec2, 'karpenter-lab')).rejects.toMatchObject({ code: 'AwsAccessDenied', received: 'ec2:DescribeInstances' });
  });
});
