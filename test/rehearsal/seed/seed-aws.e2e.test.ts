import {
  DescribeImagesCommand, DescribeInstanceTypesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client, RunScheduledInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readLab, type LabView } from '../../../lib/assembly/lab-view';
import { textAt } from '../../../lib/json';
import type { SynthesizedStack } from '../../../lib/assembly/synthesized-stack';
import { startAwsAnswers, type AwsAnswersServer } from '../../../lib/rehearsal/aws-answers/aws-answers-server';
import { parseNodeImageName } from '../../../lib/rehearsal/aws-answers/node-image';
import { sendSpotInterruption } from '../../../lib/rehearsal/send-spot-interruption';
import { amisFor } from '../../../lib/rehearsal/seed/amis-for';
import { seedAws, type SeededAws } from '../../../lib/rehearsal/seed/seed-aws';
import { runContext } from '../../../lib/run-context';
import { synthLab } from '../../support/synth-lab';
import { faultOf, sdkConfiguration } from '../aws-answers/answering';
import { seoul } from '../aws-answers/small-market';
import { resource, smallLab } from '../../assembly/small-lab';
import { startMoto, type Moto } from './moto';

/** moto reads its tables at the first request of a service. */
const TIME_LIMIT_MS = 60_000;

describe('the synthesized lab in moto, behind the AWS answers', () => {
  let moto: Moto;
  let answers: AwsAnswersServer;
  let stack: SynthesizedStack;
  let lab: LabView;
  let seeded: SeededAws;
  let configuration: ReturnType<typeof sdkConfiguration>;

  beforeAll(async () => {
    stack = (await synthLab()).synthesized;
    lab = readLab(stack);
    const images = amisFor(stack);
    moto = await startMoto(images);
    answers = await startAwsAnswers({
      moto: moto.url, prices: seoul(), images: images.flatMap(({ name }) => parseNodeImageName(name) ?? []), log: () => undefined,
    });
    configuration = sdkConfiguration(answers.url);
    seeded = await seedAws({ endpoint: answers.url, stack }, runContext());
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    await answers.close();
    await moto.stop();
  });

  it('has its subnets and no other', async () => {
    const { Subnets = [] } = await new EC2Client(configuration).send(new DescribeSubnetsCommand({}));
    const rowOf = (cidr?: string, zone?: string) => `${cidr} ${zone}`;
    expect(Subnets.map(({ CidrBlock, AvailabilityZone }) => rowOf(CidrBlock, AvailabilityZone)).sort())
      .toEqual(lab.network.subnets.map(({ cidr, availabilityZone }) => rowOf(cidr, availabilityZone)).sort());
    expect(Subnets.every(({ AvailableIpAddressCount = 0 }) => AvailableIpAddressCount > 200)).toBe(true);
  }, TIME_LIMIT_MS);

  it('has subnets that the selector of the EC2NodeClass finds', async () => {
    const [term] = lab.nodeClass.subnetSelectorTerms;
    const value = textAt(term, 'tags', 'karpenter.sh/discovery') ?? '';
    const { Subnets = [] } = await new EC2Client(configuration).send(new DescribeSubnetsCommand({
      Filters: [{ Name: 'tag:karpenter.sh/discovery', Values: [value] }],
    }));
    expect(Subnets.map(({ SubnetId }) => SubnetId).sort())
      .toEqual(seeded.network.subnets.filter(({ isPublic }) => !isPublic).map(({ subnetId }) => subnetId).sort());
  });

  it('has the security group that EKS makes', async () => {
    const { SecurityGroups = [] } = await new EC2Client(configuration).send(new DescribeSecurityGroupsCommand({
      Filters: [{ Name: 'tag:aws:eks:cluster-name', Values: [lab.cluster.name] }],
    }));
    expect(SecurityGroups.map(({ GroupId }) => GroupId)).toEqual([seeded.network.clusterSecurityGroupId]);
  });

  it('has the node role, and refuses another', async () => {
    const iam = new IAMClient(configuration);
    const profile = { InstanceProfileName: 'profile' };
    await iam.send(new CreateInstanceProfileCommand(profile));
    const role = seeded.roles.find(({ logicalId }) => logicalId.startsWith('KarpenterNodeRole'))?.name ?? '';
    await expect(faultOf(iam.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: `${role}-other` })))).resolves.toMatch(/^NoSuchEntity/);
    await iam.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: role }));
  });

  it('has the cluster in its version', async () => {
    const { cluster } = await new EKSClient(configuration).send(new DescribeClusterCommand({ name: lab.cluster.name }));
    expect([cluster?.version, cluster?.status, cluster?.arn]).toEqual([lab.cluster.version, 'ACTIVE', seeded.cluster.arn]);
  });

  it('has the images that the parameters name', async () => {
    const image = parseNodeImageName(amisFor(stack)[0]?.name ?? '');
    const tree = `/aws/service/eks/optimized-ami/${image?.kubernetesVersion}/amazon-linux-2023/${image?.architecture}/${image?.variant}`;
    const { Parameter } = await new SSMClient(configuration).send(new GetParameterCommand({ Name: `${tree}/recommended/image_id` }));
    const { Images = [] } = await new EC2Client(configuration).send(new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [Parameter?.Value ?? ''] }] }));
    expect(Images.map(({ Name, Architecture }) => [Name, Architecture])).toEqual([[amisFor(stack)[0]?.name, 'x86_64']]);
  });

  it('has all types of the price table, and no other, in one page', async () => {
    const { InstanceTypes = [], NextToken } = await new EC2Client(configuration).send(new DescribeInstanceTypesCommand({ MaxResults: 100 }));
    expect(InstanceTypes.map(({ InstanceType }) => String(InstanceType)).sort()).toEqual(seoul().instanceTypes.map(({ name }) => name).sort());
    expect(NextToken).toBeUndefined();
  }, TIME_LIMIT_MS);

  it('passes the warning of an interruption on through the queue', async () => {
    const [queue] = seeded.queues;
    expect(queue?.url).toContain(new URL(answers.url).host);
    await sendSpotInterruption({ endpoint: answers.url, region: stack.region, queueName: queue?.name ?? '', instanceId: 'i-0123456789abcdef0' }, runContext());
    const { Messages = [] } = await new SQSClient(configuration).send(new ReceiveMessageCommand({ QueueUrl: queue?.url, WaitTimeSeconds: 5 }));
    expect(JSON.parse(Messages[0]?.Body ?? '')).toMatchObject({ detail: { 'instance-id': 'i-0123456789abcdef0' } });
  });

  it('fails when the queue has another name', async () => {
    await expect(sendSpotInterruption({ endpoint: answers.url, region: stack.region, queueName: 'other', instanceId: 'i-0' }, runContext()))
      .rejects.toMatchObject({ code: 'InterruptionQueueNotFound' });
  });

  it('fails when an operation is unknown to moto, without being repeated', async () => {
    const call = new EC2Client({ ...configuration, maxAttempts: 3 }).send(new RunScheduledInstancesCommand({ ScheduledInstanceId: 'x', LaunchSpecification: { ImageId: 'x' } }));
    await expect(faultOf(call)).resolves.toBe('NotImplemented');
  });

  it('fails when it is seeded twice', async () => {
    await expect(seedAws({ endpoint: answers.url, stack }, runContext())).rejects.toMatchObject({ code: 'AwsSeedFailed' });
  });

  it('fails when a subnet is in no zone of the region', async () => {
    const other = await startMoto([]);
    const wrong = smallLab({ PrivateB: resource('AWS::EC2::Subnet', { CidrBlock: '10.11.64.0/18', AvailabilityZone: 'ap-northeast-2x' }) });
    const failure = await seedAws({ endpoint: other.url, stack: wrong }, runContext()).catch((error: unknown) => error);
    await other.stop();
    expect(failure).toMatchObject({ code: 'AwsSeedFailed', message: expect.stringContaining('the subnet PrivateB'), received: '10.11.64.0/18 in ap-northeast-2x' });
  }, TIME_LIMIT_MS);
});
