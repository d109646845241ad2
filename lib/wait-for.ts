import { setTimeout as timeout } from 'node:timers/promises';
import { LabError } from './lab-error';
import { deadlineIn, type RunContext, runContext } from './run-context';

/** Something that reports its changes, so that a wait need not poll it. */
export interface Watched {
  /**
   * Why no further news will come: the watch has failed for good, or its signal is aborted.
   *
   * @default - news will come
   */
  readonly failure?: unknown;
  /**
   * Calls back after every change, and when the watch fails.
   *
   * @returns a function that unsubscribes
   */
  readonly onChange: (listener: () => void) => () => void;
}

/** What a wait waited for, and what was missing when its time was up. */
export interface DeadlinePassedOptions {
  /** What was waited for, as a sentence without its full stop: `5 pods of inflate run`. */
  readonly what: string;
  readonly deadlineSeconds: number;
  /** What was still missing, and what the cluster says of it, line by line. */
  readonly missing: readonly string[];
  /** @default 'Look at what is missing, then run the same command again.' */
  readonly remedy?: string;
}

/** The time of a wait was up before its condition was met. */
export class DeadlinePassed extends LabError {
  /** What was waited for, as a sentence without its full stop. */
  readonly what: string;
  readonly deadlineSeconds: number;
  /** What was still missing, and what the cluster says of it, line by line. */
  readonly missing: readonly string[];

  constructor({ what, deadlineSeconds, missing, remedy }: DeadlinePassedOptions) {
    super({
      code: 'DeadlinePassed',
      message: `Not within ${deadlineSeconds} s: ${what}.${missing.length === 0 ? '' : ` ${missing.join('. ')}.`}`,
      remedy: remedy ?? 'Look at what is missing, then run the same command again.',
    });
    this.what = what;
    this.deadlineSeconds = deadlineSeconds;
    this.missing = missing;
  }
}

/**
 * Waits some seconds before the next try.
 *
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await timeout(seconds * 1000, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Reports a change every few seconds, for a condition that depends on the time as well as on objects. */
export class Ticker implements Watched {
  /** @param everySeconds seconds between two ticks */
  constructor(private readonly everySeconds: number) {}

  onChange(listener: () => void): () => void {
    const interval = setInterval(listener, this.everySeconds * 1000);
    return () => clearInterval(interval);
  }
}

/** What a {@link DeadlinePassed} says. */
export interface WaitDescription {
  /** What is waited for, as a sentence without its full stop: `5 pods of inflate run`. */
  readonly what: string;
  /** What is still missing, and what the cluster says of it. Asked once, when the deadline has passed. */
  readonly describeMissing: () => readonly string[] | Promise<readonly string[]>;
  /** What the user can do when the deadline passes. @default - look and run again */
  readonly remedy?: string;
}

/** How long to wait, and what is thrown when the time is up: a {@link DeadlinePassed}, or an error of the caller's own. */
export type WaitDeadline = { readonly deadlineSeconds: number } & (WaitDescription | {
  /** The error for when the deadline has passed. It says what is still missing. */
  readonly onDeadline: () => Error | Promise<Error>;
});

/** A wait for watched objects. */
export type WatchWaitOptions = WaitDeadline & {
  /** Whose changes may make the condition true. */
  readonly on: readonly Watched[];
  /** Called after each change that did not make the condition true. @default - nothing */
  readonly onProgress?: () => void;
};

/** A wait for what cannot be watched. */
export type PollOptions = WaitDeadline & {
  /** Seconds between two looks. @default 0.1 */
  readonly everySeconds?: number;
};

/**
 * Waits until a condition on watched objects is true. It is checked when one of them changes, and at no other time. An
 * interruption ends the watches, and with them the wait.
 *
 * @throws LabError {@link DeadlinePassed}, or the caller's own; what the watch or the condition failed with
 * @example
 * const pods = await LiveList.start(api, PODS, { namespace: 'a' });
 * await waitFor(() => pods.items.length === 0, { what: 'the pods are gone', deadlineSeconds: 60, on: [pods], describeMissing: () => [] });
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
    const timer = setTimeout(() => end(() => resolve('late')), options.deadlineSeconds * 1000);
    endings.push(
      () => clearTimeout(timer),
      ...options.on.map((watched) => watched.onChange(look)),
    );
    look();
  });
  if (ended === 'late') throw await lateError(options);
}

/**
 * Looks again and again until there is something to see. For what cannot be watched, such as EC2 instances.
 *
 * @param look gives false or undefined while there is nothing yet
 * @param run its signal ends the wait, and its clock counts the seconds
 * @returns what was seen
 * @throws LabError {@link DeadlinePassed}, or the caller's own; the reason of the signal; what `look` throws
 */
export async function pollFor<T>(
  look: () => T | false | undefined | Promise<T | false | undefined>, options: PollOptions, run: Partial<RunContext> = {},
): Promise<T> {
  const { signal, clock } = runContext(run);
  const deadline = deadlineIn({ clock }, options.deadlineSeconds);
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (seen !== false && seen !== undefined) return seen;
    if (deadline.isPassed) throw await lateError(options);
    await pause(options.everySeconds ?? 0.1, signal);
  }
}

async function lateError(options: WaitDeadline): Promise<Error> {
  if ('onDeadline' in options) return options.onDeadline();
  const { what, deadlineSeconds, describeMissing, remedy } = options;
  return new DeadlinePassed({ what, deadlineSeconds, missing: await describeMissing(), remedy });
}

/** What was thrown, or what a signal was aborted with, as an error. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/**
 * Does something with each item, with at most `atOnce` of them at a time.
 *
 * @throws the first failure; after it no further item is begun
 */
export async function forEachBounded<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (hasFailed) return;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
