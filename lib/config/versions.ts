/**
 * Every version that the lab pins, with the reason and the source. `lab.yaml` repeats those that
 * an instructor may change; a test keeps the two in step.
 */
export const versions = {
  /**
   * Kubernetes minor version of the control plane, in standard support to 2027-03-27. 1.36 is newer
   * on EKS, but is past the constants of the AWS CDK that eks-blueprints is pinned to.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
   */
  kubernetes: '1.35',

  /**
   * Karpenter, both charts: the release whose IAM reference and CRDs this project carries.
   *
   * @see https://github.com/aws/karpenter-provider-aws/releases/tag/v1.14.3
   */
  karpenter: '1.14.3',

  /** Karpenter's chart. ECR Public needs no credentials. */
  karpenterChart: 'oci://public.ecr.aws/karpenter/karpenter',

  /** Karpenter's CRDs as a chart of their own, so that Helm upgrades them with the controller. */
  karpenterCrdChart: 'oci://public.ecr.aws/karpenter/karpenter-crd',

  /**
   * EKS add-ons: the builds EKS offered as defaults for Kubernetes 1.35 in September and October
   * 2026, running on 1.35 clusters then. EKS withdraws old builds in time: check with
   * `aws eks describe-addon-versions --kubernetes-version 1.35 --addon-name NAME`.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
   */
  addOns: {
    /** Pod network. @see https://github.com/aws/amazon-vpc-cni-k8s/releases */
    'vpc-cni': 'v1.22.4-eksbuild.3',
    /** Cluster DNS. @see https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html */
    coredns: 'v1.13.2-eksbuild.31',
    /** Service routing; its minor version must be the cluster's. @see https://docs.aws.amazon.com/eks/latest/userguide/managing-kube-proxy.html */
    'kube-proxy': 'v1.35.3-eksbuild.29',
    /** Credentials for pods. @see https://github.com/aws/eks-pod-identity-agent/releases */
    'eks-pod-identity-agent': 'v1.3.10-eksbuild.3',
    /** Persistent volumes. @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/releases */
    'aws-ebs-csi-driver': 'v1.66.0-eksbuild.1',
    /** `kubectl top`; a community add-on built by EKS. @see https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html */
    'metrics-server': 'v0.9.0-eksbuild.11',
  },

  /**
   * AL2023 image of the nodes that Karpenter launches: the newest release seen in ap-northeast-2.
   * AWS deprecates old releases but does not delete them, so a pin keeps working.
   *
   * @see https://github.com/awslabs/amazon-eks-ami/releases/tag/v20260917
   */
  amiAlias: 'al2023@v20260917',

  /** The same AL2023 release for the system node group, in the form that managed node groups take. */
  systemNodeAmiRelease: '1.35.8-20260917',

  /** Image of the exercise's pods, as in the exercise. @see https://gallery.ecr.aws/eks-distro/kubernetes/pause */
  pauseImage: 'public.ecr.aws/eks-distro/kubernetes/pause:3.7',

  /** kube-ops-view, its last release. @see https://codeberg.org/hjacobs/kube-ops-view */
  kubeOpsViewImage: 'docker.io/hjacobs/kube-ops-view:23.5.0',
} as const;

/**
 * Compares two versions such as `1.26.6` number by number; a missing number is 0. What follows the numbers, such as `rc1`, is
 * not compared.
 *
 * @returns negative where `a` is older, 0 where they are equal, positive where `a` is newer
 * @example
 * compareVersions('1.9.0', '1.10'); // negative
 */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): readonly number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}

/** Root volume of a system node in GiB: EKS's own default, enough for the images that run there. */
export const SYSTEM_NODE_VOLUME_GIB = 20;
