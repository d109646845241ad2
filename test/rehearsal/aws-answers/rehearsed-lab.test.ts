import {
  CloudFormationClient, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, ListStackResourcesCommand, ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand, type DescribeInstancesCommandInput } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { SynthesizedStack } from '../../../lib/assembly/synthesized-stack';
import { karpenterInstances } from '../../../lib/aws/karpenter-instances';
import { NODE_CLAIMS } from '../../../lib/kubernetes/karpenter-kinds';
import type { ResourceKind } from '../../../lib/kubernetes/objects';
import type { RehearsedLab } from '../../../lib/rehearsal/aws-answers/rehearsed-stack';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';
import { faultOf, sdkConfiguration, startAnswering, type Answering } from './answering';

const CONFIG_MAPS: ResourceKind<unknown> = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', isNamespaced: true, read: (body) => body };
const ENDPOINT = 'https://127.0.0.1:16443';

/** An instance as Karpenter's simulated EC2 keeps it: without the tags of its launch. */
const INSTANCE = {
  InstanceId: 'i-1', InstanceType: 'c5a.2xlarge', LaunchTime: '2026-11-24T01:14:48.073Z',
  Placement: { AvailabilityZone: 'ap-northeast-2a' }, State: { Code: 16, Name: 'running' },
  Tags: [{ Key: 'karpenter.sh/nodeclaim', Value: 'default-abcde' }, { Key: 'eks:eks-cluster-name', Value: 'karpenter-lab' }],
};

const STACK = new SynthesizedStack({
  stackName: 'karpenter-lab',
  region: 'ap-northeast-2',
  template: {
    Resources: {
      Cluster: { Type: 'AWS::EKS::Cluster', Properties: { Name: 'karpenter-lab', Version: '1.35' } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'karpenter-lab' } },
    },
    Outputs: { ClusterName: { Value: 'karpenter-lab' } },
  },
});

