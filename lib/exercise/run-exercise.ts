import { type Deployment, isSimulatedNode, NODES } from '../kubernetes/core-kinds';
import { KubernetesApi } from '../kubernetes/kubernetes-api';
import { ignoreProgress, type ProgressListener } from '../progress';
import type { DrillResult, ExerciseMark, ExerciseResult, LaunchedNode } from './exercise-result';
import { type ExerciseContext, StepRecorder } from './step-recorder';
import { EXERCISE_DEADLINES, type ExerciseDeadlines, type ExerciseExpectations } from './expectations';
import { launchedNodes, timelineOf } from './exercise-timeline';
import { ExerciseWatch } from './exercise-watch';
import { launchStep, nodeReadyStep, podsRunningStep, scaleStep } from './launch-steps';
import { notSimulated } from './not-simulated';
import { labelsStep, launchLogStep, oneNodeStep } from './outcome-steps';
import { deploymentStep, karpenterStep, nodesBeforeStep } from './preparation-steps';

/** The exercise, and the cluster to do it in. */
export interface ExerciseOptions {
  readonly expectations: ExerciseExpectations;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user interrupts. The Deployment then stays as it is, and the next run clears it. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
  /** Stages that may take longer, or less. @default - {@link EXERCISE_DEADLINES} */
  readonly deadlines?: Partial<ExerciseDeadlines>;
}

/** {@link ExerciseOptions}, and where the cluster is. */
export interface RunExerciseOptions extends ExerciseOptions {
  /** Absolute path of the kubeconfig. */
  readonly kubeconfig: string;
}

/**
 * Does the exercise as a student would, and says what each step showed: 0 replicas, the nodes before, scaling, the launch,
 * Karpenter's log, the node, its labels, the pods on it. The pods run on when it ends.
 *
 * @throws LabError `KubeconfigUnreadable` or `KubernetesUnreachable`; the reason of the signal
 */
export async function runExercise({ kubeconfig, ...options }: RunExerciseOptions): Promise<ExerciseResult> {
  const api = await KubernetesApi.connect({ kubeconfig }, options);
  try {
    return await exerciseOn(api, options);
  } finally {
    api.close();
  }
}

/** {@link runExercise} on a cluster that is already connected. */
export async function exerciseOn(api: KubernetesApi, options: ExerciseOptions): Promise<ExerciseResult> {
  const { expectations, signal } = options;
  const recorder = new StepRecorder(options.onProgress ?? ignoreProgress, signal);
  const context: ExerciseContext = { api, expectations, recorder, signal, deadlines: { ...EXERCISE_DEADLINES, ...options.deadlines } };

  const deployment = await deploymentStep(context);
  await karpenterStep(context);
  const seen = deployment === undefined ? { timeline: [], nodes: [] } : await watched(context, deployment);
  const { items: nodes } = await api.list(NODES, {});
  return {
    verdict: recorder.verdict,
    cluster: expectations.clusterName,
    isSimulated: nodes.some(isSimulatedNode),
    replicas: expectations.replicas,
    steps: recorder.steps,
    timeline: seen.timeline,
    nodes: seen.nodes,
    drills: [],
    notSimulated: notSimulated(nodes, expectations.nodeSelector),
  };
}

/** A result with the drills that were run after the exercise. One that failed fails the whole. */
export function withDrills(result: ExerciseResult, drills: readonly DrillResult[]): ExerciseResult {
  const all = [...result.drills, ...drills];
  const verdict = result.verdict === 'passed' && all.every((drill) => drill.verdict === 'passed') ? 'passed' : 'failed';
  return { ...result, drills: all, verdict };
}

/** The steps that a watch sees. */
async function watched(context: ExerciseContext, deployment: Deployment): Promise<{ readonly timeline: readonly ExerciseMark[]; readonly nodes: readonly LaunchedNode[] }> {
  const { api, expectations } = context;
  const watch = await ExerciseWatch.start(api, deployment, expectations);
  try {
    await nodesBeforeStep(context, watch);
    const scaledAt = await scaleStep(context, watch);
    await launchStep(context, watch, deployment);
    await launchLogStep(context, watch);
    await nodeReadyStep(context, watch, deployment);
    await podsRunningStep(context, watch, deployment);
    await oneNodeStep(context, watch);
    await labelsStep(context, watch);
    return {
      timeline: scaledAt === undefined ? [] : timelineOf({
        deploymentName: expectations.deploymentName,
        replicas: expectations.replicas,
        scaledAt,
        pods: watch.livePods,
        nodeClaims: watch.newClaims,
        nodes: watch.nodes.items,
        seenAt: (uid, moment) => watch.moments.seenAt(uid, moment),
      }),
      nodes: launchedNodes(watch.newClaims, watch.livePods, expectations.region),
    };
  } finally {
    watch.stop();
  }
}
