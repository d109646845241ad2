import {
  DescribeImagesCommand, DescribeInstanceAttributeCommand, DescribeInstancesCommand, DescribeRouteTablesCommand, DescribeSubnetsCommand, EC2Client, type Instance,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { NODES } from '../../../lib/kubernetes/core-kinds';
import { Boots } from '../../../lib/rehearsal/ec2/boot/boots';
import { CloudController } from '../../../lib/rehearsal/ec2/cloud-controller';
import { EventBus } from '../../../lib/rehearsal/ec2/events/event-bus';
import { InstanceLife } from '../../../lib/rehearsal/ec2/instance-life';
import type { Finding } from '../../../lib/rehearsal/findings';
import { runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';
import { seoul } from '../aws-answers/small-market';
import { userDataFor } from './booting';

const ID = 'i-02fd00557cbb11e88';
const configuration = { region: 'ap-northeast-2' };
const aws = { ec2: new EC2Client(configuration), iam: new IAMClient(configuration), events: new EventBridgeClient(configuration), sqs: new SQSClient(configuration) };
const ec2 = mockClient(aws.ec2);
const iam = mockClient(aws.iam);
const events = mockClient(aws.events);

let kubernetes: FakeKubernetes;
let ending: AbortController;
let found: Omit<Finding, 'at'>[];
let life: InstanceLife;
let boots: Boots;

const instance = (changes: Partial<Instance> = {}): void => {
  const running: Instance = {
    InstanceId: ID, State: { Name: 'running' }, InstanceType: 'c5a.2xlarge', ImageId: 'ami-1', SubnetId: 'subnet-b', VpcId: 'vpc-1', PrivateIpAddress: '10.11.72.27',
    Placement: { AvailabilityZone: 'ap-northeast-2b' }, SecurityGroups: [{ GroupId: 'sg-cluster' }], IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/node' },
    Tags: [{ Key: 'karpenter.sh/nodepool', Value: 'default' }],
  };
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ...running, ...changes }] }] });
};
const userData = (data: string): void => {
  ec2.on(DescribeInstanceAttributeCommand).resolves({ UserData: { Value: Buffer.from(data).toString('base64') } });
};

beforeEach(async () => {
  kubernetes = await FakeKubernetes.start();
  ending = new AbortController();
  found = [];
  for (const mock of [ec2, iam, events]) mock.reset();
  instance();
  userData(userDataFor({ apiServerEndpoint: kubernetes.url }));
  ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ AvailabilityZoneId: 'apne2-az2' }] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ Name: 'amazon-eks-node-al2023-x86_64-standard-1.35-v20260917' }] });
  ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [{ Routes: [{ DestinationCidrBlock: '0.0.0.0/0', TransitGatewayId: 'tgw-1' }] }] });
  iam.on(GetInstanceProfileCommand).resolves({ InstanceProfile: { Roles: [{ Arn: 'arn:aws:iam::123456789012:role/node' }] } as never });
  events.on(ListRulesCommand).resolves({ Rules: [{ Name: 'spot', State: 'ENABLED', EventPattern: '{"detail-type":["EC2 Spot Instance Interuption Warning"]}' }] });
  events.on(ListTargetsByRuleCommand).resolves({ Targets: [] });

  const account = {
    // So little time is left to an obstacle that each counts at once.
    accountId: '123456789012', region: 'ap-northeast-2', compression: 1e6, run: runContext({ signal: ending.signal }),
    findings: { report: (finding: Omit<Finding, 'at'>) => found.push(finding) } as never,
    sessions: { assumeForService: () => Promise.resolve({ accessKeyId: 'ASIANODE', secretAccessKey: 'secret', sessionToken: 'token', expiration: new Date(0) }) },
  };
  const clusters = { list: () => Promise.resolve([{ name: 'karpenter-lab', endpoint: kubernetes.url, securityGroupIds: ['sg-cluster'], controllers: kubernetes.api() }]) };
  const cloudController = new CloudController(account, clusters);
  boots = new Boots({ account, aws, prices: seoul(), clusters, cloudController });
  life = new InstanceLife({ account, aws, boots, cloudController, events: new EventBus(account, aws) });
});

