import type { Violation } from './violation';

/** The fixed names of what the lab makes in AWS. All derive from the cluster's name. */
export interface LabNames {
  /** CloudFormation stack. */
  readonly stack: string;
  /** IAM role of the Karpenter controller. */
  readonly controllerRole: string;
  /** IAM role of the nodes that Karpenter launches. An EC2NodeClass names it, so it cannot be a generated name. */
  readonly nodeRole: string;
  /** SQS queue on which Karpenter hears of interruptions; the cluster's name, as in upstream's reference. */
  readonly interruptionQueue: string;
  /** Schedule of EventBridge Scheduler that deletes the stack; there is one only with a deadline. */
  readonly deadlineSchedule: string;
}

/** The fixed names of the lab around a cluster. */
export function labNames(clusterName: string): LabNames {
  return {
    stack: clusterName,
    controllerRole: `${clusterName}-karpenter-controller`,
    nodeRole: `${clusterName}-karpenter-node`,
    interruptionQueue: clusterName,
    deadlineSchedule: `${clusterName}-deadline`,
  };
}

/** The managed policies that the Karpenter controller's permissions are split into, by upstream's names for them. */
export const KARPENTER_POLICY_NAMES = [
  'NodeLifecycle',
  'IAMIntegration',
  'EKSIntegration',
  'Interruption',
  'ZonalShift',
  'ResourceDiscovery',
] as const;

/** One part of the Karpenter controller's permissions. */
export type KarpenterPolicyName = (typeof KARPENTER_POLICY_NAMES)[number];

/** Name of a managed policy of the Karpenter controller, the same as in upstream's reference. */
export function karpenterPolicyName(clusterName: string, policy: KarpenterPolicyName): string {
  return `KarpenterController${policy}Policy-${clusterName}`;
}

/** Longest name that IAM gives a role. */
const ROLE_NAME_MAX_LENGTH = 64;

/**
 * Longest cluster name whose role names IAM still accepts.
 *
 * Every other name has more room: schedule 64 with a shorter ending, SQS queue 80, EKS cluster 100, CloudFormation stack 128,
 * managed policy 128 characters.
 */
export const CLUSTER_NAME_MAX_LENGTH = ROLE_NAME_MAX_LENGTH - longestRoleName('').length;

/**
 * The form that all names made from the cluster's share: CloudFormation allows no underscore and
 * wants a letter first; EKS and SQS allow no dot.
 */
export const CLUSTER_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9-]*$/;

/** What {@link clusterNameViolation} accepts. */
export const CLUSTER_NAME_ALLOWED = `1 to ${CLUSTER_NAME_MAX_LENGTH} letters, digits and hyphens, a letter first`;

/** Refuses a cluster name that EKS, IAM, SQS or CloudFormation would refuse, in itself or in a name made from it. */
export function clusterNameViolation(value: string): Violation | undefined {
  if (!CLUSTER_NAME_PATTERN.test(value)) {
    return {
      allowed: CLUSTER_NAME_ALLOWED,
      remedy: 'Use letters, digits and hyphens only and start with a letter: the CloudFormation stack has the same name.',
    };
  }
  if (value.length > CLUSTER_NAME_MAX_LENGTH) {
    const role = longestRoleName(value);
    return {
      allowed: CLUSTER_NAME_ALLOWED,
      remedy: `Shorten it by ${value.length - CLUSTER_NAME_MAX_LENGTH}: the IAM role ${role} would have ${role.length} of at most ${ROLE_NAME_MAX_LENGTH} characters.`,
    };
  }
  return undefined;
}

function longestRoleName(clusterName: string): string {
  const { controllerRole, nodeRole } = labNames(clusterName);
  return controllerRole.length > nodeRole.length ? controllerRole : nodeRole;
}
