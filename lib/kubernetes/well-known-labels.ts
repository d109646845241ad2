/** Name of the NodePool that a node or a NodeClaim belongs to. */
export const NODE_POOL_LABEL = 'karpenter.sh/nodepool';

/** How a node is bought: `on-demand`, `spot` or `reserved`. */
export const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type';

/** Instance type of a node, such as `c5a.2xlarge`. */
export const INSTANCE_TYPE_LABEL = 'node.kubernetes.io/instance-type';

/** Region of a node. */
export const REGION_LABEL = 'topology.kubernetes.io/region';

/** Availability Zone of a node. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';
