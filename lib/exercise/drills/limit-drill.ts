import { textAt } from '../../json';
import { cpuMillis } from '../../kubernetes/allocatable';
import { type ClusterEvent, DEPLOYMENTS, EVENTS, selectorText } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import type { DrillResult } from '../exercise-result';
import { diagnose, eventLines, LIMIT_MESSAGE, limitLines } from '../diagnosis';
import { scaleStep } from '../launch-steps';
import { counted, secondsText } from '../../words';
import { drillContext, type DrillOptions, drillResult, type DrillStage, onStage } from './drill-stage';

/** CPU that one pod of the exercise requests, where its Deployment does not say, in thousandths of a core. */
const DEFAULT_POD_MILLIS = 1000;

/** The smallest instance that Karpenter launches, in cores. */
const SMALLEST_LIMIT_CORES = 2;

/**
 * Meets the limit of a NodePool: it may launch too little for all pods, Karpenter says so, and once the limit is raised
 * the rest runs. It works on a NodePool of its own, and removes it at the end.
 */
export async function limitDrill(api: KubernetesApi, options: DrillOptions): Promise<DrillResult> {
  const context = drillContext(api, options);
  const { limitCores, enoughCores } = coresFor(options);
  await onStage(context, { drill: 'limit', limits: { cpu: limitCores } }, async (stage) => {
    await scaleStep(stage.context, stage.watch);
    await refusalStep(stage);
    await raiseStep(stage, enoughCores);
  });
  return drillResult('limit', context);
}

/** A limit that holds some of the pods and not all, and one that holds all of them whatever Karpenter chooses. */
function coresFor({ expectations }: DrillOptions): { readonly limitCores: number; readonly enoughCores: number } {
  const deployment = expectations.objects.find((object) => textAt(object, 'kind') === 'Deployment');
  const request = deployment === undefined ? undefined : DEPLOYMENTS.read(deployment).cpuRequest;
  const totalCores = expectations.replicas * (request === undefined ? DEFAULT_POD_MILLIS : cpuMillis(request)) / 1000;
  return { limitCores: Math.max(SMALLEST_LIMIT_CORES, Math.ceil(totalCores) - 1), enoughCores: Math.ceil(totalCores) * 20 };
}

async function refusalStep({ context, deployment, watch }: DrillStage): Promise<void> {
  const { api, expectations, recorder, deadlines, signal } = context;
  const { namespace, deploymentName, replicas, nodePoolName } = expectations;
  await recorder.step({ title: 'Karpenter refuses to launch beyond the limit', command: `kubectl get events -n ${namespace} --field-selector reason=FailedScheduling` }, async (step) => {
    const events = await LiveList.start(api, EVENTS, { namespace, fieldSelector: 'involvedObject.kind=Pod,type=Warning' });
    const refusals = (): readonly ClusterEvent[] => events.items.filter(({ message }) => LIMIT_MESSAGE.test(message));
    try {
      await waitFor(() => refusals().length > 0, {
        what: `Karpenter reports that the limit of NodePool ${nodePoolName} keeps pods pending`,
        deadlineSeconds: deadlines.refusedSeconds,
        on: [events],
        describeMissing: () => diagnose(api, { namespace, deploymentName, replicas, labelSelector: selectorText(deployment.matchLabels), sinceSeconds: watch.moments.elapsedSeconds() }, expectations),
        signal,
      });
      step.note(...eventLines(refusals(), watch.livePods.map(({ metadata }) => metadata), 'pod'));
      const nodePool = await api.get(NODE_POOLS, { name: nodePoolName });
      step.note(...(nodePool === undefined ? [] : limitLines(nodePool)), `Told after ${secondsText(watch.moments.elapsedSeconds())}`);
    } finally {
      events.stop();
    }
  });
}

async function raiseStep({ context, deployment, watch }: DrillStage, cores: number): Promise<void> {
  const { api, expectations, recorder, deadlines, signal } = context;
  const { namespace, deploymentName, replicas, nodePoolName } = expectations;
  const command = `kubectl patch nodepool ${nodePoolName} --type merge -p '{"spec":{"limits":{"cpu":${cores}}}}'`;
  await recorder.step({ title: 'With a higher limit all pods run', command }, async (step) => {
    await api.patch(NODE_POOLS, { name: nodePoolName }, { spec: { limits: { cpu: cores } } });
    await waitFor(() => watch.runningPods.length >= replicas, {
      what: `${counted(replicas, 'pod')} of ${deploymentName} run`,
      deadlineSeconds: deadlines.claimedSeconds + deadlines.nodeReadySeconds,
      on: watch.all,
      describeMissing: () => diagnose(api, { namespace, deploymentName, replicas, labelSelector: selectorText(deployment.matchLabels), sinceSeconds: watch.moments.elapsedSeconds() }, expectations),
      onProgress: () => step.news(`${watch.runningPods.length} of ${counted(replicas, 'pod')} running`, watch.runningPods.length / replicas),
      signal,
    });
    step.note(`${counted(replicas, 'pod')} run on ${watch.usedClaims.map(({ instanceType }) => instanceType ?? '').join(', ')}`);
  });
}
