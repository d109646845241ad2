import { type ClusterNode, isSimulatedNode } from '../kubernetes/core-kinds';
import {
  ARCHITECTURE_LABEL, CAPACITY_TYPE_LABEL, CLOUD_PROVIDER_LABEL, EBS_ZONE_LABEL, HOSTNAME_LABEL, INSTANCE_CATEGORY_LABEL,
  INSTANCE_CPU_LABEL, INSTANCE_FAMILY_LABEL, INSTANCE_GENERATION_LABEL, INSTANCE_HYPERVISOR_LABEL, INSTANCE_MEMORY_LABEL,
  INSTANCE_SIZE_LABEL, INSTANCE_TYPE_LABEL, LEGACY_ARCHITECTURE_LABEL, LEGACY_INSTANCE_TYPE_LABEL, LEGACY_OPERATING_SYSTEM_LABEL,
  LEGACY_REGION_LABEL, LEGACY_ZONE_LABEL, NODE_CLASS_LABEL, NODE_POOL_LABEL, OPERATING_SYSTEM_LABEL, REGION_LABEL, ZONE_ID_LABEL,
  ZONE_LABEL,
} from '../well-known-keys';
import { listed } from '../words';

/** A node label that the exercise shows its reader. */
export interface ShownLabel {
  readonly key: string;
  /**
   * Whether Karpenter or the exercise depends on it, so that a node without it fails the exercise. The other labels come from EKS,
   * EC2 or an add-on, and nothing depends on them.
   */
  readonly isEssential: boolean;
  /** Whether nodes of a rehearsal have it too. */
  readonly isSimulated: boolean;
}

/** Labels of the node in the exercise's last output, without the team's label, which comes from the NodePool. */
export const SHOWN_LABELS: readonly ShownLabel[] = [
  ...[
    NODE_CLASS_LABEL,
    INSTANCE_CATEGORY_LABEL,
    INSTANCE_CPU_LABEL,
    INSTANCE_FAMILY_LABEL,
    INSTANCE_GENERATION_LABEL,
    INSTANCE_MEMORY_LABEL,
    INSTANCE_SIZE_LABEL,
    CAPACITY_TYPE_LABEL,
    'karpenter.sh/initialized',
    NODE_POOL_LABEL,
    'karpenter.sh/registered',
    ARCHITECTURE_LABEL,
    HOSTNAME_LABEL,
    OPERATING_SYSTEM_LABEL,
    INSTANCE_TYPE_LABEL,
    REGION_LABEL,
    ZONE_LABEL,
  ].map((key) => ({ key, isEssential: true, isSimulated: true })),
  ...[
    LEGACY_ARCHITECTURE_LABEL,
    LEGACY_OPERATING_SYSTEM_LABEL,
    'karpenter.k8s.aws/instance-cpu-manufacturer',
    'karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz',
    'karpenter.k8s.aws/instance-ebs-bandwidth',
    'karpenter.k8s.aws/instance-encryption-in-transit-supported',
    INSTANCE_HYPERVISOR_LABEL,
    'karpenter.k8s.aws/instance-network-bandwidth',
    ZONE_ID_LABEL,
  ].map((key) => ({ key, isEssential: false, isSimulated: true })),
  ...[
    LEGACY_INSTANCE_TYPE_LABEL,
    LEGACY_REGION_LABEL,
    LEGACY_ZONE_LABEL,
    CLOUD_PROVIDER_LABEL,
    EBS_ZONE_LABEL,
  ].map((key) => ({ key, isEssential: false, isSimulated: false })),
];

/** How a node's labels compare with those that the exercise shows. */
export interface LabelComparison {
  readonly present: readonly string[];
  readonly missing: readonly ShownLabel[];
}

/** Compares a node's labels with those that the exercise shows. */
export function compareLabels(labels: Readonly<Record<string, string>>, nodeSelector: Readonly<Record<string, string>>): LabelComparison {
  const shown = [...Object.keys(nodeSelector).map((key) => ({ key, isEssential: true, isSimulated: true })), ...SHOWN_LABELS];
  return {
    present: shown.filter(({ key }) => key in labels).map(({ key }) => key),
    missing: shown.filter(({ key }) => !(key in labels)),
  };
}

/** Labels that a node lacks although Karpenter and the exercise depend on them. */
export function essentialLabelsMissing({ metadata }: ClusterNode, nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  return compareLabels(metadata.labels, nodeSelector).missing.filter(({ isEssential }) => isEssential).map(({ key }) => key);
}

/** Evidence about a node's labels, line by line. */
export function labelLinesOf(node: ClusterNode, nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  const { present, missing } = compareLabels(node.metadata.labels, nodeSelector);
  const values = [...Object.keys(nodeSelector), NODE_POOL_LABEL, CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, ZONE_LABEL]
    .map((key) => `${key}=${node.metadata.labels[key] ?? ''}`);
  return [
    `${node.metadata.name}: ${values.join(', ')}`,
    `${present.length} of ${present.length + missing.length} labels that the exercise shows`,
    ...(missing.length === 0 ? [] : [`${isSimulatedNode(node) ? 'Not simulated' : 'Missing'}: ${listed(missing.map(({ key }) => key))}`]),
  ];
}

/** What no rehearsal can do, one line each. */
const NEVER_SIMULATED: readonly string[] = [
  'Containers do not run: no image is pulled, and kubectl exec, port-forward (so kube-ops-view cannot be opened), top, and logs of pods other than Karpenter\'s do not work.',
  'CloudFormation and Helm charts are not executed: their system pods are stand-ins that request what the lab\'s own table says.',
  'IAM is not enforced: every call is allowed, whoever makes it.',
  'EC2 is simulated: an instance is there after a fixed time, is never short of capacity, and costs nothing; spot prices are estimates that never move.',
  'There is no kubelet and no network: DaemonSets count by what they request, and pods have addresses that lead nowhere.',
  'Nodes are named kwok-..., and kubectl shows kwok\'s version for theirs; provider ids begin with kwok-aws:/// instead of aws:///; Karpenter\'s log lacks the field commit.',
];

/** What the exercise shows on AWS and no rehearsal can, one line each. */
export const NOT_SIMULATED: readonly string[] = withLabels(SHOWN_LABELS.filter(({ isSimulated }) => !isSimulated).map(({ key }) => key));

/**
 * What the exercise shows on AWS and these nodes cannot, one line each. Empty for nodes of EC2.
 *
 * @param nodeSelector labels that the exercise's pods select
 */
export function notSimulated(nodes: readonly ClusterNode[], nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  const simulated = nodes.filter(isSimulatedNode);
  if (simulated.length === 0) return [];
  // Nodes for other pods have labels of their own.
  const launched = simulated.filter(({ metadata }) => Object.entries(nodeSelector).every(([key, value]) => metadata.labels[key] === value));
  if (launched.length === 0) return NOT_SIMULATED;
  // A missing essential label is a failure, or it comes in a moment.
  return withLabels(launched.flatMap(({ metadata }) => compareLabels(metadata.labels, nodeSelector).missing.filter(({ isEssential }) => !isEssential).map(({ key }) => key)));
}

function withLabels(keys: readonly string[]): readonly string[] {
  const missing = [...new Set(keys)].toSorted();
  return missing.length === 0 ? NEVER_SIMULATED : [...NEVER_SIMULATED, `Node labels that the exercise shows and that are absent: ${missing.join(', ')}.`];
}
