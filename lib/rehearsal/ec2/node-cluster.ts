import { DescribeClusterCommand, EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { unlessAbsent } from '../../aws/aws-failure';
import { boundTo } from '../../aws/bound-client';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { Account } from '../account';
import { ROOT_CREDENTIALS } from '../iam/iam';

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

/**
 * The clusters of an account, as its own EKS describes them.
 *
 * @param kubernetes the API of the cluster with all rights; undefined where there is none
 */
export function nodeClusters({ endpoint, region, run: { signal } }: Pick<Account, 'endpoint' | 'region' | 'run'>, kubernetes: () => KubernetesApi | undefined): NodeClusters {
  const eks = boundTo(signal, new EKSClient({ endpoint, region, credentials: ROOT_CREDENTIALS }));
  const read = async (name: string): Promise<NodeCluster | undefined> => {
    const answer = await unlessAbsent(() => eks.send(new DescribeClusterCommand({ name })), 'ResourceNotFoundException');
    const controllers = kubernetes();
    const { endpoint: server, resourcesVpcConfig: network } = answer?.cluster ?? {};
    if (server === undefined || controllers === undefined) return undefined;
    const own = network?.clusterSecurityGroupId;
    return { name, endpoint: server, securityGroupIds: [...(own === undefined ? [] : [own]), ...network?.securityGroupIds ?? []], controllers };
  };
  return {
    list: async () => {
      const { clusters = [] } = await eks.send(new ListClustersCommand({}));
      return (await Promise.all(clusters.map(read))).filter((cluster) => cluster !== undefined);
    },
  };
}
