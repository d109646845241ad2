import type { LabView } from '../../assembly/lab-view';
import { typicalSecondsOf } from '../plan/time-estimate';

/** When a resource was begun and completed, in seconds since the deployment began. */
export interface ResourceTimes {
  readonly startedSeconds: number;
  /** @default - it is still being made */
  readonly completedSeconds?: number;
}

/** A resource that takes longer than it typically does is taken to need so much more. */
const OVERDUE_SECONDS = 15;

/**
 * Seconds until the last resource is complete: the plan's critical path, with what has really happened in place of what was
 * estimated. A resource that is not begun yet begins when all that it needs is complete.
 *
 * @param times of the resources that have been begun, by logical id
 */
export function secondsLeft(lab: LabView, times: ReadonlyMap<string, ResourceTimes>, nowSeconds: number): number {
  const ends = new Map<string, number>();
  for (const logicalId of lab.stack.graph.topologicalOrder()) {
    ends.set(logicalId, endOf(lab, logicalId, times.get(logicalId), ends, nowSeconds));
  }
  return Math.max(0, ...ends.values()) - nowSeconds;
}

function endOf(lab: LabView, logicalId: string, times: ResourceTimes | undefined, ends: ReadonlyMap<string, number>, nowSeconds: number): number {
  if (times?.completedSeconds !== undefined) return nowSeconds;
  const typical = typicalSecondsOf(lab, logicalId);
  if (times !== undefined) return Math.max(times.startedSeconds + typical, nowSeconds + Math.min(typical, OVERDUE_SECONDS));
  const needed = [...lab.stack.graph.dependenciesOf(logicalId)].map((dependency) => ends.get(dependency) ?? 0);
  return Math.max(nowSeconds, ...needed) + typical;
}
