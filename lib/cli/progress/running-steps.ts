import type { ProgressEvent } from '../../progress';

/** A step that has begun and not ended. */
export interface RunningStep {
  readonly name: string;
  readonly startedMillis: number;
  /** @default - it has no news */
  readonly detail?: string;
  /** @default - not known */
  readonly fraction?: number;
  /** @default - not known */
  readonly remainingSeconds?: number;
}

/** The steps under way, in the order in which they began. Several can be at once. */
export class RunningSteps {
  private readonly steps = new Map<string, RunningStep>();

  /** Steps that have not ended. */
  get all(): readonly RunningStep[] {
    return [...this.steps.values()];
  }

  /**
   * Takes an event in.
   *
   * @returns the step as it was before the event; undefined where the event is the first of its step
   */
  apply(event: ProgressEvent, nowMillis: number): RunningStep | undefined {
    const known = this.steps.get(event.step);
    if (event.state === 'finished' || event.state === 'skipped') {
      this.steps.delete(event.step);
      return known;
    }
    this.steps.set(event.step, {
      name: event.step,
      startedMillis: known?.startedMillis ?? nowMillis,
      detail: event.detail ?? known?.detail,
      fraction: event.fraction ?? known?.fraction,
      remainingSeconds: event.remainingSeconds ?? known?.remainingSeconds,
    });
    return known;
  }
}

/** How far a step is, in words: `45 %`, `about 2 min left`. */
export function stepFigures(step: RunningStep, remainingText: (seconds: number) => string): readonly string[] {
  return [
    ...(step.fraction === undefined ? [] : [`${Math.round(step.fraction * 100)} %`]),
    ...(step.remainingSeconds === undefined ? [] : [`about ${remainingText(step.remainingSeconds)} left`]),
  ];
}
