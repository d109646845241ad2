import { isStanding } from '../aws/deployed-lab';
import { livePods } from '../kubernetes/cluster-model';
import { isSimulatedNode, NODES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { RunContext } from '../run-context';
import { EXERCISE_DEADLINES } from './deadlines';
import { capacityDrill } from './drills/capacity-drill';
import { consolidationDrill } from './drills/consolidation-drill';
import { deadlineDrill } from './drills/deadline-drill';
import { driftDrill } from './drills/drift-drill';
import { type PlayedDrill, playDrill } from './drills/drill-beginning';
import type { DrillMeans } from './drills/drill-stage';
import { destroyDrill } from './drills/destroy-drill';
import { limitDrill } from './drills/limit-drill';
import { rollbackDrill } from './drills/rollback-drill';
import { spotDrill } from './drills/spot-drill';
import { stuckDrill } from './drills/stuck-drill';
import { teardownDrill } from './drills/teardown-drill';
import { deployByCdk } from './drills/typed-step';
import { exerciseContext, type ExerciseOptions, StepRecorder, type WatchedExercise, watching } from './exercise-context';
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

const DRILLS: Readonly<Record<DrillName, PlayedDrill>> = {
  consolidation: { begins: 'with the lab', play: consolidationDrill, proves: 'Karpenter removes nodes on which nothing runs, and their cost ends.' },
  limit: { begins: 'with the lab', play: limitDrill, proves: 'Karpenter launches nothing beyond the limits of a NodePool, says so, and goes on once they are raised.' },
  capacity: { begins: 'with the lab', play: capacityDrill, proves: 'Where EC2 is short of the cheapest instance type, a NodePool that allows others gets the next one; one that does not gets nothing.' },
  spot: { begins: 'with the lab', play: spotDrill, proves: 'Karpenter hears of a spot interruption by the rules and the queue of the stack, and replaces the node.' },
  drift: { begins: 'with the lab', play: driftDrill, proves: 'Karpenter replaces the nodes of an older image one after the other, no more at once than the disruption budget allows.' },
  deadline: { begins: 'with the lab', play: deadlineDrill, proves: 'At its deadline, moved by lab extend, AWS deletes the lab by itself, with the rights of the schedule; the account is empty.' },
  stuck: { begins: 'with the lab', play: stuckDrill, proves: 'lab teardown names what holds it, in the cluster and in the network, and a second one gets through; the account is empty.' },
  destroy: { begins: 'with the lab', deploy: deployByCdk, play: destroyDrill, proves: 'The guard in the stack drains the lab and a student\'s NodePool under npx cdk destroy; the account is empty.' },
  teardown: { begins: 'with the lab', play: teardownDrill, proves: 'lab teardown removes the lab and all that Karpenter launched; the account is empty.' },
  rollback: { begins: 'without the lab', play: rollbackDrill, proves: 'A deployment that fails in the middle names its first cause, and leaves nothing.' },
};

/**
 * Runs drills, one after the other. A drill that fails puts back what it changed, and the next one still runs. What a drill begins
 * with is made first, so that any can be run alone, and after any other.
 *
 * @throws LabError `KubernetesUnreachable`; the reason of the signal
 */
export async function runDrills({ drills, means, findings = () => [], ...options }: DrillOptions, run: RunContext): Promise<readonly DrillResult[]> {
  const results: DrillResult[] = [];
  for (const name of DRILL_NAMES.filter((drill) => drills.includes(drill))) {
    const recorder = new StepRecorder(run);
    const before = findings().length;
    await playDrill(DRILLS[name], {
      means, recorder, run, expectations: options.expectations, deadlines: { ...EXERCISE_DEADLINES, ...options.deadlines },
      // What an earlier drill has brought about explains nothing here.
      findings: () => findings().slice(before),
    });
    const isProved = recorder.steps.every(({ outcome }) => outcome === 'passed');
    results.push({
      name, verdict: recorder.verdict, steps: recorder.steps, isLabLeft: isStanding(await means.stackStatus()), ...(isProved && { proved: DRILLS[name].proves }),
    });
  }
  return results;
}

/** A result with the drills that ran after the exercise. It fails if a drill failed. */
export function withDrills(result: ExerciseResult, drills: readonly DrillResult[]): ExerciseResult {
  const all = [...result.drills, ...drills];
  const verdict = result.verdict === 'passed' && all.every((drill) => drill.verdict === 'passed') ? 'passed' : 'failed';
  return { ...result, drills: all, verdict };
}
