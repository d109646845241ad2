/** A node label that the exercise shows its reader. */
export interface ShownLabel {
  readonly key: string;
  /**
   * Whether Karpenter or the exercise depends on it, so that a node without it is not the exercise's outcome. The others
   * are decoration of EKS, EC2 or an add-on.
   */
  readonly isEssential: boolean;
  /** Whether the nodes of a rehearsal carry it, too. */
  readonly isSimulated: boolean;
}

/**
 * Labels of the node in the exercise's last output. The team's label comes from the NodePool and is not listed.
 */
export const SHOWN_LABELS: readonly ShownLabel[] = [
  ...[
    'karpenter.k8s.aws/ec2nodeclass',
    'karpenter.k8s.aws/instance-category',
    'karpenter.k8s.aws/instance-cpu',
    'karpenter.k8s.aws/instance-family',
    'karpenter.k8s.aws/instance-generation',
    'karpenter.k8s.aws/instance-memory',
    'karpenter.k8s.aws/instance-size',
    'karpenter.sh/capacity-type',
    'karpenter.sh/initialized',
    'karpenter.sh/nodepool',
    'karpenter.sh/registered',
    'kubernetes.io/arch',
    'kubernetes.io/hostname',
    'kubernetes.io/os',
    'node.kubernetes.io/instance-type',
    'topology.kubernetes.io/region',
    'topology.kubernetes.io/zone',
  ].map((key) => ({ key, isEssential: true, isSimulated: true })),
  ...[
    'beta.kubernetes.io/arch',
    'beta.kubernetes.io/os',
    'karpenter.k8s.aws/instance-cpu-manufacturer',
    'karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz',
    'karpenter.k8s.aws/instance-ebs-bandwidth',
    'karpenter.k8s.aws/instance-encryption-in-transit-supported',
    'karpenter.k8s.aws/instance-hypervisor',
    'karpenter.k8s.aws/instance-network-bandwidth',
    'topology.k8s.aws/zone-id',
  ].map((key) => ({ key, isEssential: false, isSimulated: true })),
  ...[
    'beta.kubernetes.io/instance-type',
    'failure-domain.beta.kubernetes.io/region',
    'failure-domain.beta.kubernetes.io/zone',
    'k8s.io/cloud-provider-aws',
    'topology.ebs.csi.aws.com/zone',
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
