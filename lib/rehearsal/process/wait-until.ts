import { setTimeout as delay } from 'node:timers/promises';

/** What is waited for, and for how long. */
export interface WaitUntilOptions {
  /** Seconds after which it is given up. */
  readonly deadlineSeconds: number;
  /**
   * Milliseconds between two looks.
   *
   * @default 100
   */
  readonly intervalMilliseconds?: number;
  /** Aborted when nobody waits any longer. */
  readonly signal?: AbortSignal;
  /** The error for when the deadline has passed: it says what is still missing. */
  readonly onDeadline: () => Error;
}

/**
 * Looks again and again until there is something to see.
 *
 * @param look gives undefined while there is nothing yet
 * @throws what `onDeadline` gives, what `look` throws, or the signal's reason
 */
export async function waitUntil<T>(look: () => T | undefined | Promise<T | undefined>, options: WaitUntilOptions): Promise<T> {
  const deadline = performance.now() + options.deadlineSeconds * 1000;
  for (;;) {
    options.signal?.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() >= deadline) throw options.onDeadline();
    await delay(options.intervalMilliseconds ?? 100);
  }
}
