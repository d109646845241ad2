import type { LabView } from '../assembly/lab-view';
import { isBeginning, type StackEvent } from '../aws/stack-events';
import { type Concern, concernsOf, resourceLabels } from '../plan/concern-of-resource';
import { typicalSecondsOf } from '../plan/time-estimate';
import type { ProgressListener } from '../progress';

/** Reports the progress of a deployment from the events of CloudFormation: a step for each concern, and one for the whole. */
export class DeploymentProgress {
  private readonly concerns: ReadonlyMap<string, Concern>;
  private readonly labels: ReadonlyMap<string, string>;
  private readonly times = new Map<string, ResourceTimes>();
  private readonly reported = new Map<Concern, string>();
  private readonly step: string;
  private beganMillis: number | undefined;

  constructor(private readonly lab: LabView, private readonly onProgress: ProgressListener) {
    this.concerns = concernsOf(lab);
    this.labels = resourceLabels(lab);
    this.step = `Stack ${lab.stack.stackName}`;
    onProgress({ step: this.step, state: 'started' });
  }

  /** Seconds since CloudFormation began, by its own clock. */
  secondsAt(millis: number): number {
    return this.beganMillis === undefined ? 0 : Math.max(0, (millis - this.beganMillis) / 1000);
  }

  /** Reads the events that are new, and reports what has changed. */
  take(events: readonly StackEvent[], nowMillis: number): void {
    const touched = new Map<Concern, StackEvent>();
    for (const event of events) {
      if (isBeginning(event)) this.beganMillis ??= event.atMillis;
      const concern = this.concerns.get(event.logicalId);
      if (event.isOfStack || concern === undefined) continue;
      this.takeTimes(event);
      touched.set(concern, event);
    }
    for (const [concern, last] of touched) this.tell(concern, last);
    this.tellWhole(nowMillis);
  }

  /** Ends every step that is still open. */
  finish(): void {
    for (const [concern, state] of this.reported) {
      if (state !== 'finished') this.onProgress({ step: concern, state: 'finished', detail: this.countText(concern) });
    }
    this.onProgress({ step: this.step, state: 'finished' });
  }

  private takeTimes({ logicalId, status, atMillis }: StackEvent): void {
    const known = this.times.get(logicalId);
    if (/^(?:CREATE|UPDATE)_IN_PROGRESS$/.test(status)) {
      this.times.set(logicalId, known ?? { startedSeconds: this.secondsAt(atMillis) });
    } else if (/^(?:CREATE|UPDATE)_COMPLETE$/.test(status)) {
      this.times.set(logicalId, { startedSeconds: known?.startedSeconds ?? this.secondsAt(atMillis), completedSeconds: this.secondsAt(atMillis) });
    }
  }

  private tell(concern: Concern, last: StackEvent): void {
    const { total, complete } = this.count(concern);
    if (!this.reported.has(concern)) this.onProgress({ step: concern, state: 'started' });
    const isFinished = complete === total;
    if (this.reported.get(concern) === 'finished') return;
    this.reported.set(concern, isFinished ? 'finished' : 'running');
    const label = this.labels.get(last.logicalId) ?? last.logicalId;
    this.onProgress(isFinished
      ? { step: concern, state: 'finished', detail: this.countText(concern) }
      : { step: concern, state: 'running', detail: `${label}: ${last.status.toLowerCase().replaceAll('_', ' ')}`, fraction: complete / total });
  }

  private tellWhole(nowMillis: number): void {
    if (this.beganMillis === undefined) return;
    const elapsed = this.secondsAt(nowMillis);
    const left = Math.round(secondsLeft(this.lab, this.times, elapsed));
    this.onProgress({ step: this.step, state: 'running', fraction: elapsed / Math.max(1, elapsed + left), remainingSeconds: left });
  }

  private countText(concern: Concern): string {
    const { total, complete } = this.count(concern);
    return `${complete} of ${total} resources`;
  }

  private count(concern: Concern): { readonly total: number; readonly complete: number } {
    const ids = [...this.concerns].filter(([, own]) => own === concern).map(([logicalId]) => logicalId);
    return { total: ids.length, complete: ids.filter((logicalId) => this.times.get(logicalId)?.completedSeconds !== undefined).length };
  }
}

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
