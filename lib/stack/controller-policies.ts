import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { KARPENTER_POLICY_NAMES, karpenterPolicyName } from '../config/names';
import { clusterTag, EKS_CLUSTER_TAG, NODE_CLAIM_TAG, NODE_CLASS_LABEL, NODE_POOL_LABEL, REGION_LABEL } from '../well-known-keys';

/** What the controller's policies are scoped to. */
export interface ControllerPoliciesProps {
  /** Literal name of the cluster: as a token it could not stand in a condition's key. */
  readonly clusterName: string;
  /** ARN of the role that Karpenter hands to the instances it launches. */
  readonly nodeRoleArn: string;
  /** ARN of the interruption queue. */
  readonly queueArn: string;
}

/**
 * What the Karpenter controller may do, in six managed policies: one alone would pass IAM's
 * limit of 6,144 characters.
 *
 * Actions, resources and conditions are those of upstream's reference, which `test/fixtures/karpenter-iam.json` restates.
 *
 * @see https://karpenter.sh/v1.14/reference/cloudformation/
 */
export class ControllerPolicies extends Construct {
  readonly policies: readonly iam.ManagedPolicy[];

  constructor(scope: Construct, id: string, props: ControllerPoliciesProps) {
    super(scope, id);
    const statements: Record<(typeof KARPENTER_POLICY_NAMES)[number], iam.PolicyStatement[]> = {
      NodeLifecycle: nodeLifecycle(props.clusterName),
      IAMIntegration: iamIntegration(props.clusterName, props.nodeRoleArn),
      EKSIntegration: eksIntegration(props.clusterName),
      Interruption: interruption(props.queueArn),
      ZonalShift: zonalShift(props.clusterName),
      ResourceDiscovery: resourceDiscovery(),
    };
    this.policies = KARPENTER_POLICY_NAMES.map((name) => new iam.ManagedPolicy(this, name, {
      managedPolicyName: karpenterPolicyName(props.clusterName, name),
      statements: statements[name],
    }));
  }
}

/** ARN of EC2 resources in the lab's region; an EC2 resource may belong to any account that shares it. */
function ec2Arns(...types: readonly string[]): string[] {
  return types.map((type) => `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:*:${type}/*`);
}

/** ARN of EC2 resources that belong to no account of ours, such as public images. */
function publicEc2Arns(...types: readonly string[]): string[] {
  return types.map((type) => `arn:${Aws.PARTITION}:ec2:${Aws.REGION}::${type}/*`);
}

const LAUNCHED_RESOURCES = ['fleet', 'instance', 'volume', 'network-interface', 'launch-template', 'spot-instances-request'] as const;

/** Key of a condition on the tag that a resource has. */
function resourceTag(key: string): string {
  return `aws:ResourceTag/${key}`;
}

/** Key of a condition on the tag that a request would give. */
function requestTag(key: string): string {
  return `aws:RequestTag/${key}`;
}

function ownedResource(clusterName: string): Record<string, string> {
  return { [resourceTag(clusterTag(clusterName))]: 'owned' };
}

function ownedRequest(clusterName: string): Record<string, string> {
  return {
    [requestTag(clusterTag(clusterName))]: 'owned',
    [requestTag(EKS_CLUSTER_TAG)]: clusterName,
  };
}

/** Launch, tag and terminate instances, those of this cluster's NodePools only. */
function nodeLifecycle(clusterName: string): iam.PolicyStatement[] {
  const resourceHasNodePool = { [resourceTag(NODE_POOL_LABEL)]: '*' };
  const requestHasNodePool = { [requestTag(NODE_POOL_LABEL)]: '*' };
  return [
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2InstanceAccessActions',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [
        ...publicEc2Arns('image', 'snapshot'),
        ...ec2Arns('security-group', 'subnet', 'capacity-reservation', 'placement-group'),
      ],
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2LaunchTemplateAccessActions',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: ec2Arns('launch-template'),
      conditions: { StringEquals: ownedResource(clusterName), StringLike: resourceHasNodePool },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2InstanceActionsWithTags',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
      resources: ec2Arns(...LAUNCHED_RESOURCES),
      conditions: { StringEquals: ownedRequest(clusterName), StringLike: requestHasNodePool },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedResourceCreationTagging',
      actions: ['ec2:CreateTags'],
      resources: ec2Arns(...LAUNCHED_RESOURCES),
      conditions: {
        StringEquals: {
          ...ownedRequest(clusterName),
          'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
        },
        StringLike: requestHasNodePool,
      },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedResourceTagging',
      actions: ['ec2:CreateTags'],
      resources: ec2Arns('instance'),
      conditions: {
        'StringEquals': ownedResource(clusterName),
        'StringLike': resourceHasNodePool,
        'StringEqualsIfExists': { [requestTag(EKS_CLUSTER_TAG)]: clusterName },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [EKS_CLUSTER_TAG, NODE_CLAIM_TAG, 'Name'] },
      },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedDeletion',
      actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
      resources: ec2Arns('instance', 'launch-template'),
      conditions: { StringEquals: ownedResource(clusterName), StringLike: resourceHasNodePool },
    }),
  ];
}

