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
  ].map((key) => ({ key, isEssential: true })),
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
    LEGACY_INSTANCE_TYPE_LABEL,
    LEGACY_REGION_LABEL,
    LEGACY_ZONE_LABEL,
    CLOUD_PROVIDER_LABEL,
    EBS_ZONE_LABEL,
  ].map((key) => ({ key, isEssential: false })),
];

/** How a node's labels compare with those that the exercise shows. */
export interface LabelComparison {
  readonly present: readonly string[];
  readonly missing: readonly ShownLabel[];
}

/** Compares a node's labels with those that the exercise shows. */
export function compareLabels(labels: Readonly<Record<string, string>>, nodeSelector: Readonly<Record<string, string>>): LabelComparison {
  const shown = [...Object.keys(nodeSelector).map((key) => ({ key, isEssential: true })), ...SHOWN_LABELS];
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
    ...(missing.length === 0 ? [] : [`Missing: ${listed(missing.map(({ key }) => key))}`]),
  ];
}

/** What no rehearsal can do, one line each. */
export const NOT_SIMULATED: readonly string[] = [
  'Containers do not run and no traffic flows: no image is pulled, managed add-ons are stand-ins that request what the lab\'s own table says, and kubectl exec, port-forward (so kube-ops-view cannot be opened), top, and logs of pods other than Karpenter\'s do not work.',
  'AWS is played: EC2, IAM, EKS, Lambda and CloudFormation behave here as their documentation says and as the lab reads it. What only AWS itself decides is not proved.',
  'Time is compressed where AWS only keeps one waiting: a control plane, a NAT gateway or a boot takes seconds, not minutes.',
  'Nothing is billed, spot prices are estimates that never move, and capacity is short only where a drill says so.',
];

/** {@link NOT_SIMULATED} where the nodes are those of a rehearsal; nothing for nodes of EC2. */
export function notSimulated(nodes: readonly ClusterNode[]): readonly string[] {
  return nodes.some(isSimulatedNode) ? NOT_SIMULATED : [];
}
