import type { KubernetesApi } from '../../kubernetes/kubernetes-api';

/** A cluster that instances can join, as far as EC2's side of an account sees it. */
export interface NodeCluster {
  readonly name: string;
  /** URL of its API server, as a NodeConfig must name it. */
  readonly endpoint: string;
  /**
   * Security groups of the control plane's interfaces: the group that EKS made with the cluster first, then those that were
   * added to it.
   */
  readonly securityGroupIds: readonly string[];
  /** Its API, with the rights that EKS's own controllers have: what the cloud controller uses. */
  readonly controllers: KubernetesApi;
}

/** The clusters of an account. */
export interface NodeClusters {
  /** Those that exist now. */
  list(): Promise<readonly NodeCluster[]>;
}
