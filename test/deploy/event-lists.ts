import type { StackEvent as SdkEvent } from '@aws-sdk/client-cloudformation';
import type { StackEvent } from '../../lib/aws/stack-events';

export const STACK_ID = 'arn:aws:cloudformation:ap-northeast-2:111122223333:stack/Lab/1';
/** When CloudFormation begins in these lists. */
export const BEGINNING_MILLIS = Date.parse('2026-11-24T01:00:00Z');

/** An event in short: seconds after the beginning, logical id (`Lab` is the stack), type, status, reason. */
export type ShortEvent = readonly [seconds: number, logicalId: string, type: string, status: string, reason?: string, physicalId?: string];

/** Events as the actions read them. */
export function events(...list: readonly ShortEvent[]): readonly StackEvent[] {
  return list.map(([seconds, logicalId, type, status, reason, physicalId], index) => ({
    id: `${index}-${logicalId}-${status}`,
    logicalId,
    physicalId: logicalId === 'Lab' ? STACK_ID : physicalId ?? '',
    type,
    status,
    reason,
    atMillis: BEGINNING_MILLIS + seconds * 1000,
    isOfStack: logicalId === 'Lab',
  }));
}

/** The same as CloudFormation gives them: the newest first. */
export function sdkEvents(...list: readonly ShortEvent[]): SdkEvent[] {
  return events(...list).map((event) => ({
    EventId: event.id,
    StackId: STACK_ID,
    StackName: 'Lab',
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    ResourceStatus: event.status as 'CREATE_COMPLETE',
    ResourceStatusReason: event.reason,
    Timestamp: new Date(event.atMillis),
  })).toReversed();
}

const STACK = 'AWS::CloudFormation::Stack';
export const BEGUN: readonly ShortEvent[] = [
  [-2, 'Lab', STACK, 'REVIEW_IN_PROGRESS', 'User Initiated'],
  [0, 'Lab', STACK, 'CREATE_IN_PROGRESS', 'User Initiated'],
  [1, 'ClusterRole', 'AWS::IAM::Role', 'CREATE_IN_PROGRESS'],
  [1, 'Vpc', 'AWS::EC2::VPC', 'CREATE_IN_PROGRESS'],
];
export const CREATED: readonly ShortEvent[] = [
  ...BEGUN,
  [13, 'Vpc', 'AWS::EC2::VPC', 'CREATE_COMPLETE'],
  [840, 'Lab', STACK, 'CREATE_COMPLETE'],
];

/** Two addresses are asked for at once: the quota refuses one, and CloudFormation cancels what else is under way. */
export const ADDRESS_QUOTA_REACHED: readonly ShortEvent[] = [
  ...BEGUN,
  [5, 'Address', 'AWS::EC2::EIP', 'CREATE_IN_PROGRESS'],
  [7, 'Address', 'AWS::EC2::EIP', 'CREATE_FAILED', 'Resource handler returned message: "The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400, Request ID: 6b1f-4c2d)" (RequestToken: 0f4c, HandlerErrorCode: ServiceLimitExceeded)'],
  [8, 'ClusterRole', 'AWS::IAM::Role', 'CREATE_FAILED', 'Resource creation cancelled'],
  [8, 'Vpc', 'AWS::EC2::VPC', 'CREATE_FAILED', 'Resource creation cancelled'],
  [9, 'Lab', STACK, 'ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to create: [Address, ClusterRole, Vpc]. Rollback requested by user.'],
  [20, 'Vpc', 'AWS::EC2::VPC', 'DELETE_FAILED', 'The vpc has dependencies and cannot be deleted.'],
  [40, 'Lab', STACK, 'ROLLBACK_COMPLETE'],
];

/** A role of an earlier class has the name. */
export const ROLE_EXISTS: readonly ShortEvent[] = [
  ...BEGUN,
  [3, 'KarpenterNodeRole', 'AWS::IAM::Role', 'CREATE_FAILED', 'Resource of type \'AWS::IAM::Role\' with identifier \'lab-karpenter-node\' already exists.'],
  [4, 'Vpc', 'AWS::EC2::VPC', 'CREATE_FAILED', 'Resource creation cancelled'],
  [40, 'Lab', STACK, 'ROLLBACK_COMPLETE'],
];

/** Helm could not install the chart: the function of the stack says so. */
export const CHART_FAILED: readonly ShortEvent[] = [
  ...BEGUN,
  [600, 'HandlerLogs', 'AWS::Logs::LogGroup', 'CREATE_IN_PROGRESS', 'Resource creation Initiated', 'Lab-HandlerLogs-A1B2'],
  [601, 'HandlerLogs', 'AWS::Logs::LogGroup', 'CREATE_COMPLETE', undefined, 'Lab-HandlerLogs-A1B2'],
  [700, 'Karpenter', 'Custom::AWSCDK-EKS-HelmChart', 'CREATE_IN_PROGRESS'],
  [1300, 'Karpenter', 'Custom::AWSCDK-EKS-HelmChart', 'CREATE_FAILED', 'Received response status [FAILED] from custom resource. Message returned: Error: b\'Error: context deadline exceeded\' (RequestId: 4b6c1e)'],
  [1302, 'Lab', STACK, 'ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to create: [Karpenter]. Rollback requested by user.'],
];

/** The same in a deployment without rollback: it stops, and nothing is deleted. */
export const KEPT_CHART: readonly ShortEvent[] = [
  ...CHART_FAILED.slice(0, -1),
  [1302, 'Lab', STACK, 'CREATE_FAILED', 'The following resource(s) failed to create: [Karpenter].'],
];

/** What the next deployment makes of that. */
export const MENDED: readonly ShortEvent[] = [
  [2000, 'Lab', STACK, 'UPDATE_IN_PROGRESS', 'User Initiated'],
  [2100, 'Karpenter', 'Custom::AWSCDK-EKS-HelmChart', 'CREATE_COMPLETE'],
  [2200, 'Lab', STACK, 'UPDATE_COMPLETE'],
];
