import { LabError } from '../../../lib/lab-error';
import type { ProgressEvent } from '../../../lib/progress';
import { seedAws, unseedAws } from '../../../lib/rehearsal/seed/seed-aws';
import { runContext } from '../../../lib/run-context';
import { cluster, resource, smallLab, type Changes } from '../../assembly/small-lab';
import { startRecordingAws, type RecordedCall, type RecordingAws, type RecordingAwsOptions } from './recording-aws';

/** Tags of an EC2 request. */
function tagsOf(parameters: RecordedCall['parameters']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parameters).flatMap(([key, name]) => {
    const prefix = /^(TagSpecification\.1\.Tag\.\d+)\.Key$/.exec(key)?.[1];
    return prefix === undefined ? [] : [[String(name), parameters[`${prefix}.Value`]] as const];
  }));
}

describe('seeding the AWS answers', () => {
  let aws: RecordingAws;
  const start = async (options?: RecordingAwsOptions) => { aws = await startRecordingAws(options); };
  const seedSmallLab = (changes?: Changes) => seedAws({ endpoint: aws.endpoint, stack: smallLab(changes) }, runContext());
  const failureOf = async (changes?: Changes): Promise<LabError> => {
    try {
      await seedSmallLab(changes);
    } catch (error) {
      if (error instanceof LabError) return error;
      throw error;
    }
    throw new Error('The seeding was expected to fail');
  };

  afterEach(() => aws.stop());

  it('begins by deleting the subnets that are there', async () => {
    await start();
    await seedSmallLab();
    expect(aws.calls.map(({ operation }) => operation).slice(0, 4)).toEqual(['DescribeSubnets', 'DeleteSubnet', 'DeleteSubnet', 'CreateVpc']);
    expect(aws.callsOf('DeleteSubnet').map(({ SubnetId }) => SubnetId)).toEqual(['subnet-default-a', 'subnet-default-b']);
  });

  it('creates the subnets of the template, with range, zone and tags', async () => {
    await start();
    const { network } = await seedSmallLab();
    expect(aws.callsOf('CreateVpc')).toEqual([expect.objectContaining({ CidrBlock: '10.11.0.0/16' })]);
    expect(aws.callsOf('CreateSubnet').map((subnet) => [subnet['CidrBlock'], subnet['AvailabilityZone'], tagsOf(subnet)])).toEqual([
      ['10.11.0.0/18', 'ap-northeast-2a', { 'karpenter.sh/discovery': 'lab' }],
      ['10.11.64.0/18', 'ap-northeast-2b', { 'karpenter.sh/discovery': 'lab' }],
      ['10.11.192.0/24', 'ap-northeast-2a', {}],
    ]);
    expect(network.subnets.map(({ isPublic }) => isPublic)).toEqual([false, false, true]);
  });

  it('creates the security group that EKS makes, and those of the template', async () => {
    await start();
    await seedSmallLab({ Extra: resource('AWS::EC2::SecurityGroup', { GroupDescription: 'extra', Tags: [{ Key: 'a', Value: 'b' }] }) });
    expect(aws.callsOf('CreateSecurityGroup').map((group) => [group['GroupName'], tagsOf(group)])).toEqual([
      ['Lab-Extra', { a: 'b' }],
      ['eks-cluster-sg-lab', { Name: 'eks-cluster-sg-lab', 'aws:eks:cluster-name': 'lab', 'kubernetes.io/cluster/lab': 'owned' }],
    ]);
  });

  it('creates the roles that are found by name, with their trust policies', async () => {
    await start();
    const trust = { Version: '2012-10-17', Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' } }] };
    const { roles } = await seedSmallLab({
      KarpenterNodeRole: resource('AWS::IAM::Role', { RoleName: 'lab-karpenter-node', AssumeRolePolicyDocument: trust }),
    });
    // The cluster's role has no name in the template; the handler's and the controller's nothing looks for.
    expect(roles.map(({ name }) => name)).toEqual(['Lab-ClusterRole', 'lab-system-node', 'lab-karpenter-node']);
    expect(JSON.parse(String(aws.callsOf('CreateRole')[2]?.['AssumeRolePolicyDocument']))).toEqual(trust);
  });

  it('creates the queue with the attributes of the template', async () => {
    await start();
    const { queues } = await seedSmallLab({ Queue: resource('AWS::SQS::Queue', { QueueName: 'lab', MessageRetentionPeriod: 300, SqsManagedSseEnabled: true }) });
    expect(aws.callsOf('CreateQueue')).toEqual([{ QueueName: 'lab', Attributes: { MessageRetentionPeriod: '300' } }]);
    expect(queues).toEqual([{ logicalId: 'Queue', name: 'lab', url: expect.stringContaining('/queue-') }]);
  });

  it('creates the cluster in the subnets and with the role that the template refers to', async () => {
    await start();
    const { network, roles, cluster: seeded } = await seedSmallLab();
    expect(aws.callsOf('CreateCluster')).toEqual([expect.objectContaining({
      name: 'lab',
      version: '1.35',
      roleArn: roles.find(({ logicalId }) => logicalId === 'ClusterRole')?.arn,
      resourcesVpcConfig: {
        subnetIds: network.subnets.filter(({ isPublic }) => !isPublic).map(({ subnetId }) => subnetId),
        endpointPublicAccess: true,
        endpointPrivateAccess: true,
      },
    })]);
    expect(seeded).toEqual({ name: 'lab', version: '1.35', arn: expect.stringMatching(/^arn:aws:eks:/) });
  });

  it('tells how far it is', async () => {
    await start();
    const events: ProgressEvent[] = [];
    await seedAws({ endpoint: aws.endpoint, stack: smallLab() }, runContext({ onProgress: (event) => events.push(event) }));
    expect(new Set(events.map(({ step }) => step)).size).toBe(1);
    expect(events.map(({ state }) => state)).toEqual(['started', ...Array.from({ length: events.length - 2 }, () => 'running'), 'finished']);
    const fractions = events.flatMap(({ fraction }) => fraction ?? []);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-2)).toBeCloseTo((events.length - 3) / (events.length - 2));
    expect(events.at(-1)?.detail).toBe('3 subnets, 3 roles, 1 queues, cluster lab');
  });

  it.each([
    ['CreateVpc', 'the VPC Vpc', '10.11.0.0/16'],
    ['CreateSubnet', 'the subnet PrivateA', '10.11.0.0/18 in ap-northeast-2a'],
    ['CreateSecurityGroup', 'the security group of the cluster', 'eks-cluster-sg-lab'],
    ['CreateRole', 'the role ClusterRole', 'Lab-ClusterRole'],
    ['CreateQueue', 'the queue Queue', 'lab'],
    ['CreateCluster', 'the cluster Cluster', 'lab, version 1.35'],
  ])('fails when %s is refused, and names %s', async (refused, resourceName, received) => {
    await start({ refused });
    const failure = await failureOf();
    expect(failure).toMatchObject({ code: 'AwsSeedFailed', received });
    expect(failure.message).toContain(`${resourceName}: Refused: `);
    expect(aws.calls.at(-1)?.operation).toBe(refused);
  });

  it('fails when there are subnets of an earlier rehearsal, and deletes nothing', async () => {
    await start({ bodies: { DescribeSubnets: '<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId><defaultForAz>false</defaultForAz></item></subnetSet></DescribeSubnetsResponse>' } });
    await expect(failureOf()).resolves.toMatchObject({ code: 'AwsSeedFailed', received: 'subnet-1' });
    expect(aws.callsOf('DeleteSubnet')).toEqual([]);
  });

  it('fails when a name is known only after deployment', async () => {
    await start();
    const name = { 'Fn::Join': ['-', ['lab', { Ref: 'AWS::AccountId' }]] };
    await expect(failureOf({ KarpenterNodeRole: resource('AWS::IAM::Role', { RoleName: name }) }))
      .resolves.toMatchObject({ code: 'AwsSeedFailed', received: 'lab-${AWS::AccountId}' });
  });

  it('fails when the cluster is in a subnet that the stack does not make', async () => {
    await start();
    const failure = await failureOf({ Cluster: cluster({ SubnetIds: [{ Ref: 'PrivateA' }, 'subnet-elsewhere'] }) });
    expect(failure).toMatchObject({ code: 'AwsSeedFailed', received: '"subnet-elsewhere"' });
  });

  it('fails when the stack makes no VPC', async () => {
    await start();
    const failure = await failureOf({ Vpc: undefined });
    expect([failure.code, failure.message]).toEqual(['AwsSeedFailed', expect.stringContaining('the VPC: the stack makes none.')]);
  });

  it('fails when the endpoint is not on this machine, and asks nothing', async () => {
    await start();
    await expect(seedAws({ endpoint: 'https://ec2.ap-northeast-2.amazonaws.com', stack: smallLab() }, runContext())).rejects.toMatchObject({ code: 'EndpointNotLocal' });
  });
});

