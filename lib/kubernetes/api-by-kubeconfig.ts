import { type RunContext, runContext } from '../run-context';
import { connectionOf } from './connection';
import { KubernetesApi } from './kubernetes-api';

/** A kubeconfig by which the Kubernetes API is reached. */
export interface KubeconfigOptions {
  /** Absolute path. Its current context names the cluster and the user. */
  readonly kubeconfig: string;
  /** Name under which the API server notes what is changed. @default 'karpenter-lab' */
  readonly fieldManager?: string;
}

/**
 * The Kubernetes API that a kubeconfig leads to. It makes no request yet.
 *
 * @throws LabError `KubeconfigUnreadable`
 */
export async function apiByKubeconfig({ kubeconfig, fieldManager }: KubeconfigOptions, run: Partial<RunContext> = {}): Promise<KubernetesApi> {
  return new KubernetesApi(await connectionOf(kubeconfig), runContext(run).signal, fieldManager);
}
