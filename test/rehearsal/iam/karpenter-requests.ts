import {
  CreateFleetCommand, CreateLaunchTemplateCommand, CreateTagsCommand, DeleteLaunchTemplateCommand, DescribeInstancesCommand, DescribeSpotPriceHistoryCommand, EC2Client,
  RunInstancesCommand, type Tag, TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import {
  AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, DeleteInstanceProfileCommand, GetInstanceProfileCommand, IAMClient, ListInstanceProfilesCommand,
  RemoveRoleFromInstanceProfileCommand, TagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing';
import { DeleteMessageCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import type { AccountResources, KnownLaunchTemplate, TagValues } from '../../../lib/rehearsal/iam/authorization';
import { ACCOUNT, REGION } from './simulated-access';
import { wireRequest } from './wire-request';

/** Tags that Karpenter gives to what it makes for its NodePool. */
export const LAUNCH_TAGS: TagValues = {
  'kubernetes.io/cluster/karpenter-lab': 'owned',
  'karpenter.sh/nodepool': 'default',
  'eks:eks-cluster-name': 'karpenter-lab',
  'karpenter.k8s.aws/ec2nodeclass': 'default',
};

/** Tags of its instance profile. */
const PROFILE_TAGS: TagValues = {
  'kubernetes.io/cluster/karpenter-lab': 'owned',
  'eks:eks-cluster-name': 'karpenter-lab',
  'karpenter.k8s.aws/ec2nodeclass': 'default',
  'topology.kubernetes.io/region': REGION,
};

const TEMPLATE: KnownLaunchTemplate = {
  id: 'lt-1', imageId: 'ami-1', subnetIds: [], securityGroupIds: ['sg-1'], instanceProfile: 'karpenter-lab_1', isSpot: false,
  tagsByType: new Map([['network-interface', LAUNCH_TAGS], ['spot-instances-request', LAUNCH_TAGS]]),
};

/** What is in the account while Karpenter works. */
export const KARPENTERS_RESOURCES: AccountResources = {
  ec2Tags: (id) => Promise.resolve(/^(?:i|lt)-/.test(id) ? LAUNCH_TAGS : {}),
  launchTemplate: (choice) => Promise.resolve(choice.name === 'karpenter.k8s.aws/1' || choice.id === TEMPLATE.id ? TEMPLATE : undefined),
  roleArn: (name) => Promise.resolve(`arn:aws:iam::${ACCOUNT}:role/${name}`),
  instanceProfile: (name) => Promise.resolve(name === 'karpenter-lab_1'
    ? { arn: `arn:aws:iam::${ACCOUNT}:instance-profile/karpenter/${REGION}/karpenter-lab/1/${name}`, roleArn: `arn:aws:iam::${ACCOUNT}:role/karpenter-lab-karpenter-node`, tags: PROFILE_TAGS }
    : undefined),
};

function listed(tags: TagValues): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Makes Karpenter's requests, as the AWS SDK writes them. */
export class KarpenterRequests {
  /** All of them, by what they are for. */
  async all(): Promise<Readonly<Record<string, AwsRequest>>> {
    const made = {
      createFleet: this.createFleet({}),
      createSpotFleet: this.createFleet({ capacity: 'spot' }),
      runInstances: this.runInstances(),
      createLaunchTemplate: this.createLaunchTemplate(LAUNCH_TAGS),
      deleteLaunchTemplate: wireRequest((to) => new EC2Client(to).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: 'lt-1' }))),
      tagInstance: this.tagInstance({ 'karpenter.sh/nodeclaim': 'default-abc', 'eks:eks-cluster-name': 'karpenter-lab', 'Name': 'node' }),
      terminateInstances: wireRequest((to) => new EC2Client(to).send(new TerminateInstancesCommand({ InstanceIds: ['i-1'] }))),
      describeInstances: wireRequest((to) => new EC2Client(to).send(new DescribeInstancesCommand({}))),
      describeSpotPrices: wireRequest((to) => new EC2Client(to).send(new DescribeSpotPriceHistoryCommand({}))),
      createInstanceProfile: wireRequest((to) => new IAMClient(to).send(new CreateInstanceProfileCommand({
        InstanceProfileName: 'karpenter-lab_2', Path: `/karpenter/${REGION}/karpenter-lab/2/`, Tags: listed(PROFILE_TAGS) as { Key: string; Value: string }[],
      }))),
      tagInstanceProfile: wireRequest((to) => new IAMClient(to).send(new TagInstanceProfileCommand({
        InstanceProfileName: 'karpenter-lab_1', Tags: listed(PROFILE_TAGS) as { Key: string; Value: string }[],
      }))),
      addRole: wireRequest((to) => new IAMClient(to).send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'karpenter-lab_1', RoleName: 'karpenter-lab-karpenter-node' }))),
      removeRole: wireRequest((to) => new IAMClient(to).send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: 'karpenter-lab_1', RoleName: 'karpenter-lab-karpenter-node' }))),
      deleteInstanceProfile: wireRequest((to) => new IAMClient(to).send(new DeleteInstanceProfileCommand({ InstanceProfileName: 'karpenter-lab_1' }))),
      getInstanceProfile: wireRequest((to) => new IAMClient(to).send(new GetInstanceProfileCommand({ InstanceProfileName: 'karpenter-lab_1' }))),
      listInstanceProfiles: wireRequest((to) => new IAMClient(to).send(new ListInstanceProfilesCommand({ PathPrefix: `/karpenter/${REGION}/karpenter-lab/` }))),
      describeCluster: wireRequest((to) => new EKSClient(to).send(new DescribeClusterCommand({ name: 'karpenter-lab' }))),
      getQueueUrl: wireRequest((to) => new SQSClient(to).send(new GetQueueUrlCommand({ QueueName: 'karpenter-lab' }))),
      receiveMessage: wireRequest((to) => new SQSClient(to).send(new ReceiveMessageCommand({ QueueUrl: 'http://127.0.0.1:9/123456789012/karpenter-lab' }))),
      deleteMessage: wireRequest((to) => new SQSClient(to).send(new DeleteMessageCommand({ QueueUrl: 'http://127.0.0.1:9/123456789012/karpenter-lab', ReceiptHandle: 'r' }))),
      getParameter: wireRequest((to) => new SSMClient(to).send(new GetParameterCommand({ Name: '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id' }))),
      getProducts: wireRequest((to) => new PricingClient({ ...to, region: 'us-east-1' }).send(new GetProductsCommand({ ServiceCode: 'AmazonEC2' }))),
    };
    return Object.fromEntries(await Promise.all(Object.entries(made).map(async ([name, request]) => [name, await request] as const)));
  }

  createFleet({ tags = LAUNCH_TAGS, capacity = 'on-demand' }: { readonly tags?: TagValues; readonly capacity?: 'on-demand' | 'spot' }): Promise<AwsRequest> {
    return wireRequest((to) => new EC2Client(to).send(new CreateFleetCommand({
      Type: 'instant',
      LaunchTemplateConfigs: [{
        LaunchTemplateSpecification: { LaunchTemplateName: 'karpenter.k8s.aws/1', Version: '$Latest' },
        Overrides: [{ InstanceType: 'c5a.2xlarge', SubnetId: 'subnet-1', ImageId: 'ami-1' }, { InstanceType: 'c5.2xlarge', SubnetId: 'subnet-2', ImageId: 'ami-1' }],
      }],
      TargetCapacitySpecification: { DefaultTargetCapacityType: capacity, TotalTargetCapacity: 1 },
      TagSpecifications: (['instance', 'volume', 'fleet'] as const).map((ResourceType) => ({ ResourceType, Tags: listed(tags) })),
    })));
  }

  /** The trial that Karpenter makes before it calls an EC2NodeClass valid. */
  runInstances(): Promise<AwsRequest> {
    return wireRequest((to) => new EC2Client(to).send(new RunInstancesCommand({
      DryRun: true,
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: { LaunchTemplateName: 'karpenter.k8s.aws/1', Version: '$Latest' },
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: 'subnet-1' }],
      TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map((ResourceType) => ({ ResourceType, Tags: listed(LAUNCH_TAGS) })),
    })));
  }

  createLaunchTemplate(tags: TagValues): Promise<AwsRequest> {
    return wireRequest((to) => new EC2Client(to).send(new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'karpenter.k8s.aws/2', LaunchTemplateData: { ImageId: 'ami-1' }, TagSpecifications: [{ ResourceType: 'launch-template', Tags: listed(tags) }],
    })));
  }

  tagInstance(tags: TagValues): Promise<AwsRequest> {
    return wireRequest((to) => new EC2Client(to).send(new CreateTagsCommand({ Resources: ['i-1'], Tags: listed(tags) })));
  }
}
