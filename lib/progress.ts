/** News of a long action. Actions emit it; the command line shows it. */
export interface ProgressEvent {
  /** The step it belongs to, in words that stay the same while the step lasts: `Build kube-apiserver`. */
  readonly step: string;
  /**
   * - `started`: the step has begun;
   * - `running`: it goes on, and `detail` or `fraction` are news;
   * - `finished`: it is done;
   * - `skipped`: there was nothing to do, or it was given up.
   */
  readonly state: 'started' | 'running' | 'finished' | 'skipped';
  /**
   * News of the step, in one short line.
   *
   * @default - none
   */
  readonly detail?: string;
  /**
   * How far the step is, from 0 to 1.
   *
   * @default - not known
   */
  readonly fraction?: number;
  /**
   * How many more seconds the step will take. An estimate.
   *
   * @default - not known
   */
  readonly remainingSeconds?: number;
}

/** Where an action reports its progress. It must not throw, and must not take long. */
export type ProgressListener = (event: ProgressEvent) => void;

/** For callers that show no progress. */
export const ignoreProgress: ProgressListener = () => undefined;
