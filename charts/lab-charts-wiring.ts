import { labNames } from '../lib/config/names';
import type { LabConfig } from '../lib/config/schema';
import { versions } from '../lib/config/versions';
import type { LabChartsWiring } from './lab-charts';

/**
 * Tag by which Karpenter finds the subnets it may launch nodes into. Its value is the cluster's name.
 *
 * @see https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/
 */
export const SUBNET_DISCOVERY_TAG = 'karpenter.sh/discovery';

/**
 * Tag that EKS sets on the security group that it makes for a cluster, and on no other: unlike
 * `kubernetes.io/cluster/NAME`, which load balancers' groups carry as well. Its value is the cluster's name.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
const CLUSTER_SECURITY_GROUP_TAG = 'aws:eks:cluster-name';

/** The wiring that follows from the configuration: the stack gives these names and tags to what it makes. */
export function wiringOf(config: LabConfig): LabChartsWiring {
  return {
    nodeRoleName: labNames(config.clusterName).nodeRole,
    subnetSelectorTags: { [SUBNET_DISCOVERY_TAG]: config.clusterName },
    securityGroupSelectorTags: { [CLUSTER_SECURITY_GROUP_TAG]: config.clusterName },
    kubeOpsViewImage: versions.kubeOpsViewImage,
  };
}
