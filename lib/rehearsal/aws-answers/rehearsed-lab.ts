import { existsSync } from 'node:fs';
import { readLab } from '../../assembly/lab-view';
import { readAssembly } from '../../assembly/read-assembly';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { RehearsedLabArguments } from './command-line';

/** The lab that is rehearsed, as far as AWS answers for it. */
export interface RehearsedLab {
  /** As it was synthesized. */
  readonly stack: SynthesizedStack;
  readonly clusterName: string;
  /** Namespace in which Karpenter's simulated EC2 keeps its instances. */
  readonly karpenterNamespace: string;
  /** Connects to the rehearsal's API server; undefined while it is not there yet. */
  readonly connect: () => Promise<KubernetesApi | undefined>;
  /** URL of the rehearsal's API server. */
  readonly clusterEndpoint: string;
  /** Takes away from moto what was seeded. */
  readonly unseed: () => Promise<void>;
}

/**
 * Reads the lab that is rehearsed.
 *
 * @throws LabError `AssemblyNotFound`, `AssemblyUnreadable`
 */
export function rehearsedLab({ assembly, kubeconfig, clusterEndpoint }: RehearsedLabArguments, moto: string): RehearsedLab {
  const stack = readAssembly(assembly);
  const { cluster, karpenter } = readLab(stack);
  return { stack, clusterName: cluster.name, karpenterNamespace: karpenter.namespace, clusterEndpoint, ...reached(stack, kubeconfig, moto) };
}

function reached(stack: SynthesizedStack, kubeconfig: string, moto: string): Pick<RehearsedLab, 'connect' | 'unseed'> {
  return {
    // Karpenter asks while the control plane starts.
    connect: async () => existsSync(kubeconfig) ? KubernetesApi.connect({ kubeconfig }) : undefined,
    // The SDK is loaded for this alone, at the end of a class.
    unseed: async () => (await import('../seed/unseed-aws.js')).unseedAws({ endpoint: moto, stack }),
  };
}
