import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { RunContext } from '../../run-context';
import { exerciseContext, type ExerciseOptions } from '../exercise-context';
import { DRILL_NAMES, type DrillName, type DrillResult } from '../exercise-result';
import { consolidationDrill } from './consolidation-drill';
import type { DrillContext, DrillMeans } from './drill-stage';
import { limitDrill } from './limit-drill';
import { spotDrill } from './spot-drill';
import { teardownDrill } from './teardown-drill';

/** Which drills to do, and how. */
export interface DrillOptions extends ExerciseOptions {
  /** Done in the order of {@link DRILL_NAMES}, whatever order they stand in. */
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
 * Does drills, one after the other. One that fails puts back what it changed, and the next is done all the same.
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
