import { SYSTEM_NAMESPACES } from '../kubernetes/objects';
import type { Violation } from './values';

/** The fixed names of what the lab makes in AWS. All derive from the cluster's name. */
export interface ResourceNames {
  /** CloudFormation stack. */
  readonly stack: string;
  /** IAM role of the Karpenter controller. */
  readonly controllerRole: string;
  /** IAM role of the nodes that Karpenter launches. An EC2NodeClass names it, so it cannot be a generated name. */
  readonly nodeRole: string;
  /** SQS queue on which Karpenter hears of interruptions; the cluster's name, as in upstream's reference. */
  readonly interruptionQueue: string;
  /** Schedule of EventBridge Scheduler that deletes the stack. It exists only where the lab has a deadline. */
  readonly deadlineSchedule: string;
}

/** The fixed names of the lab around a cluster. */
export function resourceNames(clusterName: string): ResourceNames {
  return {
    stack: clusterName,
    controllerRole: `${clusterName}-karpenter-controller`,
    nodeRole: `${clusterName}-karpenter-node`,
    interruptionQueue: clusterName,
    deadlineSchedule: `${clusterName}-deadline`,
  };
}

/** The node label by which a team's pods find the nodes of its NodePool. Its value is the team's name. */
export const TEAM_LABEL = 'eks-team';

/** CloudFormation type of the custom resource that drains Karpenter before the stack goes. */
export const DRAIN_GUARD_TYPE = 'Custom::KarpenterDrainGuard';

/** Type of the metadata that holds the configuration that a stack was made of. It is in the assembly, not in the template. */
export const CONFIGURATION_METADATA = 'karpenter-lab:configuration';

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
  const role = longestRoleName(value);
  const remedies = [
    !CLUSTER_NAME_PATTERN.test(value)
      && 'Use letters, digits and hyphens only and start with a letter: the CloudFormation stack has the same name.',
    value.length > CLUSTER_NAME_MAX_LENGTH
      && `Shorten it by ${value.length - CLUSTER_NAME_MAX_LENGTH}: the IAM role ${role} would have ${role.length} of at most ${ROLE_NAME_MAX_LENGTH} characters.`,
  ].filter((remedy) => remedy !== false);
  return remedies.length === 0 ? undefined : { allowed: CLUSTER_NAME_ALLOWED, remedy: remedies.join(' ') };
}

function longestRoleName(clusterName: string): string {
  const { controllerRole, nodeRole } = resourceNames(clusterName);
  return controllerRole.length > nodeRole.length ? controllerRole : nodeRole;
}

/** Longest DNS label and label value. */
const MAX_LENGTH = 63;

/** A DNS label by RFC 1123, the form of a namespace's name. */
export const NAMESPACE_PATTERN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The form of a label's value. Kubernetes also allows an empty one, which would select nothing useful. */
export const LABEL_VALUE_PATTERN = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** What {@link labelValueViolation} accepts. */
export const LABEL_VALUE_ALLOWED = `1 to ${MAX_LENGTH} letters, digits, '-', '_' and '.', a letter or digit at both ends`;

const NAMESPACE_ALLOWED = `1 to ${MAX_LENGTH} lower-case letters, digits and '-', a letter or digit at both ends`;

/** What {@link labNamespaceViolation} accepts. */
export const LAB_NAMESPACE_ALLOWED = `${NAMESPACE_ALLOWED}; not default, not kube-*`;

/** What {@link controllerNamespaceViolation} accepts. */
export const CONTROLLER_NAMESPACE_ALLOWED = `${NAMESPACE_ALLOWED}; not default, and of kube-* only kube-system`;

const NAMESPACE_REMEDY = `Use lower-case letters, digits and hyphens, at most ${MAX_LENGTH}, such as karpenter-test.`;

/** Refuses a namespace for workloads that the lab could not make and delete as its own. */
export function labNamespaceViolation(value: string): Violation | undefined {
  const allowed = LAB_NAMESPACE_ALLOWED;
  if (!NAMESPACE_PATTERN.test(value)) {
    return { allowed, remedy: NAMESPACE_REMEDY };
  }
  return isReserved(value)
    ? { allowed, remedy: 'Choose a name of its own, such as karpenter-test: the lab deletes this namespace at the end.' }
    : undefined;
}

/** Refuses a namespace for the controller: Kubernetes reserves `kube-` and Karpenter belongs in `kube-system` or its own. */
export function controllerNamespaceViolation(value: string): Violation | undefined {
  const allowed = CONTROLLER_NAMESPACE_ALLOWED;
  if (!NAMESPACE_PATTERN.test(value)) {
    return { allowed, remedy: NAMESPACE_REMEDY };
  }
  return value !== 'kube-system' && isReserved(value)
    ? { allowed, remedy: 'Take kube-system, whose requests the API server puts first, or a name of its own, such as karpenter.' }
    : undefined;
}

/** Refuses what Kubernetes does not take as a label's value. */
export function labelValueViolation(value: string): Violation | undefined {
  return LABEL_VALUE_PATTERN.test(value) ? undefined : {
    allowed: LABEL_VALUE_ALLOWED,
    remedy: 'Use letters, digits and hyphens, such as my-team: this is the value of the node label eks-team.',
  };
}

function isReserved(namespace: string): boolean {
  return SYSTEM_NAMESPACES.includes(namespace) || namespace.startsWith('kube-');
}