describe('deleting what was seeded', () => {
  let aws: RecordingAws;
  const bodies = {
    GetQueueUrl: '{"QueueUrl":"http://127.0.0.1/123456789012/lab"}',
    DescribeVpcs: '<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-lab</vpcId></item></vpcSet></DescribeVpcsResponse>',
    DescribeSecurityGroups: '<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-lab</groupId><groupName>lab</groupName></item>'
      + '<item><groupId>sg-default</groupId><groupName>default</groupName></item></securityGroupInfo></DescribeSecurityGroupsResponse>',
  };
  const unseedSmallLab = async (options?: RecordingAwsOptions, changes?: Changes): Promise<void> => {
    aws = await startRecordingAws({ bodies, ...options });
    await unseedAws({ endpoint: aws.endpoint, stack: smallLab(changes) }, runContext());
  };
  const deletions = (): readonly string[] => aws.calls.map(({ operation }) => operation).filter((operation) => /^delete/i.test(operation));

  afterEach(() => aws.stop());

  it('deletes the network last, and leaves its default security group to AWS', async () => {
    await unseedSmallLab();
    expect([...new Set(deletions())]).toEqual(['DeleteQueue', 'DeleteRole', 'DELETE /clusters/lab', 'DeleteSecurityGroup', 'DeleteSubnet', 'DeleteVpc']);
    expect(aws.callsOf('DeleteSecurityGroup').map(({ GroupId }) => GroupId)).toEqual(['sg-lab']);
  });

  it('finds a queue without a name in the template by the name that it was seeded with', async () => {
    await unseedSmallLab({}, { Other: resource('AWS::SQS::Queue', {}) });
    expect(aws.callsOf('GetQueueUrl').map(({ QueueName }) => QueueName)).toContain('Lab-Other');
  });

  it.each([
    ['GetQueueUrl', 'AWS.SimpleQueueService.NonExistentQueue'],
    ['DeleteRole', 'NoSuchEntity'],
    ['DELETE /clusters/lab', 'ResourceNotFoundException'],
  ])('goes on when something is gone already: %s', async (refused, refusedAs) => {
    await unseedSmallLab({ refused, refusedAs });
    expect(deletions()).toContain('DeleteVpc');
  });

  it('fails when AWS refuses a deletion, and deletes nothing more', async () => {
    await expect(unseedSmallLab({ refused: 'DeleteRole', refusedAs: 'DeleteConflict' })).rejects.toThrow('not today');
    expect(deletions()).not.toContain('DeleteVpc');
  });
});