afterEach(async () => {
  ending.abort();
  await kubernetes.stop();
});

describe('the boot of an instance', () => {
  it('is tried again until it joins; what was in the way is reported', async () => {
    userData('');
    const booted = boots.boot(ID);
    await pollFor(() => found.length > 0, { what: 'the finding', deadlineSeconds: 20, describeMissing: () => [] });
    expect(found[0]).toEqual({ kind: 'node-not-joined', resource: `NodePool default, instance ${ID}`, expected: 'its user data holds a NodeConfig', found: 'it has no user data' });
    userData(userDataFor({ apiServerEndpoint: kubernetes.url }));
    await booted;
    expect(kubernetes.find(NODES, { name: 'ip-10-11-72-27.ap-northeast-2.compute.internal' })).toBeDefined();
  });

  it('ends without a finding when the instance is terminated before it joins', async () => {
    instance({ State: { Name: 'terminated' } });
    await boots.boot(ID);
    expect(found).toEqual([]);
  });

  it('begins for all that run when the account starts', async () => {
    await boots.startAll();
    await pollFor(() => kubernetes.all(NODES).length === 1, { what: 'the node', deadlineSeconds: 20, describeMissing: () => found.map(({ found: what }) => what) });
  });

  it('fails as a finding when moto does not answer', async () => {
    ec2.on(DescribeInstancesCommand).rejects(new Error('moto is gone'));
    await boots.boot(ID);
    expect(found).toMatchObject([{ resource: `instance ${ID}`, found: 'Error: moto is gone' }]);
  });
});

describe('the end of a spot instance', () => {
  beforeEach(() => instance({ InstanceLifecycle: 'spot' }));

  it('comes after the warning', async () => {
    ec2.on(TerminateInstancesCommand).callsFake(() => {
      instance({ InstanceLifecycle: 'spot', State: { Name: 'terminated' } });
      return {};
    });
    await life.interrupt(ID, 0.05);
    expect(ec2.commandCalls(TerminateInstancesCommand)).toEqual([]);
    await pollFor(() => ec2.commandCalls(TerminateInstancesCommand).length === 1, { what: 'the termination', deadlineSeconds: 20, describeMissing: () => [] });
  });

  it('fails as a finding when no rule wants the warning', async () => {
    await life.interrupt(ID, 60);
    expect(found).toEqual([{
      kind: 'event-not-delivered',
      resource: 'NodePool default',
      expected: 'a rule of EventBridge wants "EC2 Spot Instance Interruption Warning" of aws.ec2, so that Karpenter hears of it',
      found: 'the account\'s rules want only "EC2 Spot Instance Interuption Warning"',
    }]);
  });

  it('is nobody\'s business where Karpenter has not launched it', async () => {
    instance({ InstanceLifecycle: 'spot', Tags: [] });
    await life.interrupt(ID, 60);
    expect(found).toEqual([]);
  });

  it('fails when the instance was bought on demand, or does not run', async () => {
    instance();
    await expect(life.interrupt(ID, 60)).rejects.toThrow('bought on demand');
    instance({ State: { Name: 'terminated' } });
    await expect(life.interrupt(ID, 60)).rejects.toMatchObject({ code: 'InvalidInstanceID.NotFound' });
  });
});

describe('what AWS announces of an instance', () => {
  it('is told as an event of its own', async () => {
    events.on(ListRulesCommand).resolves({ Rules: [
      { Name: 'health', EventPattern: '{"source":["aws.health"],"detail-type":["AWS Health Event"],"detail":{"service":["EC2"],"eventTypeCategory":["scheduledChange"]}}' },
      { Name: 'rebalance', EventPattern: '{"detail-type":["EC2 Instance Rebalance Recommendation"]}' },
    ] });
    await life.announce(ID, 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED');
    await life.recommendRebalance(ID);
    expect(events.commandCalls(ListTargetsByRuleCommand).map(({ args: [{ input }] }) => input.Rule)).toEqual(['health', 'rebalance']);
    expect(found).toEqual([]);
  });
});
