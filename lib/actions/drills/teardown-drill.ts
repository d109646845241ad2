import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NAMESPACES } from '../../kubernetes/namespace';
import { pollFor } from '../../kubernetes/wait-for';
import type { DrillResult } from '../exercise-result';
import { counted } from '../plan/phrases';
import { drainSteps } from './drain-steps';
import { drillContext, drillResult } from './drill-context';
import type { TeardownDrillOptions } from './drill-options';
import { MADE_FOR_LABEL } from '../../kubernetes/made-by-lab';

/** Seconds between two counts of instances. */
const COUNT_EVERY_SECONDS = 2;

/**
 * Takes the lab's Kubernetes half down in the order that leaves nothing behind: workloads, all NodePools, EC2NodeClasses.
 * It ends with no NodeClaim and no instance, and puts nothing back: after it the lab is deployed, or rehearsed, again.
 */
export async function teardownDrill(api: KubernetesApi, options: TeardownDrillOptions): Promise<DrillResult> {
  const context = drillContext(api, options);
  const { expectations, recorder, deadlines, signal } = context;
  const { items } = await api.list(NAMESPACES, { labelSelector: MADE_FOR_LABEL }, signal);
  await drainSteps(context, [expectations.namespace, ...items.map(({ metadata }) => metadata.name)]);
  await recorder.step({ title: 'No instance is left' }, async (step) => {
    let count = 0;
    await pollFor(async () => {
      count = await options.countInstances();
      step.news(counted(count, 'instance'));
      return count === 0;
    }, {
      what: 'no instance that Karpenter launched exists',
      deadlineSeconds: deadlines.deletedSeconds,
      everySeconds: COUNT_EVERY_SECONDS,
      describeMissing: () => [`${counted(count, 'instance')} still there`],
      signal,
    });
    step.note('0 instances');
  });
  return drillResult('teardown', context);
}
