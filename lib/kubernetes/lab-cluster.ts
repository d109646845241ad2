import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { arrayAt, objectAt, textAt } from '../assembly/json';
import type { LabView } from '../assembly/lab-view';
import { LabError } from '../lab-error';
import { DEPLOYMENTS } from './deployment';
import { KubernetesApi } from './kubernetes-api';
import type { ResourceKind } from './resource-kind';

/** Which kubeconfig is meant, as kubectl decides it. */
export interface KubeconfigChoice {
  /** What the user asked for. @default - that of the environment */
  readonly kubeconfig?: string;
  readonly workingDirectory: string;
  /** `KUBECONFIG` and `HOME` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Absolute path of the kubeconfig: the flag's, the first of `KUBECONFIG`, or `~/.kube/config`. */
export function kubeconfigPath({ kubeconfig, workingDirectory, env }: KubeconfigChoice): string {
  const chosen = kubeconfig ?? env['KUBECONFIG']?.split(delimiter).find((path) => path !== '');
  return chosen === undefined ? join(env['HOME'] ?? homedir(), '.kube', 'config') : resolve(workingDirectory, chosen);
}

const KARPENTER: ResourceKind<string | undefined> = {
  ...DEPLOYMENTS,
  read: (body) => {
    const [container] = arrayAt(objectAt(body, 'spec', 'template', 'spec'), 'containers');
    return textAt(arrayAt(container, 'env').find((variable) => textAt(variable, 'name') === 'CLUSTER_NAME'), 'value');
  },
};

/**
 * Connects to the lab's cluster, and refuses another one: Karpenter's Deployment says for which cluster it works.
 *
 * @param kubeconfig absolute path
 * @throws LabError `KubeconfigUnreadable`, `KubernetesUnreachable`, `KarpenterNotFound`, `ClusterNotConfigured`
 */
export async function connectToLab(kubeconfig: string, lab: Pick<LabView, 'karpenter' | 'cluster'>, signal?: AbortSignal): Promise<KubernetesApi> {
  const api = await KubernetesApi.connect({ kubeconfig });
  try {
    await checkCluster(api, lab, signal);
    return api;
  } catch (error) {
    api.close();
    throw error;
  }
}

async function checkCluster(api: KubernetesApi, { karpenter, cluster }: Pick<LabView, 'karpenter' | 'cluster'>, signal: AbortSignal | undefined): Promise<void> {
  const { namespace, release } = karpenter;
  const { items } = await api.list(KARPENTER, { namespace, fieldSelector: `metadata.name=${release}` }, signal);
  if (items.length === 0) {
    throw new LabError({
      code: 'KarpenterNotFound',
      message: `The cluster of the kubeconfig has no Deployment ${namespace}/${release}, so it is not the lab's.`,
      received: api.server,
      remedy: 'Choose the lab\'s cluster: the output KubeconfigCommand of the stack, or the KUBECONFIG that lab rehearse prints.',
    });
  }
  const [clusterName] = items;
  if (clusterName === cluster.name) return;
  throw new LabError({
    code: 'ClusterNotConfigured',
    message: `The kubeconfig leads to the cluster ${clusterName ?? 'of an unknown name'}; the lab's is ${cluster.name}.`,
    received: api.server,
    remedy: 'Choose the lab\'s cluster with kubectl config use-context, or synthesize the lab with that clusterName.',
  });
}