describe('the lab that is rehearsed', () => {
  let fake: FakeKubernetes;
  let answering: Answering;
  let isUp: boolean;
  let unseed: RehearsedLab['unseed'];
  let ec2: EC2Client;
  let cloudFormation: CloudFormationClient;

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    fake.put(CONFIG_MAPS, { metadata: { name: 'kwok-aws-instances-0', namespace: 'kube-system' }, data: { instances: JSON.stringify([INSTANCE]) } });
    fake.put(NODE_CLAIMS, { metadata: { name: 'default-abcde', labels: { 'karpenter.sh/nodepool': 'default' } } });
    isUp = true;
    unseed = () => Promise.resolve();
    const lab: RehearsedLab = {
      stack: STACK, clusterName: 'karpenter-lab', karpenterNamespace: 'kube-system', clusterEndpoint: ENDPOINT,
      connect: () => Promise.resolve(isUp ? fake.api() : undefined),
      unseed: () => unseed(),
    };
    answering = await startAnswering({ lab });
    ec2 = new EC2Client(sdkConfiguration(answering.url));
    cloudFormation = new CloudFormationClient(sdkConfiguration(answering.url));
  });

  afterEach(async () => {
    ec2.destroy();
    cloudFormation.destroy();
    await answering.stop();
    await fake.stop();
  });

  it('has the instances of Karpenter\'s simulated EC2, with the tags of their launch put back [instances-simulated] [instances-tags]', async () => {
    await expect(karpenterInstances(ec2, 'karpenter-lab')).resolves.toEqual([{
      id: 'i-1', state: 'running', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2a', nodePool: 'default', nodeClaim: 'default-abcde', launchedAt: '2026-11-24T01:14:48.073Z',
    }]);
    await expect(karpenterInstances(ec2, 'karpenter')).resolves.toEqual([]);
  });

  it('has no instances before its API server is there [instances-simulated]', async () => {
    isUp = false;
    await expect(karpenterInstances(ec2, 'karpenter-lab')).resolves.toEqual([]);
  });

  it('shows instances by id and filter [instances-select]', async () => {
    const idsOf = async (input: DescribeInstancesCommandInput) =>
      ((await ec2.send(new DescribeInstancesCommand(input))).Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
    await expect(idsOf({ InstanceIds: ['i-1'] })).resolves.toEqual(['i-1']);
    await expect(idsOf({ Filters: [{ Name: 'tag-key', Values: ['karpenter.sh/*'] }] })).resolves.toEqual(['i-1']);
    await expect(idsOf({ Filters: [{ Name: 'instance-state-name', Values: ['terminated'] }] })).resolves.toEqual([]);
    await expect(faultOf(idsOf({ InstanceIds: ['i-2'] }))).resolves.toBe('InvalidInstanceID.NotFound');
    await expect(faultOf(idsOf({ Filters: [{ Name: 'colour', Values: ['red'] }] }))).resolves.toBe('InvalidParameterValue');
  });

  it('fails when anybody but Karpenter ends an instance [instances-terminate]', async () => {
    await expect(faultOf(ec2.send(new TerminateInstancesCommand({ InstanceIds: ['i-1'] })))).resolves.toBe('UnsupportedOperation');
  });

  it('has its own API server as the endpoint of the cluster [cluster-endpoint]', async () => {
    const eks = new EKSClient(sdkConfiguration(answering.url));
    answering.upstream.answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ cluster: { name: 'karpenter-lab', status: 'ACTIVE', endpoint: 'https://elsewhere' } }));
    });
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'karpenter-lab' }));
    expect(cluster).toMatchObject({ name: 'karpenter-lab', status: 'ACTIVE', endpoint: ENDPOINT });
    expect((await eks.send(new DescribeClusterCommand({ name: 'another' }))).cluster?.endpoint).toBe('https://elsewhere');
    eks.destroy();
  });

  it('has a stack from the start, with the resources and outputs of its template [stack-exists]', async () => {
    const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'karpenter-lab' }));
    expect(stack).toMatchObject({ StackName: 'karpenter-lab', StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'ClusterName', OutputValue: 'karpenter-lab' }] });
    expect(stack?.StackId).toMatch(/^arn:aws:cloudformation:ap-northeast-2:123456789012:stack\/karpenter-lab\//);
    const { StackResourceSummaries = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName: stack?.StackId }));
    expect(StackResourceSummaries.map(({ ResourceType }) => ResourceType)).toEqual(['AWS::EKS::Cluster', 'AWS::SQS::Queue']);
    const { StackSummaries = [] } = await cloudFormation.send(new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] }));
    expect(StackSummaries).toEqual([]);
  });

  it('fails to delete its stack when AWS does not let go of what was seeded, and says why [stack-delete]', async () => {
    unseed = () => Promise.reject(new Error('The role is in an instance profile'));
    await cloudFormation.send(new DeleteStackCommand({ StackName: 'karpenter-lab' }));
    let status: string | undefined;
    while (status !== 'DELETE_FAILED') {
      const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'karpenter-lab' }));
      status = stack?.StackStatus;
    }
    const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName: 'karpenter-lab' }));
    expect(StackEvents.map(({ ResourceStatus }) => ResourceStatus)).toEqual(['DELETE_FAILED', 'DELETE_IN_PROGRESS', 'CREATE_COMPLETE']);
    expect(StackEvents[0]?.ResourceStatusReason).toBe('Error: The role is in an instance profile');
  });

  it('knows its stack by the ARN only when it is deleted [stack-delete]', async () => {
    const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'karpenter-lab' }));
    await cloudFormation.send(new DeleteStackCommand({ StackName: 'karpenter-lab' }));
    const { Stacks: [gone] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stack?.StackId }));
    expect(gone?.StackStatus).toBe('DELETE_COMPLETE');
    await expect(faultOf(cloudFormation.send(new DescribeStacksCommand({ StackName: 'karpenter-lab' })))).resolves.toBe('ValidationError');
    const { StackSummaries = [] } = await cloudFormation.send(new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] }));
    expect(StackSummaries.map(({ StackId }) => StackId)).toEqual([stack?.StackId]);
  });

  it('leaves other stacks to moto [stack-others]', async () => {
    answering.upstream.answerWith((_request, response) => {
      response.writeHead(400, { 'content-type': 'text/xml' }).end('<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id CDKToolkit does not exist</Message></Error></ErrorResponse>');
    });
    await expect(faultOf(cloudFormation.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' })))).resolves.toBe('ValidationError');
    expect(answering.upstream.requests).toHaveLength(1);
  });
});
