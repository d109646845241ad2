import type { ProgressListener } from '../../progress';

/** What a meter measures. */
export interface ProgressMeterOptions {
  /** The step in whose name it reports. */
  readonly step: string;
  readonly onProgress: ProgressListener;
  /** All work of the step, in any unit. */
  readonly totalWork: number;
  /** Seconds that the step takes, as far as one can say before it has begun. */
  readonly expectedSeconds: number;
}

/** Part of the work that the expectation counts for, against what has been measured. */
const EXPECTATION_WEIGHT = 0.05;

/** Milliseconds between two reports: a reader cannot follow more. */
const REPORT_INTERVAL_MILLISECONDS = 250;

/** Turns work done into the fraction of a step and the seconds that it will still take. */
export class ProgressMeter {
  private readonly startedAt = performance.now();
  private reportedAt = -Infinity;
  private doneWork = 0;

  constructor(private readonly options: ProgressMeterOptions) {}

  /** Counts work as done, and reports it unless the last report was a moment ago. */
  advance(work: number, detail: string): void {
    this.doneWork += work;
    const now = performance.now();
    if (now - this.reportedAt < REPORT_INTERVAL_MILLISECONDS) return;
    this.reportedAt = now;

    const { step, totalWork, expectedSeconds, onProgress } = this.options;
    const fraction = totalWork === 0 ? 1 : Math.min(this.doneWork / totalWork, 1);
    const elapsedSeconds = (now - this.startedAt) / 1000;
    // The expectation stands for work that was measured before: it fades as the real measure grows.
    const totalSeconds = (elapsedSeconds + EXPECTATION_WEIGHT * expectedSeconds) / (fraction + EXPECTATION_WEIGHT);
    onProgress({ step, state: 'running', detail, fraction, remainingSeconds: Math.round(totalSeconds * (1 - fraction)) });
  }
}