/** Pass the node role to EC2, and keep the instance profiles of this cluster's EC2NodeClasses. */
function iamIntegration(clusterName: string, nodeRoleArn: string): iam.PolicyStatement[] {
  const profiles = [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:instance-profile/*`];
  const resourceInRegion = { [resourceTag(REGION_LABEL)]: Aws.REGION };
  const requestInRegion = { [requestTag(REGION_LABEL)]: Aws.REGION };
  const resourceHasNodeClass = { [resourceTag(NODE_CLASS_LABEL)]: '*' };
  const requestHasNodeClass = { [requestTag(NODE_CLASS_LABEL)]: '*' };
  return [
    new iam.PolicyStatement({
      sid: 'AllowPassingInstanceRole',
      actions: ['iam:PassRole'],
      resources: [nodeRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] } },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedInstanceProfileCreationActions',
      actions: ['iam:CreateInstanceProfile'],
      resources: profiles,
      conditions: { StringEquals: { ...ownedRequest(clusterName), ...requestInRegion }, StringLike: requestHasNodeClass },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedInstanceProfileTagActions',
      actions: ['iam:TagInstanceProfile'],
      resources: profiles,
      conditions: {
        StringEquals: { ...ownedResource(clusterName), ...resourceInRegion, ...ownedRequest(clusterName), ...requestInRegion },
        StringLike: { ...resourceHasNodeClass, ...requestHasNodeClass },
      },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedInstanceProfileActions',
      actions: ['iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
      resources: profiles,
      conditions: { StringEquals: { ...ownedResource(clusterName), ...resourceInRegion }, StringLike: resourceHasNodeClass },
    }),
  ];
}

/** ARN of the lab's cluster, from its literal name, so that policies need not wait for the cluster. */
function clusterArn(clusterName: string): string {
  return `arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:cluster/${clusterName}`;
}

/** Find the API server's endpoint. */
function eksIntegration(clusterName: string): iam.PolicyStatement[] {
  return [new iam.PolicyStatement({
    sid: 'AllowAPIServerEndpointDiscovery',
    actions: ['eks:DescribeCluster'],
    resources: [clusterArn(clusterName)],
  })];
}

/** Read and acknowledge the messages of the interruption queue. */
function interruption(queueArn: string): iam.PolicyStatement[] {
  return [new iam.PolicyStatement({
    sid: 'AllowInterruptionQueueActions',
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
    resources: [queueArn],
  })];
}

/** See whether a zonal shift moves traffic away from one Availability Zone. */
function zonalShift(clusterName: string): iam.PolicyStatement[] {
  return [new iam.PolicyStatement({
    sid: 'AllowZonalShiftStatusReadOnly',
    actions: ['arc-zonal-shift:GetManagedResource'],
    resources: ['*'],
    conditions: { StringEquals: { 'arc-zonal-shift:ResourceIdentifier': clusterArn(clusterName) } },
  })];
}

/** Read what can be launched, where, and at what price. These actions know no resource-level permissions. */
function resourceDiscovery(): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'AllowRegionalReadActions',
      actions: [
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribePlacementGroups',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': Aws.REGION } },
    }),
    new iam.PolicyStatement({
      sid: 'AllowSSMReadActions',
      actions: ['ssm:GetParameter'],
      resources: [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}::parameter/aws/service/*`],
    }),
    new iam.PolicyStatement({
      sid: 'AllowPricingReadActions',
      actions: ['pricing:GetProducts'],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'AllowUnscopedInstanceProfileListAction',
      actions: ['iam:ListInstanceProfiles'],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'AllowInstanceProfileReadActions',
      actions: ['iam:GetInstanceProfile'],
      resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:instance-profile/*`],
    }),
  ];
}
