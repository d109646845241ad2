import { type LabView, readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { RunContext } from '../run-context';
import { connectToLab, requireLabPlace } from '../kubernetes/lab-cluster';

/** Which lab is meant, and how its cluster is reached. */
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
 * Does something on the lab of an assembly by Kubernetes alone, and ends the connection afterwards.
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
