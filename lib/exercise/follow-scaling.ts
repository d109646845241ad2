import { livePods, nodeNamesOf, runningPods } from '../kubernetes/cluster-model';
import { hasPodEnded, type Pod } from '../kubernetes/core-kinds';
import { waitFor } from '../wait-for';
import { counted } from '../words';
import { consolidationStep, exercisePods, untilPodsGone } from './consolidation';
import { SCALING_SECONDS } from './deadlines';
import { type WatchedExercise, whyNotRunning } from './exercise-context';
import { exerciseCommands } from './exercise-commands';
import { launchedNodes, timelineOf } from './exercise-timeline';
import { launchNews, podsByNodeLines } from './launch-steps';
import type { ExerciseMark, LaunchedNode } from './exercise-result';

/** How to scale, and how long to follow it. */
export interface FollowOptions {
  /** Scales, and returns when, by the API server's clock, as ISO 8601. */
  readonly scale: () => Promise<string>;
  /** Seconds to follow at most. @default - {@link SCALING_SECONDS}, plus the NodePool's `consolidateAfter` for nodes to go */
  readonly timeoutSeconds?: number;
}

/** When a scaling happened, and what followed. */
export interface FollowedScaling {
  /** When it was scaled, by the API server's clock, as ISO 8601 in whole seconds. */
  readonly scaledAt: string;
  readonly timeline: readonly ExerciseMark[];
  readonly nodes: readonly LaunchedNode[];
}

/** Scales out and follows the pods until all of them run, on present nodes or on nodes that Karpenter launches. */
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

/** Scope of {@link followDown}: all pods, because pods of other Deployments may keep a node. */
export const WHOLE_CLUSTER = { pods: {}, nodes: {}, nodeClaims: {} };

/** Scales in and follows until the pods are gone, and then the nodes that are empty without them. */
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

/** Waits until Karpenter has removed the empty nodes. A node that other pods use stays, and the step does not wait for it. */
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

/** Whether a pod keeps its node from being empty. Pods of DaemonSets and the kubelet's own do not: they go with their node. */
function keepsNode(pod: Pod): boolean {
  return !hasPodEnded(pod) && !pod.metadata.owners.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
