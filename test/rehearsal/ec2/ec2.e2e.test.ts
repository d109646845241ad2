import {
  CreateFleetCommand, type CreateFleetCommandInput, CreateLaunchTemplateCommand, CreateRouteCommand, CreateSecurityGroupCommand, CreateSubnetCommand,
  CreateTransitGatewayCommand, CreateVpcCommand, DescribeInstancesCommand, DescribeInstanceStatusCommand, DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand, DescribeVolumesCommand, EC2Client, RunInstancesCommand, TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { parseJson, textAt } from '../../../lib/json';
import { NODES } from '../../../lib/kubernetes/core-kinds';
import { type AwsAnswer, faultAnswer } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { passOn } from '../../../lib/rehearsal/aws-answers/aws-answers-server';
import { AwsFault, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { nodeImageId } from '../../../lib/rehearsal/aws-answers/node-image';
import { interruptSpotInstance, setCapacityShortages } from '../../../lib/rehearsal/drill-requests';
import { Ec2 } from '../../../lib/rehearsal/ec2/ec2';
import { Findings, readFindings } from '../../../lib/rehearsal/findings';
import { motoImages } from '../../../lib/rehearsal/published-images';
import { runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';
import { faultOf, sdkConfiguration } from '../aws-answers/answering';
import { imagesOf, seoul } from '../aws-answers/small-market';
import { temporaryFolder } from '../fake-program';
import { type Moto, startMoto } from '../moto';
import { userDataFor } from './booting';

const TIME_LIMIT_MS = 60_000;

const IMAGES = imagesOf('v20260917');
const [INTEL] = IMAGES.filter(({ architecture, variant }) => architecture === 'x86_64' && variant === 'standard');
const [ARM] = IMAGES.filter(({ architecture, variant }) => architecture === 'arm64' && variant === 'standard');

describe('EC2 of a rehearsed account, over moto', () => {
  const ending = new AbortController();
  const findingsFile = join(temporaryFolder(), 'findings.jsonl');
  let moto: Moto;
  let kubernetes: FakeKubernetes;
  let server: Server;
  let endpoint: string;
  let ec2: EC2Client;
  let sqs: SQSClient;
  let queueUrl: string;
  let groupId: string;
  let subnets: readonly string[];

  beforeAll(async () => {
    moto = await startMoto(motoImages(IMAGES));
    kubernetes = await FakeKubernetes.start();
    server = createServer((incoming, outgoing) => {
      void buffer(incoming).then(async (body) => {
        const request = readAwsRequest({ method: incoming.method ?? '', target: incoming.url ?? '', headers: incoming.headers, body });
        const answer = await answered(request).catch((error: unknown) => faultAnswer(request, error instanceof AwsFault ? error : new AwsFault('InternalFailure', String(error), 500)));
        outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const configuration = sdkConfiguration(endpoint);
    ec2 = new EC2Client(configuration);
    sqs = new SQSClient(configuration);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.11.0.0/16' }));
    const VpcId = Vpc?.VpcId ?? '';
    subnets = await Promise.all(['a', 'b'].map(async (zone, index) => {
      const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: `10.11.${index * 64}.0/18`, AvailabilityZone: `ap-northeast-2${zone}` }));
      return Subnet?.SubnetId ?? '';
    }));
    const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }));
    const { TransitGateway } = await ec2.send(new CreateTransitGatewayCommand({}));
    await ec2.send(new CreateRouteCommand({ RouteTableId: table?.RouteTableId, DestinationCidrBlock: '0.0.0.0/0', TransitGatewayId: TransitGateway?.TransitGatewayId }));
    groupId = (await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: 'cluster', Description: 'of the cluster' }))).GroupId ?? '';

    const iam = new IAMClient(configuration);
    await iam.send(new CreateRoleCommand({ RoleName: 'node', AssumeRolePolicyDocument: '{}' }));
    for (const InstanceProfileName of ['node', 'empty']) await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'node', RoleName: 'node' }));

    const queue = 'arn:aws:sqs:ap-northeast-2:123456789012:lab';
    const policy = { Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: queue }] };
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'lab', Attributes: { Policy: JSON.stringify(policy) } }))).QueueUrl ?? '';
    const events = new EventBridgeClient(configuration);
    for (const [Name, detailType] of [['spot', 'EC2 Spot Instance Interruption Warning'], ['state', 'EC2 Instance State-change Notification']] as const) {
      await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: ['aws.ec2'], 'detail-type': [detailType] }) }));
      await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'queue', Arn: queue }] }));
    }
    await template('karpenter', groupId);
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    ending.abort();
    server.close();
    server.closeAllConnections();
    await played?.close();
    await kubernetes.stop();
    await moto.stop();
  });

  let played: Ec2 | undefined;

  /** The account under test: EC2's answer, or moto's. */
  async function answered(request: ReturnType<typeof readAwsRequest>): Promise<AwsAnswer> {
    played ??= new Ec2({
      accountId: '123456789012', region: 'ap-northeast-2', endpoint, moto: moto.url, directory: '/nowhere', compression: 30, run: runContext({ signal: ending.signal }),
      findings: new Findings(findingsFile),
      sessions: { assumeForService: () => Promise.resolve({ accessKeyId: 'ASIANODE', secretAccessKey: 'secret', sessionToken: 'token', expiration: new Date(0) }) },
    }, {
      prices: seoul(),
      clusters: { list: () => Promise.resolve([{ name: 'karpenter-lab', endpoint: kubernetes.url, securityGroupIds: [groupId], controllers: kubernetes.api() }]) },
    });
    const handling = await played.handlerOf(request)?.(request) ?? { forward: request };
    if ('answer' in handling) return handling.answer;
    const response = await passOn(handling.forward, new URL(moto.url), ending.signal);
    const body = await text(response);
    const isChanged = response.statusCode === 200 && handling.change !== undefined;
    return { status: response.statusCode ?? 500, headers: { 'content-type': response.headers['content-type'] ?? '' }, body: isChanged ? handling.change(body) : body };
  }

  /** A launch template as Karpenter makes one. */
  const template = (LaunchTemplateName: string, group: string, profile = 'node') => ec2.send(new CreateLaunchTemplateCommand({
    LaunchTemplateName,
    LaunchTemplateData: {
      ImageId: nodeImageId(INTEL!),
      UserData: Buffer.from(userDataFor({ apiServerEndpoint: kubernetes.url })).toString('base64'),
      IamInstanceProfile: { Name: profile },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true } }],
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: [group] }],
      TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'of', Value: 'lab' }] }],
    },
  }));

  const fleet = (types: readonly string[], changes: Partial<CreateFleetCommandInput> = {}, LaunchTemplateName = 'karpenter', image = INTEL) => ec2.send(new CreateFleetCommand({
    Type: 'instant',
    LaunchTemplateConfigs: [{
      LaunchTemplateSpecification: { LaunchTemplateName, Version: '$Latest' },
      Overrides: types.flatMap((type) => subnets.map((SubnetId, index) => ({
        InstanceType: type as never, SubnetId, AvailabilityZone: `ap-northeast-2${'ab'[index]}`, ImageId: nodeImageId(image!),
      }))),
    }],
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'on-demand' },
    OnDemandOptions: { AllocationStrategy: 'lowest-price' },
    TagSpecifications: ['instance', 'volume', 'fleet'].map((ResourceType) => ({ ResourceType: ResourceType as never, Tags: [{ Key: 'karpenter.sh/nodepool', Value: 'default' }] })),
    ...changes,
  }));

  const described = async (id: string) => (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations?.[0]?.Instances?.[0];

  /** Waits for an event about an instance in the queue. */
  const eventOf = (id: string, wanted: string): Promise<string> => pollFor(async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => parseJson(Body)).filter((event) => textAt(event, 'detail', 'instance-id') === id)
      .map((event) => textAt(event, 'detail', 'state') ?? textAt(event, 'detail', 'instance-action') ?? '').find((state) => state === wanted);
  }, { what: `the event ${wanted}`, deadlineSeconds: 20, describeMissing: () => [] });

  it('launches the cheapest offer, complete as its template says', async () => {
    const { Instances, Errors, FleetId } = await fleet(['c5.2xlarge', 'c5a.2xlarge']);
    expect(Errors).toEqual([]);
    expect(Instances).toMatchObject([{
      InstanceType: 'c5a.2xlarge', Lifecycle: 'on-demand', LaunchTemplateAndOverrides: { Overrides: { InstanceType: 'c5a.2xlarge', AvailabilityZone: 'ap-northeast-2a', SubnetId: subnets[0] } },
    }]);
    const instance = await described(Instances?.[0]?.InstanceIds?.[0] ?? '');
    expect(instance).toMatchObject({
      ImageId: nodeImageId(INTEL!),
      SubnetId: subnets[0],
      SecurityGroups: [{ GroupId: groupId }],
      IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/node' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      Placement: { AvailabilityZone: 'ap-northeast-2a' },
      PrivateDnsName: expect.stringMatching(/^ip-10-11-\d+-\d+\.ap-northeast-2\.compute\.internal$/) as string,
    });
    const tags = Object.fromEntries((instance?.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]));
    expect(tags).toMatchObject({ 'karpenter.sh/nodepool': 'default', 'aws:ec2:fleet-id': FleetId, 'aws:ec2launchtemplate:version': '1' });
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [instance?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? ''] }));
    expect(Volumes).toMatchObject([{ Size: 20, VolumeType: 'gp3', Encrypted: true, Tags: [{ Key: 'karpenter.sh/nodepool', Value: 'default' }] }]);
    expect(instance?.BlockDeviceMappings).toHaveLength(1);
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? ''] }));
    expect(NetworkInterfaces).toMatchObject([{ TagSet: [{ Key: 'of', Value: 'lab' }] }]);
  }, TIME_LIMIT_MS);

  it('boots it into its cluster, and ends node, volume and interface with it', async () => {
    const id = (await fleet(['c5a.2xlarge'])).Instances?.[0]?.InstanceIds?.[0] ?? '';
    const instance = await described(id);
    const node = { name: instance?.PrivateDnsName ?? '' };
    await pollFor(() => textAt(kubernetes.find(NODES, node), 'metadata', 'labels', 'topology.kubernetes.io/zone'), { what: 'the node', deadlineSeconds: 20, describeMissing: () => readFindings(findingsFile).map(({ found }) => found) });
    await eventOf(id, 'running');

    const { TerminatingInstances } = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(TerminatingInstances?.[0]?.CurrentState?.Name).toBe('shutting-down');
    await eventOf(id, 'terminated');
    expect(kubernetes.find(NODES, node)).toBeUndefined();
    await expect(described(id)).resolves.toMatchObject({ State: { Name: 'terminated' } });
    await expect(faultOf(ec2.send(new DescribeVolumesCommand({ VolumeIds: [instance?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? ''] })))).resolves.toBe('InvalidVolume.NotFound');
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'network-interface-id', Values: [instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? ''] }] }));
    expect(NetworkInterfaces).toEqual([]);
  }, TIME_LIMIT_MS);

  it('launches several instances at once, each with the profile', async () => {
    const { Instances } = await fleet(['c5a.2xlarge'], { TargetCapacitySpecification: { TotalTargetCapacity: 3, DefaultTargetCapacityType: 'on-demand' } });
    const InstanceIds = [...Instances?.[0]?.InstanceIds ?? []];
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    const profiles = Reservations.flatMap(({ Instances: launched = [] }) => launched).map(({ IamInstanceProfile }) => IamInstanceProfile?.Arn);
    expect(profiles).toEqual(Array(3).fill('arn:aws:iam::123456789012:instance-profile/node'));
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  }, TIME_LIMIT_MS);

  it('takes a spot instance back after a warning', async () => {
    const { Instances } = await fleet(['c5a.2xlarge'], { TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot' }, SpotOptions: { AllocationStrategy: 'price-capacity-optimized' } });
    const id = Instances?.[0]?.InstanceIds?.[0] ?? '';
    await expect(described(id)).resolves.toMatchObject({ InstanceLifecycle: 'spot', SpotInstanceRequestId: expect.stringMatching(/^sir-/) as string });
    await interruptSpotInstance(endpoint, { instanceId: id, secondsUntilTermination: 0.2 }, runContext());
    await eventOf(id, 'terminate');
    await eventOf(id, 'terminated');
    await expect(described(id)).resolves.toMatchObject({ State: { Name: 'terminated' } });
  }, TIME_LIMIT_MS);

  it('says for each offer that is short why, and launches the next', async () => {
    await setCapacityShortages(endpoint, [{ instanceType: 'c5a.2xlarge' }], runContext());
    const { Instances, Errors } = await fleet(['c5a.2xlarge', 'c5.2xlarge']);
    expect(Instances?.[0]?.InstanceType).toBe('c5.2xlarge');
    expect(Errors?.map(({ ErrorCode, LaunchTemplateAndOverrides }) => [ErrorCode, LaunchTemplateAndOverrides?.Overrides?.AvailabilityZone]))
      .toEqual([['InsufficientInstanceCapacity', 'ap-northeast-2a'], ['InsufficientInstanceCapacity', 'ap-northeast-2b']]);
    await expect(fleet(['c5a.2xlarge'])).resolves.toMatchObject({ Instances: [] });
    expect(readFindings(findingsFile).filter(({ kind }) => kind === 'capacity-short')).toEqual([]);
    await expect(faultOf(ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, InstanceType: 'c5a.2xlarge', SubnetId: subnets[0], LaunchTemplate: { LaunchTemplateName: 'karpenter' } }))))
      .resolves.toBe('InsufficientInstanceCapacity');
    await setCapacityShortages(endpoint, [], runContext());
  }, TIME_LIMIT_MS);

  it('launches an instance of a node group with what its template says', async () => {
    const { Instances } = await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, InstanceType: 't3.medium', SubnetId: subnets[1], LaunchTemplate: { LaunchTemplateName: 'karpenter' } }));
    expect(Instances).toMatchObject([{ SubnetId: subnets[1], SecurityGroups: [{ GroupId: groupId }], MetadataOptions: { HttpTokens: 'required' } }]);
  }, TIME_LIMIT_MS);

  it('answers a dry run once all is checked', async () => {
    await expect(faultOf(fleet(['c5a.2xlarge'], { DryRun: true }))).resolves.toBe('DryRunOperation');
    const run = { DryRun: true, MinCount: 1, MaxCount: 1, InstanceType: 'c5a.2xlarge', SubnetId: subnets[0], LaunchTemplate: { LaunchTemplateName: 'karpenter' } } as const;
    await expect(faultOf(ec2.send(new RunInstancesCommand(run)))).resolves.toBe('DryRunOperation');
    await expect(faultOf(ec2.send(new RunInstancesCommand({ ...run, ImageId: 'ami-unknown' })))).resolves.toBe('InvalidAMIID.NotFound');
  }, TIME_LIMIT_MS);

  it('fails when image and type differ in their architecture', async () => {
    await expect(fleet(['c5a.2xlarge'], {}, 'karpenter', ARM)).resolves.toMatchObject({
      Instances: [], Errors: [{ ErrorCode: 'InvalidParameterValue', ErrorMessage: expect.stringContaining("'x86_64' of the specified instance type does not match") as string }, {}],
    });
  }, TIME_LIMIT_MS);

  it('fails when the instance profile has no role', async () => {
    await template('empty', groupId, 'empty');
    await expect(fleet(['c5a.2xlarge'], {}, 'empty')).resolves.toMatchObject({
      Errors: [{ ErrorMessage: 'IAM Instance Profile "arn:aws:iam::123456789012:instance-profile/empty" has no associated IAM Roles' }, {}],
    });
  }, TIME_LIMIT_MS);

  it('fails when there is no such template', async () => {
    await expect(faultOf(fleet(['c5a.2xlarge'], {}, 'unknown'))).resolves.toBe('InvalidLaunchTemplateName.NotFoundException');
  }, TIME_LIMIT_MS);

  it('reports no instance as impaired', async () => {
    const { InstanceStatuses } = await ec2.send(new DescribeInstanceStatusCommand({ Filters: [{ Name: 'instance-status.status', Values: ['impaired'] }] }));
    expect(InstanceStatuses).toEqual([]);
  }, TIME_LIMIT_MS);

  it('fails when a rule has a pattern that the rehearsal does not understand', async () => {
    const rule = new PutRuleCommand({ Name: 'odd', EventPattern: '{"source":[{"anything-but":"aws.ec2"}]}' });
    await expect(faultOf(new EventBridgeClient(sdkConfiguration(endpoint)).send(rule))).resolves.toBe('InvalidEventPatternException');
  }, TIME_LIMIT_MS);
});

