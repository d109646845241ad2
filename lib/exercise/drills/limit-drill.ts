import { ClusterModel, livePods } from '../../kubernetes/cluster-model';
import type { ClusterEvent } from '../../kubernetes/core-kinds';
import { NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import { counted, secondsText } from '../../words';
import { eventLines, LIMIT_MESSAGE, limitLines } from '../diagnosis';
import { type ExerciseContext, type WatchedExercise, whyNotRunning } from '../exercise-context';
import { type ExerciseExpectations, podMillisOf } from '../expectations';
import { scaleStep } from '../launch-steps';
import { onStage, untilAllRun } from './drill-stage';

/** CPU that a pod counts with where its Deployment requests none, in thousandths of a core. */
const DEFAULT_POD_MILLIS = 1000;

/** The smallest instance that Karpenter launches, in cores. */
const SMALLEST_LIMIT_CORES = 2;

/**
 * Meets the limit of a NodePool: the limit is too low for all pods, Karpenter says so, and after the limit is raised all pods run.
 * It uses a NodePool of its own, and removes it at the end.
 */
export async function limitDrill(context: ExerciseContext): Promise<void> {
  const { limitCores, enoughCores } = coresFor(context.expectations);
  await onStage(context, { drill: 'limit', limits: { cpu: limitCores } }, async (stage) => {
    await scaleStep(stage);
    await refusalStep(stage);
    await raiseStep(stage, enoughCores);
  });
}

/** A limit that is too low for all of the pods, and one that is enough whichever instance type Karpenter chooses. */
function coresFor(expectations: ExerciseExpectations): { readonly limitCores: number; readonly enoughCores: number } {
  const totalCores = expectations.replicas * (podMillisOf(expectations) ?? DEFAULT_POD_MILLIS) / 1000;
  return { limitCores: Math.max(SMALLEST_LIMIT_CORES, Math.ceil(totalCores) - 1), enoughCores: Math.ceil(totalCores) * 20 };
}

async function refusalStep(stage: WatchedExercise): Promise<void> {
  const { api, cluster, expectations: { namespace, nodePoolName }, recorder, deadlines } = stage;
  await recorder.step({ title: 'Karpenter refuses to launch beyond the limit', command: `kubectl get events -n ${namespace} --field-selector reason=FailedScheduling` }, async (step) => {
    const reports = await ClusterModel.start(api, { events: { namespace, fieldSelector: 'involvedObject.kind=Pod,type=Warning' } });
    const refusals = (): readonly ClusterEvent[] => reports.events.filter(({ message }) => LIMIT_MESSAGE.test(message));
    try {
      await waitFor(() => refusals().length > 0, {
        what: `Karpenter reports that the limit of NodePool ${nodePoolName} keeps pods pending`,
        deadlineSeconds: deadlines.refusedSeconds,
        on: [reports],
        describeMissing: () => whyNotRunning(stage),
      });
      step.note(...eventLines(refusals(), livePods(cluster).map(({ metadata }) => metadata), 'pod'));
      const nodePool = await api.get(NODE_POOLS, { name: nodePoolName });
      step.note(...(nodePool === undefined ? [] : limitLines(nodePool)), `Told after ${secondsText(cluster.moments.elapsedSeconds())}`);
    } finally {
      reports.stop();
    }
  });
}

async function raiseStep(stage: WatchedExercise, cores: number): Promise<void> {
  const { api, cluster, expectations: { replicas, nodePoolName }, recorder } = stage;
  const command = `kubectl patch nodepool ${nodePoolName} --type merge -p '{"spec":{"limits":{"cpu":${cores}}}}'`;
  await recorder.step({ title: 'With a higher limit all pods run', command }, async (step) => {
    await api.patch(NODE_POOLS, { name: nodePoolName }, { spec: { limits: { cpu: cores } } });
    await untilAllRun(stage, step);
    step.note(`${counted(replicas, 'pod')} run on ${cluster.usedClaims.map(({ instanceType }) => instanceType ?? '').join(', ')}`);
  });
}
