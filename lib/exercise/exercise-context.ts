import { type Deployment, selectorText } from '../kubernetes/core-kinds';
import { ClusterModel, type ClusterScope } from '../kubernetes/cluster-model';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { EXERCISE_DEADLINES, type ExerciseDeadlines } from './deadlines';
import { diagnose } from './diagnosis';
import type { ExerciseExpectations } from './expectations';
import { StepRecorder } from './step-recorder';

/** The exercise, or a drill, and how long its stages may take. */
export interface ExerciseOptions {
  readonly expectations: ExerciseExpectations;
  /** Stages that may take longer, or less. @default - {@link EXERCISE_DEADLINES} */
  readonly deadlines?: Partial<ExerciseDeadlines>;
}

/** What every step works with. */
export interface ExerciseContext {
  readonly api: KubernetesApi;
  readonly run: RunContext;
  readonly expectations: ExerciseExpectations;
  readonly deadlines: ExerciseDeadlines;
  readonly recorder: StepRecorder;
}

/** Begins an account of steps. */
export function exerciseContext(api: KubernetesApi, { expectations, deadlines }: ExerciseOptions, run: RunContext): ExerciseContext {
  return { api, run, expectations, deadlines: { ...EXERCISE_DEADLINES, ...deadlines }, recorder: new StepRecorder(run) };
}

/** What steps work with once the exercise's Deployment is there. */
export interface WatchedExercise extends ExerciseContext {
  readonly deployment: Deployment;
  /** The Deployment's pods, the nodes that they may run on, and these nodes' NodeClaims. */
  readonly cluster: ClusterModel;
}

/**
 * Watches the exercise while something is done with it.
 *
 * @param scope what is watched; the Deployment's pods, the nodes they may run on and their NodeClaims where it is left out
 */
export async function watching<Context extends ExerciseContext, Result>(
  context: Context, deployment: Deployment, work: (exercise: Context & WatchedExercise) => Promise<Result>, scope = exerciseScope(deployment, context.expectations),
): Promise<Result> {
  const cluster = await ClusterModel.start(context.api, scope, { clock: context.run.clock });
  try {
    return await work({ ...context, deployment, cluster });
  } finally {
    cluster.stop();
  }
}

function exerciseScope({ metadata: { namespace }, matchLabels }: Deployment, { nodeSelector }: ExerciseExpectations): ClusterScope {
  const launched = { labelSelector: selectorText(nodeSelector) };
  return { pods: { namespace, labelSelector: selectorText(matchLabels) }, nodes: launched, nodeClaims: launched };
}

/** Why the pods do not run, by what the cluster says since the exercise was scaled. */
export function whyNotRunning({ api, expectations, deployment, cluster }: WatchedExercise): Promise<readonly string[]> {
  return diagnose(api, expectations, deployment, cluster.moments.elapsedSeconds());
}

/** The cluster showed something else than the exercise expects. */
export function exerciseFailed(message: string, remedy: string): LabError {
  return new LabError({ code: 'ExerciseFailed', message, remedy });
}
