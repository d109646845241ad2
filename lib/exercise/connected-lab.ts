import { type LabView, readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { RunContext } from '../run-context';
import { connectToLab, requireLabPlace } from '../kubernetes/lab-cluster';

/** Which lab to work on, and how to reach its cluster. */
export interface LabConnection {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Absolute path of the kubeconfig. */
  readonly kubeconfig: string;
}

/** A lab whose cluster answers. */
export interface ConnectedLab {
  readonly lab: LabView;
  readonly api: KubernetesApi;
}

/**
 * Connects to the cluster of an assembly's lab, runs `work`, and closes the connection. It uses Kubernetes alone.
 *
 * @param work gets the lab and the connected API
 * @returns what `work` returns
 *
 * @throws LabError `AssemblyNotFound`, `AssemblyUnreadable`, `KubeconfigUnreadable`, `KubernetesUnreachable`,
 * `KarpenterNotFound` or `ClusterNotConfigured`
 */
export async function onLab<Result>(
  { assemblyDirectory, kubeconfig }: LabConnection, run: RunContext, work: (connected: ConnectedLab) => Promise<Result>,
): Promise<Result> {
  const lab = readLab(readAssembly(assemblyDirectory));
  const api = await connectToLab(kubeconfig, lab, run);
  try {
    await requireLabPlace(api, lab.stack);
    return await work({ lab, api });
  } finally {
    api.close();
  }
}
