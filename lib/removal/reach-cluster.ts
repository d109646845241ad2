import type { LabView } from '../assembly/lab-view';
import type { ClusterInAws, DeployedResource, DeployedStack } from '../aws/deployed-lab';
import { DRAIN_GUARD_TYPE } from '../config/names';
import { apiByKubeconfig } from '../kubernetes/api-by-kubeconfig';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { connectToLab } from '../kubernetes/lab-cluster';
import { KubernetesRequestRefused } from '../kubernetes/api-request';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';

/** Who drains the cluster, and why it is not the teardown itself. */
export type Drainer =
  | {
    readonly by: 'teardown';
    readonly api: KubernetesApi;
    /** Whether Karpenter is still installed. An earlier deletion of the stack can have come so far that it is not. */
    readonly hasKarpenter: boolean;
  }
  | {
    /** `guard`: the one in the stack, as the first thing of the stack's deletion. `nobody`: nothing can be drained any more. */
    readonly by: 'guard' | 'nobody';
    readonly why: string;
  };

/** What is known of the lab before its cluster is asked. */
export interface ReachClusterOptions {
  readonly kubeconfig: string;
  readonly lab: Pick<LabView, 'karpenter' | 'cluster' | 'nodePool'>;
  /** @default - EKS has none */
  readonly cluster: ClusterInAws | undefined;
  /** @default - CloudFormation has none */
  readonly stack: DeployedStack | undefined;
  /** Resources of the stack that are not deleted. */
  readonly resources: readonly DeployedResource[];
}

/**
 * Connects to the cluster, after EKS itself has said that the kubeconfig leads there. A cluster that does not let the user in,
 * or cannot be reached from here, is left to the guard in its stack: that has its own way and its own rights.
 *
 * @throws LabError `ClusterNotConfigured` when the kubeconfig leads to another cluster
 * @throws LabError what `connectToLab` throws, where the stack has no guard that could drain instead
 */
export async function reachCluster(options: ReachClusterOptions, run: RunContext): Promise<Drainer> {
  const { kubeconfig, lab, cluster, stack } = options;
  if (cluster === undefined) return { by: 'nobody', why: 'the cluster is gone' };
  if (stack?.status === 'DELETE_IN_PROGRESS') return { by: 'guard', why: 'the stack is being deleted already' };
  const { status, endpoint } = cluster;
  if (status === 'DELETING' || status === 'FAILED' || endpoint === undefined) return { by: 'nobody', why: `the cluster is ${status}` };
  try {
    await requireSameServer(kubeconfig, cluster, endpoint);
    return { by: 'teardown', api: await connectToLab(kubeconfig, lab, run), hasKarpenter: true };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    if (error.code === 'KarpenterNotFound') return { by: 'teardown', api: await apiByKubeconfig({ kubeconfig }, run), hasKarpenter: false };
    const other = isNoWayIn(error) ? otherDrainer(options, error) : undefined;
    if (other === undefined) throw error;
    return other;
  }
}

/** Whether this user, from here, does not get into the cluster at all. */
function isNoWayIn(error: LabError): boolean {
  if (error instanceof KubernetesRequestRefused) return error.status === 401 || error.status === 403;
  return ['KubeconfigUnreadable', 'KubernetesUnreachable'].includes(error.code);
}

/** Who drains the cluster where this user cannot, judged by what is left of the stack. */
function otherDrainer({ lab, stack, resources }: ReachClusterOptions, { message }: LabError): Drainer | undefined {
  if (stack === undefined) return undefined;
  if (resources.some((resource) => resource.type === DRAIN_GUARD_TYPE && isMade(resource))) return { by: 'guard', why: message };
  // The guard is the first to go, and goes only when it has drained.
  if (stack.status === 'DELETE_FAILED') return { by: 'nobody', why: 'the guard in the stack has drained it already' };
  // Of a first deployment that was not rolled back there may be Karpenter, or half of it, and nothing that tells it to launch.
  if (stack.status === 'CREATE_FAILED' && !resources.some((resource) => resource.logicalId === lab.nodePool.logicalId && isMade(resource))) {
    return { by: 'nobody', why: 'the deployment failed before its NodePool was made, so Karpenter has launched nothing' };
  }
  const hasKarpenter = resources.some(({ logicalId }) => logicalId === lab.karpenter.logicalId);
  return hasKarpenter ? undefined : { by: 'nobody', why: 'Karpenter is not in the stack, so it has launched nothing' };
}

/** What the CDK calls a custom resource whose creation failed. It deletes such a one without asking its function. */
const FAILED_CUSTOM_RESOURCE = 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED';

function isMade({ physicalId }: DeployedResource): boolean {
  return physicalId !== '' && physicalId !== FAILED_CUSTOM_RESOURCE;
}

async function requireSameServer(kubeconfig: string, { name }: ClusterInAws, endpoint: string): Promise<void> {
  const api = await apiByKubeconfig({ kubeconfig });
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
