import { livePods, nodeNamesOf, runningPods } from '../kubernetes/cluster-model';
import { type Pod, takesNoRoom } from '../kubernetes/core-kinds';
import { waitFor } from '../wait-for';
import { counted } from '../words';
import { consolidationStep, exercisePods, untilPodsGone } from './consolidation';
import { SCALING_SECONDS } from './deadlines';
import { type WatchedExercise, whyNotRunning } from './exercise-context';
import { exerciseCommands } from './exercise-commands';
import { launchedNodes, timelineOf } from './exercise-timeline';
import { launchNews, podsByNodeLines } from './launch-steps';
import type { ExerciseMark, LaunchedNode } from './exercise-result';

/** How a scaling is followed. */
export interface FollowOptions {
  /** Scales, and gives back when, by the API server's clock. */
  readonly scale: () => Promise<string>;
  /** @default - {@link SCALING_SECONDS}, and the NodePool's `consolidateAfter` besides where nodes go */
  readonly timeoutSeconds?: number;
}

/** What following a scaling shows. */
export interface FollowedScaling {
  /** When it was scaled, by the API server's clock, as ISO 8601 in whole seconds. */
  readonly scaledAt: string;
  readonly timeline: readonly ExerciseMark[];
  readonly nodes: readonly LaunchedNode[];
}

/** Scales out and follows the pods until all of them run, on nodes that were there or that Karpenter launches. */
export async function followUp(exercise: WatchedExercise, { scale, timeoutSeconds = SCALING_SECONDS }: FollowOptions): Promise<FollowedScaling> {
  const { cluster, expectations, recorder } = exercise;
  const { deploymentName, replicas, region } = expectations;
  cluster.mark();
  const scaledAt = await scale();
  const what = `${counted(replicas, 'pod')} of ${deploymentName} run`;
  await recorder.step({ title: what, command: exerciseCommands(expectations).pods }, async (step) => {
    await waitFor(() => runningPods(cluster).length === replicas && livePods(cluster).length === replicas && cluster.areNodesKnown, {
      what,
      deadlineSeconds: timeoutSeconds,
      on: [cluster],
      describeMissing: () => whyNotRunning(exercise),
      onProgress: () => step.news(launchNews(exercise), replicas === 0 ? undefined : Math.min(1, runningPods(cluster).length / replicas)),
    });
    step.note(...podsByNodeLines(runningPods(cluster)));
  });
  const nodeClaims = cluster.usedClaims.length > 0 ? cluster.usedClaims : cluster.newClaims;
  return {
    scaledAt,
    timeline: timelineOf({ cluster, expectations, scaledAt, nodeClaims }),
    nodes: launchedNodes(nodeClaims, livePods(cluster), region),
  };
}

/** What {@link followDown} watches: pods of others may be on the nodes. */
export const WHOLE_CLUSTER = { pods: {}, nodes: {}, nodeClaims: {} };

/** Scales in and follows it until the pods are gone, and with them the nodes that they leave empty. */
export async function followDown(exercise: WatchedExercise, { scale, timeoutSeconds }: FollowOptions): Promise<FollowedScaling> {
  const nodesBefore = nodeNamesOf(exercisePods(exercise));
  const scaledAt = await scale();
  await podsGoneStep(exercise, timeoutSeconds ?? SCALING_SECONDS);
  await nodesGoneStep(exercise, nodesBefore, timeoutSeconds);
  return { scaledAt, timeline: [], nodes: [] };
}

async function podsGoneStep(exercise: WatchedExercise, deadlineSeconds: number): Promise<void> {
  const { expectations, recorder } = exercise;
  const { deploymentName, replicas } = expectations;
  const what = replicas === 0 ? `the pods of ${deploymentName} are gone` : `${counted(replicas, 'pod')} of ${deploymentName} ${replicas === 1 ? 'is' : 'are'} left`;
  await recorder.step({ title: sentence(what), command: exerciseCommands(expectations).pods }, async (step) => {
    await untilPodsGone(exercise, { what, replicas, deadlineSeconds, onLeft: (left) => step.news(`${counted(left, 'pod')} still there`) });
    step.note(`${counted(exercisePods(exercise).length, 'pod')} left`);
  });
}

/** Karpenter removes a node when it has been empty for as long as its NodePool says. One that others use stays, and is not waited for. */
async function nodesGoneStep(exercise: WatchedExercise, nodesBefore: readonly string[], timeoutSeconds?: number): Promise<void> {
  const { cluster } = exercise;
  const isUsed = (node: string): boolean => cluster.pods.some((pod) => pod.nodeName === node && keepsNode(pod));
  const isThere = (node: string): boolean => cluster.nodes.some(({ metadata }) => metadata.name === node) || cluster.nodeClaims.some(({ nodeName }) => nodeName === node);
  await consolidationStep(exercise, {
    title: 'The nodes that are left empty are removed',
    left: () => nodesBefore.filter((node) => isThere(node) && !isUsed(node)),
    timeoutSeconds,
    conclude: (step) => {
      const kept = nodesBefore.filter(isThere);
      const gone = nodesBefore.filter((node) => !isThere(node));
      step.note(...gone.map((node) => `${node} removed`), ...kept.map((node) => `${node} stays: other pods run there`));
    },
  });
}

/** Whether a node is not empty for this pod's sake: DaemonSets and the kubelet's own pods go with their node. */
function keepsNode(pod: Pod): boolean {
  return !takesNoRoom(pod) && !pod.metadata.owners.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
