import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AttachNetworkInterfaceCommand, AuthorizeSecurityGroupIngressCommand, CreateLaunchTemplateCommand, CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand, CreateVolumeCommand, CreateVpcCommand, CreateVpcEndpointCommand, DescribeImagesCommand, DescribeSubnetsCommand, RunInstancesCommand, type ResourceType,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { CreateLoadBalancerCommand as CreateClassicCommand } from '@aws-sdk/client-elastic-load-balancing';
import {
  CreateListenerCommand, CreateLoadBalancerCommand, CreateTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import type { LabAws } from '../../../lib/aws/lab-aws';
import type { LabNames, LeftoverKindName } from '../../../lib/aws/leftovers/leftover';
import type { PlayedStacks } from './played-stacks';

type Tags = Readonly<Record<string, string>>;

/** Something that a test made, and how the lab knows it. */
export interface Planted {
  readonly kind: LeftoverKindName;
  readonly id: string;
  /** Why it is the lab's, or why it is not. */
  readonly why: string;
}

/** Plants leftovers, and what looks like them. */
export class Planter {
  readonly leftovers: Planted[] = [];
  readonly nearMisses: Planted[] = [];
  private subnetId = '';
  private otherSubnetId = '';
  private vpcId = '';
  private imageId = '';

  private constructor(private readonly aws: LabAws, private readonly lab: LabNames, private readonly stacks: PlayedStacks) {}

  static async start(aws: LabAws, lab: LabNames, stacks: PlayedStacks): Promise<Planter> {
    const planter = new Planter(aws, lab, stacks);
    const { Subnets = [] } = await aws.ec2.send(new DescribeSubnetsCommand({}));
    planter.subnetId = Subnets[0]?.SubnetId ?? '';
    planter.otherSubnetId = Subnets[1]?.SubnetId ?? '';
    planter.vpcId = Subnets[0]?.VpcId ?? '';
    const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({}));
    planter.imageId = Images[0]?.ImageId ?? '';
    return planter;
  }

  /** Notes what was made, as the lab's or as another's. */
  private note(isOurs: boolean, planted: Planted): string {
    (isOurs ? this.leftovers : this.nearMisses).push(planted);
    return planted.id;
  }

  async instance(isOurs: boolean, why: string, tags: Tags): Promise<string> {
    const { Instances = [] } = await this.aws.ec2.send(new RunInstancesCommand({
      ImageId: this.imageId, InstanceType: 'c5a.2xlarge', MinCount: 1, MaxCount: 1, SubnetId: this.subnetId, TagSpecifications: tagged('instance', tags),
    }));
    return this.note(isOurs, { kind: 'instance', id: Instances[0]?.InstanceId ?? '', why });
  }

  async volume(isOurs: boolean, why: string, tags: Tags): Promise<string> {
    const { VolumeId = '' } = await this.aws.ec2.send(new CreateVolumeCommand({
      AvailabilityZone: `${this.lab.region}a`, Size: 1, TagSpecifications: tagged('volume', tags),
    }));
    return this.note(isOurs, { kind: 'volume', id: VolumeId, why });
  }

  async launchTemplate(isOurs: boolean, why: string, name: string, tags: Tags): Promise<string> {
    const { LaunchTemplate } = await this.aws.ec2.send(new CreateLaunchTemplateCommand({
      LaunchTemplateName: name, LaunchTemplateData: { InstanceType: 'c5a.2xlarge' }, TagSpecifications: tagged('launch-template', tags),
    }));
    return this.note(isOurs, { kind: 'launchTemplate', id: LaunchTemplate?.LaunchTemplateId ?? '', why });
  }

  async instanceProfile(isOurs: boolean, why: string, path: string, name: string): Promise<string> {
    const RoleName = `role-of-${name}`;
    await this.aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: path }));
    await this.aws.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }));
    await this.aws.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName }));
    return this.note(isOurs, { kind: 'instanceProfile', id: name, why });
  }

  async networkInterface(isOurs: boolean, why: string, tags: Tags, options: {
    readonly description?: string; readonly attachedTo?: string; readonly groupId?: string;
  } = {}): Promise<string> {
    const { NetworkInterface } = await this.aws.ec2.send(new CreateNetworkInterfaceCommand({
      SubnetId: this.subnetId,
      Description: options.description ?? `aws-K8S-i-0${this.leftovers.length + this.nearMisses.length}`,
      Groups: options.groupId === undefined ? undefined : [options.groupId],
      TagSpecifications: tagged('network-interface', tags),
    }));
    const id = NetworkInterface?.NetworkInterfaceId ?? '';
    if (options.attachedTo !== undefined) {
      await this.aws.ec2.send(new AttachNetworkInterfaceCommand({ NetworkInterfaceId: id, InstanceId: options.attachedTo, DeviceIndex: 1 }));
    }
    return this.note(isOurs, { kind: 'networkInterface', id, why });
  }

  async securityGroup(isOurs: boolean, why: string, name: string, tags: Tags): Promise<string> {
    const { GroupId = '' } = await this.aws.ec2.send(new CreateSecurityGroupCommand({
      GroupName: name, Description: why, VpcId: this.vpcId, TagSpecifications: tagged('security-group', tags),
    }));
    return this.note(isOurs, { kind: 'securityGroup', id: GroupId, why });
  }

  /** A VPC as the stack of a name makes it, in which GuardDuty has put its endpoint and group. */
  async guardDuty(isOurs: boolean, why: string, stackName: string, region: string, managed = 'true'): Promise<void> {
    const { Vpc } = await this.aws.ec2.send(new CreateVpcCommand({ CidrBlock: '10.12.0.0/16', TagSpecifications: tagged('vpc', { 'aws:cloudformation:stack-name': stackName }) }));
    const VpcId = Vpc?.VpcId ?? '';
    const { VpcEndpoint } = await this.aws.ec2.send(new CreateVpcEndpointCommand({
      VpcId, ServiceName: `com.amazonaws.${region}.guardduty-data`, VpcEndpointType: 'Interface', TagSpecifications: tagged('vpc-endpoint', { GuardDutyManaged: managed }),
    }));
    this.note(isOurs, { kind: 'guardDutyEndpoint', id: VpcEndpoint?.VpcEndpointId ?? '', why });
    const name = managed === 'true' ? `GuardDutyManagedSecurityGroup-${VpcId}` : `GuardDutyManagedSecurityGroup-${VpcId}-copy`;
    const { GroupId = '' } = await this.aws.ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: why, VpcId }));
    this.note(isOurs, { kind: 'guardDutySecurityGroup', id: GroupId, why });
  }

  /** Lets one group's rules name another, as those of a load balancer and a node do. */
  async refer(from: string, to: string): Promise<void> {
    await this.aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({
      GroupId: from, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: to }] }],
    }));
  }

  /** A load balancer with its target group and a listener between them. */
  async loadBalancer(isOurs: boolean, why: string, name: string, tags: Tags): Promise<void> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { LoadBalancers = [] } = await this.aws.loadBalancers.send(new CreateLoadBalancerCommand({
      Name: name, Subnets: [this.subnetId, this.otherSubnetId], Tags: Tags.length === 0 ? undefined : Tags,
    }));
    const { TargetGroups = [] } = await this.aws.loadBalancers.send(new CreateTargetGroupCommand({
      Name: `${name}-tg`, Protocol: 'HTTP', Port: 80, VpcId: this.vpcId, Tags: Tags.length === 0 ? undefined : Tags,
    }));
    const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn ?? '';
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
    await this.aws.loadBalancers.send(new CreateListenerCommand({
      LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }));
    this.note(isOurs, { kind: 'loadBalancer', id: LoadBalancerArn, why });
    this.note(isOurs, { kind: 'targetGroup', id: TargetGroupArn, why });
  }

  async classicLoadBalancer(isOurs: boolean, why: string, name: string, tags: Tags): Promise<void> {
    await this.aws.classicLoadBalancers.send(new CreateClassicCommand({
      LoadBalancerName: name,
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 30080 }],
      AvailabilityZones: [`${this.lab.region}a`],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }));
    this.note(isOurs, { kind: 'classicLoadBalancer', id: name, why });
  }

  async logGroup(isOurs: boolean, why: string, name: string): Promise<void> {
    await this.aws.logs.send(new CreateLogGroupCommand({ logGroupName: name }));
    this.note(isOurs, { kind: 'logGroup', id: name, why });
  }

  /**
   * The log groups of a stack's function. Where the stack is gone, they came back afterwards.
   *
   * @param isDeleted whether the stack is gone
   */
  async stackWithLogs(isOurs: boolean, why: string, stackName: string, isDeleted: boolean): Promise<void> {
    const functionName = `${stackName}-Handler886CB40B-a1B2c3D4e5F6`;
    const ownGroup = `${stackName}-HandlerLogs5E4F3D2C-a1B2c3D4e5F6`;
    this.stacks.add({
      stackName,
      status: isDeleted ? 'DELETE_COMPLETE' : 'UPDATE_COMPLETE',
      resources: [['AWS::Lambda::Function', functionName], ['AWS::Logs::LogGroup', ownGroup], ['AWS::SQS::Queue', `/aws/lambda/${stackName}-by-hand`]],
    });
    await this.logGroup(isOurs, why, ownGroup);
    await this.logGroup(isOurs, why, `/aws/lambda/${functionName}`);
  }
}

function tagged(type: ResourceType, tags: Tags): TagSpecification[] | undefined {
  const pairs = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return pairs.length === 0 ? undefined : [{ ResourceType: type, Tags: pairs }];
}
