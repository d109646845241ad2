import type { LabView } from '../../assembly/lab-view';
import type { ClusterInAws } from '../../aws/cluster-in-aws';
import { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { connectToLab } from '../../kubernetes/lab-cluster';
import { LabError } from '../../lab-error';

/** A cluster that can be drained. */
export interface ReachedCluster {
  readonly api: KubernetesApi;
  /** Whether Karpenter is still installed. An earlier deletion of the stack can have come so far that it is not. */
  readonly hasKarpenter: boolean;
}

/**
 * Connects to the cluster, after EKS itself has said that the kubeconfig leads there.
 *
 * @returns undefined for a cluster that is being deleted: nothing can be drained in it any more
 * @throws LabError `ClusterNotConfigured`, and what `connectToLab` throws
 */
export async function reachCluster(
  kubeconfig: string, lab: Pick<LabView, 'karpenter' | 'cluster'>, cluster: ClusterInAws, signal?: AbortSignal,
): Promise<ReachedCluster | undefined> {
  if (cluster.status === 'DELETING' || cluster.status === 'FAILED' || cluster.endpoint === undefined) return undefined;
  await requireSameServer(kubeconfig, cluster, cluster.endpoint);
  try {
    return { api: await connectToLab(kubeconfig, lab, signal), hasKarpenter: true };
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'KarpenterNotFound') throw error;
    return { api: await KubernetesApi.connect({ kubeconfig }), hasKarpenter: false };
  }
}

async function requireSameServer(kubeconfig: string, { name }: ClusterInAws, endpoint: string): Promise<void> {
  const api = await KubernetesApi.connect({ kubeconfig });
  const { server } = api;
  api.close();
  if (URL.canParse(server) && URL.canParse(endpoint) && new URL(server).origin === new URL(endpoint).origin) return;
  throw new LabError({
    code: 'ClusterNotConfigured',
    message: `The kubeconfig leads to another cluster than ${name}, whose API server is ${endpoint}.`,
    received: server,
    remedy: `Run aws eks update-kubeconfig --name ${name}, or give the right file with --kubeconfig.`,
  });
}
