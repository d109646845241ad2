import { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import type { DrillName, DrillResult } from '../exercise-result';
import { consolidationDrill } from './consolidation-drill';
import type { DrillOptions, SpotDrillOptions, TeardownDrillOptions } from './drill-stage';
import { limitDrill } from './limit-drill';
import { spotDrill } from './spot-drill';
import { teardownDrill } from './teardown-drill';

/** The drills, in the order in which they follow on each other: each ends where the next can begin, and nothing follows the teardown. */
const DRILL_ORDER: readonly DrillName[] = ['consolidation', 'limit', 'spot', 'teardown'];

/** Which drills to do, and where. */
export interface RunDrillsOptions extends DrillOptions, Partial<Pick<SpotDrillOptions, 'interrupt'>>, Partial<Pick<TeardownDrillOptions, 'countInstances'>> {
  /** Absolute path of the kubeconfig. */
  readonly kubeconfig: string;
  /** Done in {@link DRILL_ORDER}, whatever order they stand in. */
  readonly drills: readonly DrillName[];
}

/**
 * Does drills, one after the other. One that fails puts back what it changed, and the next is done all the same.
 *
 * @throws LabError `DrillNotPossible` before anything is changed, when a drill lacks what it needs; `KubeconfigUnreadable`
 * or `KubernetesUnreachable`; the reason of the signal
 */
export async function runDrills({ kubeconfig, drills, ...options }: RunDrillsOptions): Promise<readonly DrillResult[]> {
  const wanted = DRILL_ORDER.filter((name) => drills.includes(name));
  const doings = wanted.map((name) => drillOf(name, options));
  const api = await KubernetesApi.connect({ kubeconfig }, options);
  const results: DrillResult[] = [];
  try {
    for (const drill of doings) results.push(await drill(api));
  } finally {
    api.close();
  }
  return results;
}

function drillOf(name: DrillName, options: Omit<RunDrillsOptions, 'kubeconfig' | 'drills'>): (api: KubernetesApi) => Promise<DrillResult> {
  switch (name) {
    case 'consolidation':
      return (api) => consolidationDrill(api, options);
    case 'limit':
      return (api) => limitDrill(api, options);
    case 'spot': {
      const { interrupt } = options;
      if (interrupt === undefined) throw notPossible(name, 'nothing can put a message into the interruption queue');
      return (api) => spotDrill(api, { ...options, interrupt });
    }
    case 'teardown': {
      const { countInstances } = options;
      if (countInstances === undefined) throw notPossible(name, 'nothing can count the instances that are left');
      return (api) => teardownDrill(api, { ...options, countInstances });
    }
  }
}

function notPossible(name: DrillName, why: string): LabError {
  return new LabError({
    code: 'DrillNotPossible',
    message: `The drill cannot be done here: ${why}.`,
    received: name,
    remedy: 'Do it in a rehearsal: lab rehearse.',
  });
}
