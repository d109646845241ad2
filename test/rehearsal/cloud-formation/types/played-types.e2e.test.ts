import {
  CreateNetworkInterfaceCommand, DeleteNetworkInterfaceCommand, DescribeAddressesCommand, DescribeNetworkInterfacesCommand, DescribeSecurityGroupsCommand,
  DescribeVpcsCommand, EC2Client,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, DeleteInstanceProfileCommand, GetRoleCommand, IAMClient, RemoveRoleFromInstanceProfileCommand } from '@aws-sdk/client-iam';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { textAt } from '../../../../lib/json';
import { everythingIn } from '../../../../lib/rehearsal/account-contents';
import type { PlayedTypes } from '../../../../lib/rehearsal/cloud-formation/types/played-types';
import { makeEmptyAccount, rolesOfEmptyAccount } from '../../../../lib/rehearsal/empty-account';
import { runContext } from '../../../../lib/run-context';
import { synthLab } from '../../../support/synth-lab';
import { faultOf, sdkConfiguration } from '../../aws-answers/answering';
import { type Moto, startMoto } from '../../moto';
import { TEST_ACCOUNT, typesAt } from './asking';
import { type WalkedResource, Walker } from './walker';
import { withoutStacks } from './without-stacks';

/** moto reads its tables at the first request of a service. */
const TIME_LIMIT_MS = 60_000;

