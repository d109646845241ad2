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

/** Is called with how much of a step is left, and of how much in all. */
export type RemainderListener = (left: number, of: number) => void;

/**
 * Runs a step and reports its progress: its start, how much is done of how much, and its end, even when it fails.
 *
 * @returns what `work` returns
 */
export async function reported<Result>(
  { onProgress }: { readonly onProgress: ProgressListener }, step: string, work: (news: RemainderListener) => Promise<Result>,
): Promise<Result> {
  onProgress({ step, state: 'started' });
  let lastLeft = -1;
  try {
    const result = await work((left, of) => {
      if (left === lastLeft) return;
      lastLeft = left;
      onProgress({ step, state: 'running', detail: `${of - left} of ${of}`, fraction: of === 0 ? 1 : (of - left) / of });
    });
    onProgress({ step, state: 'finished' });
    return result;
  } catch (error) {
    onProgress({ step, state: 'skipped', detail: 'not done to its end' });
    throw error;
  }
}
