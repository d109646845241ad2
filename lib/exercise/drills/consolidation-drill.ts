import { DEPLOYMENTS } from '../../kubernetes/core-kinds';
import { hourlyText, listed, secondsText } from '../../words';
import { consolidationStep, untilPodsGone } from '../consolidation';
import { type ExerciseContext, type WatchedExercise, watching } from '../exercise-context';
import { exerciseCommands } from '../exercise-commands';
import type { LaunchedNode } from '../exercise-result';
import { launchedNodes } from '../exercise-timeline';
import { readKarpenterLog } from '../karpenter-log';
import { scaleOut } from '../launch-steps';
import { deploymentStep } from '../preparation-steps';

/** Message in Karpenter's log when it removes nodes, with the reason. */
const DISRUPTION_MESSAGE = 'disrupting node(s)';

/**
 * Scales the exercise to 0 and checks that Karpenter removes its nodes. An exercise without nodes is scaled out first. The drill
 * ends with 0 replicas, as the exercise begins.
 */
export async function consolidationDrill(context: ExerciseContext): Promise<void> {
  const deployment = await deploymentStep(context);
  if (deployment === undefined) return;
  await watching(context, deployment, async (exercise) => {
    const { cluster, expectations } = exercise;
    if (cluster.nodes.length === 0) await scaleOut(exercise);
    // Read before the scaling, because a NodePool may remove empty nodes at once.
    const before = launchedNodes(cluster.nodeClaims.filter(({ nodePoolName }) => nodePoolName === expectations.nodePoolName), [], expectations.region);
    await scaleBackStep(exercise);
    await nodesGoneStep(exercise, before);
  });
}

async function scaleBackStep(exercise: WatchedExercise): Promise<void> {
  const { api, cluster, expectations, recorder, deadlines } = exercise;
  const { namespace, deploymentName } = expectations;
  await recorder.step({ title: 'Scale the Deployment back to 0 replicas', command: exerciseCommands(expectations).scale(0) }, async (step) => {
    cluster.mark();
    await api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, 0);
    await untilPodsGone(exercise, { what: `the pods of ${deploymentName} are gone`, deadlineSeconds: deadlines.clearedSeconds });
    step.note(`deployment.apps/${deploymentName} scaled, its pods gone after ${secondsText(cluster.moments.elapsedSeconds())}`);
  });
}

async function nodesGoneStep(exercise: WatchedExercise, before: readonly LaunchedNode[]): Promise<void> {
  const { api, cluster, expectations } = exercise;
  await consolidationStep(exercise, {
    title: 'Karpenter consolidates the empty nodes away',
    left: () => cluster.nodes.map(({ metadata }) => metadata.name),
    conclude: async (step) => {
      const elapsed = cluster.moments.elapsedSeconds();
      const saved = before.reduce((sum, { pricePerHour }) => sum + (pricePerHour ?? 0), 0);
      step.note(`Gone ${secondsText(elapsed)} after the scaling, which saves ${hourlyText(saved)}: ${listed(before.map(({ name, instanceType }) => `${name} (${instanceType})`))}`);
      const log = await readKarpenterLog(api, expectations, elapsed);
      step.note(...log.filter(({ message }) => message === DISRUPTION_MESSAGE).map(({ fields }) => `Karpenter logs: ${DISRUPTION_MESSAGE}: ${JSON.stringify(fields['command'] ?? fields['reason'] ?? '')}`));
    },
  });
}
