import { DEPLOYMENTS, selectorText } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import type { DrillResult, LaunchedNode } from '../exercise-result';
import { durationSeconds } from '../step-recorder';
import { exerciseCommands } from '../exercise-commands';
import { ExerciseWatch } from '../exercise-watch';
import { readKarpenterLog } from '../karpenter-log';
import { launchedNodes } from '../exercise-timeline';
import { deploymentStep } from '../preparation-steps';
import { counted, hourlyText, listed, secondsText } from '../../words';
import { drillContext, type DrillContext, type DrillOptions, drillResult, scaleOut } from './drill-stage';

/** Message by which Karpenter's log says that it removes nodes, and why. */
const DISRUPTION_MESSAGE = 'disrupting node(s)';

/**
 * Scales the exercise back to 0 and sees that its nodes go. Where it is not scaled out, it is scaled out first. It ends
 * with 0 replicas, as the exercise begins.
 */
export async function consolidationDrill(api: KubernetesApi, options: DrillOptions): Promise<DrillResult> {
  const context = drillContext(api, options);
  const deployment = await deploymentStep(context);
  if (deployment === undefined) return drillResult('consolidation', context);
  const watch = await ExerciseWatch.start(api, deployment, context.expectations);
  try {
    if (watch.nodes.items.length === 0) await scaleOut(context, watch, deployment);
    // Taken before, because a NodePool may remove empty nodes at once.
    const before = launchedNodes(watch.nodeClaims.items.filter(({ nodePoolName }) => nodePoolName === context.expectations.nodePoolName), [], context.expectations.region);
    await scaleBackStep(context, watch);
    await consolidationStep(context, watch, before);
  } finally {
    watch.stop();
  }
  return drillResult('consolidation', context);
}

async function scaleBackStep({ api, expectations, recorder, deadlines, signal }: DrillContext, watch: ExerciseWatch): Promise<void> {
  const { namespace, deploymentName } = expectations;
  await recorder.step({ title: 'Scale the Deployment back to 0 replicas', command: exerciseCommands(expectations).scale(0) }, async (step) => {
    watch.begin();
    await api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, 0);
    await waitFor(() => watch.pods.items.length === 0, {
      what: `the pods of ${deploymentName} are gone`,
      deadlineSeconds: deadlines.clearedSeconds,
      on: [watch.pods],
      describeMissing: () => watch.pods.items.map(({ metadata, phase }) => `Pod ${metadata.name} is ${phase}`),
      signal,
    });
    step.note(`deployment.apps/${deploymentName} scaled, its pods gone after ${secondsText(watch.moments.elapsedSeconds())}`);
  });
}

async function consolidationStep(
  { api, expectations, recorder, deadlines, signal }: DrillContext, watch: ExerciseWatch, before: readonly LaunchedNode[],
): Promise<void> {
  const title = { title: 'Karpenter consolidates the empty nodes away', command: exerciseCommands(expectations).nodes };
  const nodePool = await api.get(NODE_POOLS, { name: expectations.nodePoolName });
  const consolidateAfter = nodePool?.consolidateAfter ?? 'Never';
  const idleSeconds = durationSeconds(consolidateAfter);
  if (idleSeconds === undefined) {
    recorder.skip(title, `NodePool ${expectations.nodePoolName} never consolidates: its consolidateAfter is ${consolidateAfter}.`);
    return;
  }
  await recorder.step(title, async (step) => {
    step.note(`Nodes before: ${listed(before.map(({ name, instanceType }) => `${name} (${instanceType})`))}; they must be empty for ${consolidateAfter}`);
    await waitFor(() => watch.nodes.items.length === 0, {
      what: `no node with ${selectorText(expectations.nodeSelector)} is left`,
      deadlineSeconds: deadlines.consolidatedSeconds + idleSeconds,
      on: [watch.nodes],
      describeMissing: () => [`Still there: ${listed(watch.nodes.items.map(({ metadata }) => metadata.name))}. See what runs on them: kubectl get pods -A -o wide`],
      onProgress: () => step.news(`${counted(watch.nodes.items.length, 'node')} left`),
      signal,
    });
    const elapsed = watch.moments.elapsedSeconds();
    const saved = before.reduce((sum, { pricePerHour }) => sum + (pricePerHour ?? 0), 0);
    step.note(`Gone ${secondsText(elapsed)} after the scaling, which saves ${hourlyText(saved)}`);
    const log = await readKarpenterLog(api, expectations, elapsed);
    step.note(...log.filter(({ message }) => message === DISRUPTION_MESSAGE).map(({ fields }) => `Karpenter logs: ${DISRUPTION_MESSAGE}: ${JSON.stringify(fields['command'] ?? fields['reason'] ?? '')}`));
  });
}
