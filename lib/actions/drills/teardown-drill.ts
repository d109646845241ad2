import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { MADE_FOR_LABEL } from '../../kubernetes/made-by-lab';
import { NAMESPACES } from '../../kubernetes/namespace';
import { NODE_CLAIMS } from '../../kubernetes/node-claim';
import { pollFor } from '../../kubernetes/wait-for';
import type { DrillResult } from '../exercise-result';
import { exerciseFailed } from '../exercise/exercise-failed';
import { ExerciseWatch } from '../exercise/exercise-watch';
import { deploymentStep } from '../exercise/preparation-steps';
import { counted } from '../plan/phrases';
import { drainSteps } from './drain-steps';
import { drillContext, drillResult, type DrillContext } from './drill-context';
import type { TeardownDrillOptions } from './drill-options';
import { scaleOut } from './scale-out';

/** Seconds between two counts of instances. */
const COUNT_EVERY_SECONDS = 2;

/**
 * Takes the lab's Kubernetes half down in the order that leaves nothing behind: workloads, all NodePools, EC2NodeClasses.
 * Where there is no node it scales the exercise out first, for a teardown of nothing proves nothing. It ends with no
 * NodeClaim and no instance, and puts nothing back: after it the lab is deployed, or rehearsed, again.
 */
export async function teardownDrill(api: KubernetesApi, options: TeardownDrillOptions): Promise<DrillResult> {
  const context = drillContext(api, options);
  const { expectations, signal } = context;
  await ensureNode(context);
  const instancesBefore = await beforeStep(context, options);
  const { items } = await api.list(NAMESPACES, { labelSelector: MADE_FOR_LABEL }, signal);
  await drainSteps(context, [expectations.namespace, ...items.map(({ metadata }) => metadata.name)]);
  await noInstanceStep(context, options, instancesBefore);
  return drillResult('teardown', context);
}

async function ensureNode(context: DrillContext): Promise<void> {
  const { api, expectations, signal } = context;
  const deployment = await deploymentStep(context);
  if (deployment === undefined) return;
  const watch = await ExerciseWatch.start(api, deployment, expectations, signal);
  try {
    if (watch.nodeClaims.items.every(({ metadata }) => metadata.deletedAt !== undefined)) await scaleOut(context, watch, deployment);
  } finally {
    watch.stop();
  }
}

async function beforeStep({ api, recorder, signal }: DrillContext, { countInstances }: TeardownDrillOptions): Promise<number> {
  let instances = 0;
  await recorder.step({ title: 'Count what there is to remove', command: 'kubectl get nodeclaims' }, async (step) => {
    const { items } = await api.list(NODE_CLAIMS, {}, signal);
    instances = await countInstances();
    step.note(`${counted(items.length, 'NodeClaim')}, ${counted(instances, 'instance')}`);
    if (items.length === 0 || instances === 0) {
      throw exerciseFailed('There is no node with an instance, so that its removal would prove nothing.', 'Scale the exercise out, and run the drill again.');
    }
  });
  return instances;
}

async function noInstanceStep({ recorder, deadlines, signal }: DrillContext, { countInstances }: TeardownDrillOptions, before: number): Promise<void> {
  await recorder.step({ title: 'No instance is left' }, async (step) => {
    let count = before;
    await pollFor(async () => {
      count = await countInstances();
      step.news(counted(count, 'instance'));
      return count === 0;
    }, {
      what: 'no instance that Karpenter launched exists',
      deadlineSeconds: deadlines.deletedSeconds,
      everySeconds: COUNT_EVERY_SECONDS,
      describeMissing: () => [`${counted(count, 'instance')} still there`],
      signal,
    });
    step.note(`${counted(before, 'instance')} before, 0 after`);
  });
}
