import { DeadlinePassed } from './deadline-passed';
import { pause } from './pause';
import type { Watched } from './watched';

/** What to wait for, and for how long. */
export interface WaitOptions {
  /** What is waited for, as a sentence without its end: `5 pods of inflate run`. */
  readonly what: string;
  readonly deadlineSeconds: number;
  /** What is still missing, and what the cluster says of it. Asked once, when the deadline has passed. */
  readonly describeMissing: () => readonly string[] | Promise<readonly string[]>;
  /** Ends the wait. @default - it ends by the condition or the deadline */
  readonly signal?: AbortSignal;
  /** What the user can do when the deadline passes. @default - look and run again */
  readonly remedy?: string;
}

/** A wait for watched objects. */
export interface WatchWaitOptions extends WaitOptions {
  /** Whose changes may make the condition true. */
  readonly on: readonly Watched[];
  /** What is called after each change that did not make the condition true. @default - nothing */
  readonly onProgress?: () => void;
}

/** A wait for what cannot be watched. */
export interface PollOptions extends WaitOptions {
  /** Seconds between two questions. */
  readonly everySeconds: number;
}

/**
 * Waits until a condition holds of objects that are watched: it is looked at when they change, and at no other time.
 *
 * @throws LabError {@link DeadlinePassed}; what the watch failed with; the reason of the signal
 */
export async function waitFor(condition: () => boolean, options: WatchWaitOptions): Promise<void> {
  const ended = await new Promise<'met' | 'late'>((resolve, reject) => {
    const endings: (() => void)[] = [];
    const end = (settle: () => void): void => {
      for (const each of endings.splice(0)) each();
      settle();
    };
    const look = (): void => {
      const failed = options.on.find(({ failure }) => failure !== undefined);
      try {
        if (failed !== undefined) end(() => reject(asError(failed.failure)));
        else if (condition()) end(() => resolve('met'));
        else options.onProgress?.();
      } catch (error) {
        end(() => reject(asError(error)));
      }
    };
    const abort = (): void => end(() => reject(asError(options.signal?.reason)));
    if (options.signal?.aborted === true) return abort();

    const timer = setTimeout(() => end(() => resolve('late')), options.deadlineSeconds * 1000);
    options.signal?.addEventListener('abort', abort, { once: true });
    endings.push(
      () => clearTimeout(timer),
      () => options.signal?.removeEventListener('abort', abort),
      ...options.on.map((watched) => watched.onChange(look)),
    );
    look();
  });
  if (ended === 'late') throw await late(options);
}

/**
 * Waits until a question is answered with yes. For what no watch tells, such as EC2's instances.
 *
 * @throws LabError {@link DeadlinePassed}; the reason of the signal; what the question throws
 */
export async function pollFor(condition: () => Promise<boolean>, options: PollOptions): Promise<void> {
  const end = performance.now() + options.deadlineSeconds * 1000;
  while (!await condition()) {
    if (performance.now() >= end) throw await late(options);
    await pause(options.everySeconds, options.signal);
  }
}

async function late({ what, deadlineSeconds, describeMissing, remedy }: WaitOptions): Promise<DeadlinePassed> {
  return new DeadlinePassed({ what, deadlineSeconds, missing: await describeMissing(), remedy });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
