import { exactTag, ownedByCluster, type Tags } from './tags';

/** The tag by which AWS's load balancer controller says for which cluster it works. */
export const LOAD_BALANCER_CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

/** Tags that DescribeTags of both load balancer services gives at once. */
export const TAGGED_AT_ONCE = 20;

/** Evidence that a controller of this cluster made a load balancer or a target group. */
export function loadBalancerEvidence(tags: Tags, clusterName: string): string | undefined {
  return exactTag(tags, [LOAD_BALANCER_CLUSTER_TAG, clusterName], ownedByCluster(clusterName));
}
