import { livePods } from '../kubernetes/cluster-model';
import { isSimulatedNode, NODES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { RunContext } from '../run-context';
import { consolidationDrill } from './drills/consolidation-drill';
import type { DrillContext, DrillMeans } from './drills/drill-stage';
import { limitDrill } from './drills/limit-drill';
import { spotDrill } from './drills/spot-drill';
import { teardownDrill } from './drills/teardown-drill';
import { exerciseContext, type ExerciseOptions, type WatchedExercise, watching } from './exercise-context';
import { DRILL_NAMES, type DrillName, type DrillResult, type ExerciseMark, type ExerciseResult, type LaunchedNode } from './exercise-result';
import { launchedNodes, timelineOf } from './exercise-timeline';
import { labelsStep, launchLogStep, launchStep, nodeReadyStep, oneNodeStep, podsRunningStep, scaleStep } from './launch-steps';
import { deploymentStep, karpenterStep, nodesBeforeStep } from './preparation-steps';
import { notSimulated } from './shown-labels';

/**
 * Runs the exercise as a student does it, and records each step: 0 replicas, the nodes before, the scaling, the launch, Karpenter's
 * log, the node, the pods on it, its labels. The pods keep running afterwards. An interruption leaves the Deployment as it is; the
 * next run scales it to 0 first.
 *
 * @throws LabError `KubernetesUnreachable`; the reason of the signal
 */
export async function runExercise(api: KubernetesApi, options: ExerciseOptions, run: RunContext): Promise<ExerciseResult> {
  const context = exerciseContext(api, options, run);
  const { expectations, recorder } = context;
  const deployment = await deploymentStep(context);
  await karpenterStep(context);
  const seen = deployment === undefined ? { timeline: [], nodes: [] } : await watching(context, deployment, watched);
  const { items: nodes } = await api.list(NODES);
  return {
    verdict: recorder.verdict,
    cluster: expectations.clusterName,
    isSimulated: nodes.some(isSimulatedNode),
    replicas: expectations.replicas,
    steps: recorder.steps,
    timeline: seen.timeline,
    nodes: seen.nodes,
    drills: [],
    notSimulated: notSimulated(nodes),
  };
}

/** The steps from the nodes before to the labels, which need the watches. */
async function watched(exercise: WatchedExercise): Promise<{ readonly timeline: readonly ExerciseMark[]; readonly nodes: readonly LaunchedNode[] }> {
  const { cluster, expectations } = exercise;
  await nodesBeforeStep(exercise);
  const scaledAt = await scaleStep(exercise);
  await launchStep(exercise);
  await launchLogStep(exercise);
  await nodeReadyStep(exercise);
  await podsRunningStep(exercise);
  await oneNodeStep(exercise);
  await labelsStep(exercise);
  return {
    timeline: scaledAt === undefined ? [] : timelineOf({ cluster, expectations, scaledAt, nodeClaims: cluster.newClaims }),
    nodes: launchedNodes(cluster.newClaims, livePods(cluster), expectations.region),
  };
}

/** Which drills to run, and by what means. */
export interface DrillOptions extends ExerciseOptions {
  /** They run in the order of {@link DRILL_NAMES}. */
  readonly drills: readonly DrillName[];
  readonly means: DrillMeans;
}

const DRILLS: Readonly<Record<DrillName, (context: DrillContext) => Promise<void>>> = {
  consolidation: consolidationDrill,
  limit: limitDrill,
  spot: spotDrill,
  teardown: teardownDrill,
};

/**
 * Runs drills, one after the other. A drill that fails puts back what it changed, and the next one still runs.
 *
 * @throws LabError `KubernetesUnreachable`; the reason of the signal
 */
export async function runDrills(api: KubernetesApi, { drills, means, ...options }: DrillOptions, run: RunContext): Promise<readonly DrillResult[]> {
  const results: DrillResult[] = [];
  for (const name of DRILL_NAMES.filter((drill) => drills.includes(drill))) {
    const context = exerciseContext(api, options, run);
    await DRILLS[name]({ ...context, means });
    results.push({ name, verdict: context.recorder.verdict, steps: context.recorder.steps });
  }
  return results;
}

/** A result with the drills that ran after the exercise. It fails if a drill failed. */
export function withDrills(result: ExerciseResult, drills: readonly DrillResult[]): ExerciseResult {
  const all = [...result.drills, ...drills];
  const verdict = result.verdict === 'passed' && all.every((drill) => drill.verdict === 'passed') ? 'passed' : 'failed';
  return { ...result, drills: all, verdict };
}