describe('the resources of the lab in moto', () => {
  let moto: Moto;
  let front: Awaited<ReturnType<typeof withoutStacks>>;
  let types: PlayedTypes;
  let walker: Walker;
  let configuration: ReturnType<typeof sdkConfiguration>;
  const contents = () => everythingIn({ ...TEST_ACCOUNT, endpoint: front.url, run: runContext() });
  const resource = (type: string, logicalId = ''): WalkedResource => {
    const found = walker.resources.find((candidate) => candidate.type.type === type && candidate.logicalId.includes(logicalId));
    if (found === undefined) throw new Error(`There is no ${type} ${logicalId}`);
    return found;
  };

  beforeAll(async () => {
    moto = await startMoto([]);
    front = await withoutStacks(moto.url);
    configuration = sdkConfiguration(moto.url);
    await makeEmptyAccount({ ...TEST_ACCOUNT, moto: moto.url, run: runContext() });
    types = typesAt(moto.url);
    walker = new Walker((await synthLab({ expiresAt: '2027-12-01T18:00+09:00', tags: { Course: 'karpenter' } })).synthesized, types, moto.url);
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    types.close();
    front.stop();
    await moto.stop();
  });

  it('begin in an empty account', async () => {
    await expect(contents()).resolves.toEqual([]);
    const iam = new IAMClient(configuration);
    for (const { name } of rolesOfEmptyAccount(TEST_ACCOUNT)) await iam.send(new GetRoleCommand({ RoleName: name }));
  }, TIME_LIMIT_MS);

  it('are all made, with the attributes that CloudFormation documents', async () => {
    await walker.create();
    const spec = loadAwsServiceSpecSync();
    const undocumented = walker.resources.flatMap(({ type: { type }, made }) => {
      const [documented] = spec.lookup('resource', 'cloudFormationType', 'equals', type);
      return Object.keys(made.attributes).filter((name) => documented?.attributes[name] === undefined).map((name) => `${type}.${name}`);
    });
    expect(undocumented).toEqual([]);
    expect((await contents()).length).toBeGreaterThan(40);
  }, TIME_LIMIT_MS);

  it('have the tags of the template and those of CloudFormation', async () => {
    const vpc = resource('AWS::EC2::VPC');
    const { Vpcs } = await new EC2Client(configuration).send(new DescribeVpcsCommand({ VpcIds: [vpc.made.physicalId] }));
    expect(Object.fromEntries(Vpcs?.[0]?.Tags?.map(({ Key, Value }) => [Key, Value]) ?? [])).toEqual({
      'Name': 'karpenter-lab/Network/Vpc',
      'Course': 'karpenter',
      'aws:cloudformation:stack-name': 'lab',
      'aws:cloudformation:stack-id': 'arn:aws:cloudformation:ap-northeast-2:123456789012:stack/lab/1',
      'aws:cloudformation:logical-id': vpc.logicalId,
    });
    const { Role } = await new IAMClient(configuration).send(new GetRoleCommand({ RoleName: 'karpenter-lab-karpenter-node' }));
    expect(Role?.Tags).toContainEqual({ Key: 'aws:cloudformation:stack-name', Value: 'lab' });
  });

  it('let out what the template lets out, and no more', async () => {
    const { SecurityGroups } = await new EC2Client(configuration).send(new DescribeSecurityGroupsCommand({ GroupIds: [resource('AWS::EC2::SecurityGroup').made.physicalId] }));
    expect(SecurityGroups?.[0]?.IpPermissionsEgress?.map(({ IpProtocol, FromPort }) => [IpProtocol, FromPort])).toEqual([['tcp', 443]]);
  });

  it('fill the queue by their rules, as its policy lets them', async () => {
    const queue = resource('AWS::SQS::Queue');
    const { Targets } = await new EventBridgeClient(configuration).send(new ListTargetsByRuleCommand({ Rule: resource('AWS::Events::Rule', 'Spot').made.physicalId }));
    expect(Targets?.map(({ Arn }) => Arn)).toEqual([queue.made.attributes['Arn']]);
    const { Attributes } = await new SQSClient(configuration).send(new GetQueueAttributesCommand({ QueueUrl: queue.made.physicalId, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ MessageRetentionPeriod: '300', SqsManagedSseEnabled: 'true', Policy: expect.stringContaining('DenyHTTP') });
  });

  it('stay what they are when they are updated to it', async () => {
    const before = await contents();
    await walker.update();
    await expect(contents()).resolves.toEqual(before);
  }, TIME_LIMIT_MS);

  it('fail when they are made a second time under the same name', async () => {
    for (const type of ['AWS::SQS::Queue', 'AWS::IAM::Role', 'AWS::IAM::ManagedPolicy', 'AWS::Scheduler::Schedule']) {
      const { type: played, properties, logicalId } = walker.resources.find((candidate) =>
        candidate.type.type === type && (type !== 'AWS::IAM::Role' || candidate.properties['RoleName'] !== undefined)) ?? resource(type);
      const stack = { ...TEST_ACCOUNT, id: 'other', name: 'other', partition: 'aws', tags: {} };
      const call = played.create({ logicalId, properties, stack, token: 'other', credentials: configuration.credentials, signal: new AbortController().signal, initiated: () => undefined });
      await expect(call).rejects.toThrow('already exists');
    }
  });

  it('fail to go while something needs them', async () => {
    const ec2 = new EC2Client(configuration);
    const iam = new IAMClient(configuration);
    const subnet = resource('AWS::EC2::Subnet', 'Private');
    const group = resource('AWS::EC2::SecurityGroup');
    const role = resource('AWS::IAM::Role', 'KarpenterNodeRole');
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: subnet.made.physicalId, Groups: [group.made.physicalId] }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'made-by-karpenter' }));
    const profile = { InstanceProfileName: 'made-by-karpenter', RoleName: role.made.physicalId };
    await iam.send(new AddRoleToInstanceProfileCommand(profile));

    await expect(faultOf(walker.deleteOne(subnet))).resolves.toBe('DependencyViolation');
    await expect(faultOf(walker.deleteOne(group))).resolves.toBe('DependencyViolation');
    await expect(faultOf(walker.deleteOne(resource('AWS::EC2::VPCGatewayAttachment')))).resolves.toBe('DependencyViolation');
    await expect(walker.deleteOne(resource('AWS::EC2::EIP'))).rejects.toThrow('in use');
    await expect(walker.deleteOne(resource('AWS::IAM::ManagedPolicy'))).rejects.toThrow('Cannot delete a policy attached to entities.');
    await expect(walker.deleteOne(role)).rejects.toThrow('Cannot delete entity, must remove roles from instance profile first');

    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId }));
    await iam.send(new RemoveRoleFromInstanceProfileCommand(profile));
    await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: 'made-by-karpenter' }));
  }, TIME_LIMIT_MS);

  it('give back address and interface of the NAT gateway', async () => {
    const ec2 = new EC2Client(configuration);
    const nat = resource('AWS::EC2::NatGateway');
    await walker.deleteOne(nat);
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({ PublicIps: [resource('AWS::EC2::EIP').made.physicalId] }));
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'subnet-id', Values: [textAt(nat.properties, 'SubnetId') ?? ''] }] }));
    expect(NetworkInterfaces).toEqual([]);
  });

  it('end in an empty account, and count as deleted when they are gone already', async () => {
    await walker.delete();
    await expect(contents()).resolves.toEqual([]);
    for (const each of walker.resources.toReversed()) await walker.deleteOne(each);
  }, TIME_LIMIT_MS);
});
