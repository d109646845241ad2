import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { NODE_CLAIMS, type NodeClaim } from '../../kubernetes/node-claim';
import type { NodePool } from '../../kubernetes/node-pool';
import { waitFor } from '../../kubernetes/wait-for';
import { NODE_POOL_LABEL } from '../../kubernetes/well-known-labels';
import { LabError } from '../../lab-error';
import type { ProgressListener } from '../../progress';
import { durationSeconds } from '../exercise/duration-seconds';
import { counted, listed } from '../plan/phrases';
import type { ClassDeadlines } from './class-options';
import { restoreLimits } from './raised-limits';
import { reported, type RemainderListener } from './reported';
import { removeNamespaces } from './student-namespaces';

/** How the lab was before the class. */
export interface LabBeforeClass {
  /** The NodePool, with the limits that the lab gives it. */
  readonly nodePool: NodePool;
  /** Uids of the NodeClaims. */
  readonly nodeClaims: ReadonlySet<string>;
}

/** Removes the namespaces, puts back the limits and waits until the class's nodes are gone. What remains is told, line by line. */
export async function cleanUpClass(
  api: KubernetesApi, before: LabBeforeClass, deadlines: ClassDeadlines, onProgress: ProgressListener,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const attempt = async (step: string, work: (news: RemainderListener) => Promise<unknown>): Promise<void> => {
    try {
      await reported(onProgress, step, work);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      problems.push(error.message);
    }
  };
  const { name } = before.nodePool.metadata;
  await attempt(`Put back the limits of NodePool ${name}`, () => restoreLimits(api, name));
  await attempt('Remove the namespaces of the class', (news) => removeNamespaces(api, deadlines.deletedSeconds, news));
  await attempt('Karpenter removes the nodes of the class', (news) => nodesGone(api, before, deadlines, news));
  return problems;
}

async function nodesGone(api: KubernetesApi, { nodePool, nodeClaims }: LabBeforeClass, deadlines: ClassDeadlines, news: RemainderListener): Promise<void> {
  const list = await LiveList.start(api, NODE_CLAIMS, { labelSelector: `${NODE_POOL_LABEL}=${nodePool.metadata.name}` });
  const left = (): readonly NodeClaim[] => list.items.filter(({ metadata }) => !nodeClaims.has(metadata.uid));
  const total = left().length;
  const idleSeconds = durationSeconds(nodePool.consolidateAfter);
  try {
    await waitFor(() => left().length === 0, {
      what: `the ${counted(total, 'node')} of the class are consolidated away`,
      // A NodePool that never consolidates keeps them; there is nothing to wait for.
      deadlineSeconds: idleSeconds === undefined ? 0 : deadlines.consolidatedSeconds + idleSeconds,
      on: [list],
      describeMissing: () => [
        ...(idleSeconds === undefined ? [`NodePool ${nodePool.metadata.name} never consolidates`] : []),
        `NodeClaims still there: ${listed(left().map(({ metadata }) => metadata.name))}`,
      ],
      onProgress: () => news(left().length, Math.max(total, left().length)),
      remedy: `Delete them: kubectl delete nodeclaim ${left().map(({ metadata }) => metadata.name).join(' ')}.`,
    });
  } finally {
    list.stop();
  }
}
