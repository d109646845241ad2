import { DeadlinePassed } from '../../kubernetes/deadline-passed';
import { DEPLOYMENTS, selectorText } from '../../kubernetes/deployment';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { NODE_CLAIMS } from '../../kubernetes/node-claim';
import type { NodePool } from '../../kubernetes/node-pool';
import { waitFor } from '../../kubernetes/wait-for';
import type { ProgressListener } from '../../progress';
import { durationSeconds } from '../exercise/duration-seconds';
import { exerciseCommands } from '../exercise/exercise-commands';
import type { ExerciseExpectations } from '../exercise/expectations';
import { counted, listed } from '../plan/phrases';
import type { ClassDeadlines } from './class-options';
import { reported } from './reported';

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
  const replicas = (await api.get(DEPLOYMENTS, { namespace, name: deploymentName }, signal))?.replicas ?? 0;
  if (replicas > 0) {
    await reported(onProgress, `Scale ${deploymentName} of ${namespace} to 0 to make room`, () => api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, 0, signal));
    remarks.push(`Deployment ${deploymentName} of ${namespace} was scaled from ${replicas} to 0 to make room, and stays there. Scale it back: ${exerciseCommands(exercise).scale(replicas)}`);
  }
  return [...remarks, ...await nodesGone(api, exercise, nodePool, deadlines, onProgress, signal)];
}

async function nodesGone(
  api: KubernetesApi, { nodeSelector }: ExerciseExpectations, { consolidateAfter }: NodePool, deadlines: ClassDeadlines, onProgress: ProgressListener, signal?: AbortSignal,
): Promise<readonly string[]> {
  // NodeClaims, because one that still boots is no node yet and takes pods all the same.
  const list = await LiveList.start(api, NODE_CLAIMS, { labelSelector: selectorText(nodeSelector) }, signal);
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
