/** A tag as EC2, IAM and the load balancers write it. */
interface AwsTag {
  readonly Key?: string;
  readonly Value?: string;
}

/** Tags by their keys. */
export type Tags = ReadonlyMap<string, string>;

/** Reads tags. */
export function tagsFrom(tags: readonly AwsTag[] | undefined): Tags {
  return new Map((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/**
 * The first of these tags that is there with exactly this value.
 *
 * @returns the tag as evidence, `key=value`; undefined when none is
 */
export function exactTag(tags: Tags, ...wanted: readonly (readonly [key: string, value: string])[]): string | undefined {
  const found = wanted.find(([key, value]) => tags.get(key) === value);
  return found === undefined ? undefined : found.join('=');
}

/** The key that Kubernetes' own controllers put on what they make for a cluster, with the value `owned`. */
export function ownedByCluster(clusterName: string): readonly [key: string, value: string] {
  return [`kubernetes.io/cluster/${clusterName}`, 'owned'];
}

/** The key by which Karpenter says for which cluster it works. */
export const EKS_CLUSTER_TAG = 'eks:eks-cluster-name';

/** Keys that only Karpenter writes. */
const KARPENTER_KEYS = ['karpenter.sh/nodeclaim', 'karpenter.sh/nodepool', 'karpenter.k8s.aws/ec2nodeclass'] as const;

/**
 * Evidence that Karpenter made something for this cluster: the cluster's name, and a key that only Karpenter writes. EKS
 * gives its own nodes the first without the second.
 *
 * @returns the tags as evidence; undefined when it is another's
 */
export function karpenterEvidence(tags: Tags, clusterName: string): string | undefined {
  const cluster = tags.has(EKS_CLUSTER_TAG)
    ? exactTag(tags, [EKS_CLUSTER_TAG, clusterName])
    : exactTag(tags, ownedByCluster(clusterName));
  const own = KARPENTER_KEYS.find((key) => tags.has(key));
  return cluster === undefined || own === undefined ? undefined : `${cluster} and ${own}=${tags.get(own)}`;
}
