import { DEPLOYMENTS, selectorText } from '../../kubernetes/core-kinds';
import { NODE_CLAIMS, type NodeClaim, type NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { DeadlinePassed, waitFor } from '../../wait-for';
import { LabError } from '../../lab-error';
import type { ProgressListener } from '../../progress';
import { NODE_POOL_LABEL } from '../../well-known-keys';
import { counted, listed } from '../../words';
import { exerciseCommands } from '../exercise-commands';
import type { ExerciseExpectations } from '../expectations';
import { durationSeconds } from '../step-recorder';
import { type ClassDeadlines, type RemainderListener, reported } from './class-options';
import { restoreLimits } from './raised-limits';
import { removeNamespaces } from './student-namespaces';

/**
 * Scales the lab's own exercise to 0 and lets the nodes of before go, so that they take no room from the class and launch no
 * pod of it ahead of time. The exercise stays at 0.
 *
 * @returns what the reader should know of it, one line each; nothing where there was nothing in the way
 */
export async function makeRoom(
  api: KubernetesApi, exercise: ExerciseExpectations, nodePool: NodePool, deadlines: ClassDeadlines, onProgress: ProgressListener, signal?: AbortSignal,
): Promise<readonly string[]> {
  const { namespace, deploymentName } = exercise;
  const remarks: string[] = [];
  const replicas = (await api.get(DEPLOYMENTS, { namespace, name: deploymentName }))?.replicas ?? 0;
  if (replicas > 0) {
    await reported(onProgress, `Scale ${deploymentName} of ${namespace} to 0 to make room`, () => api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, 0));
    remarks.push(`Deployment ${deploymentName} of ${namespace} was scaled from ${replicas} to 0 to make room, and stays there. Scale it back: ${exerciseCommands(exercise).scale(replicas)}`);
  }
  return [...remarks, ...await nodesGone(api, exercise, nodePool, deadlines, onProgress, signal)];
}

async function nodesGone(
  api: KubernetesApi, { nodeSelector }: ExerciseExpectations, { consolidateAfter }: NodePool, deadlines: ClassDeadlines, onProgress: ProgressListener, signal?: AbortSignal,
): Promise<readonly string[]> {
  // NodeClaims, because one that still boots is no node yet and takes pods all the same.
  const list = await LiveList.start(api, NODE_CLAIMS, { labelSelector: selectorText(nodeSelector) });
  const total = list.items.length;
  const idleSeconds = durationSeconds(consolidateAfter);
  try {
    if (total === 0) return [];
    await reported(onProgress, 'Karpenter removes the nodes of before', (news) => waitFor(() => list.items.length === 0, {
      what: `the ${counted(total, 'node')} of before are consolidated away`,
      deadlineSeconds: idleSeconds === undefined ? 0 : deadlines.clearedSeconds + idleSeconds,
      on: [list],
      describeMissing: () => [],
      onProgress: () => news(list.items.length, Math.max(total, list.items.length)),
      signal,
    }));
    return [];
  } catch (error) {
    // The class can do without: its pods may go to these nodes.
    if (!(error instanceof DeadlinePassed)) throw error;
    return [`${counted(list.items.length, 'node')} of before stayed, and the class may have used what room they had: ${listed(list.items.map(({ metadata }) => metadata.name))}.`];
  } finally {
    list.stop();
  }
}

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
  await attempt('Karpenter removes the nodes of the class', (news) => labNodesGone(api, before, deadlines, news));
  return problems;
}

async function labNodesGone(api: KubernetesApi, { nodePool, nodeClaims }: LabBeforeClass, deadlines: ClassDeadlines, news: RemainderListener): Promise<void> {
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
