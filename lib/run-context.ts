import { setMaxListeners } from 'node:events';
import { ignoreProgress, type ProgressListener } from './progress';

/** Tells the time. */
export interface Clock {
  /** The moment by the calendar. */
  readonly now: () => Date;
  /** Milliseconds since some moment. It never goes back. */
  readonly nowMillis: () => number;
  /** Calls back again and again, until the function that it returns is called. It keeps no process alive. */
  readonly every: (millis: number, call: () => void) => () => void;
}

/** The clock of the computer. */
export const machineClock: Clock = {
  now: () => new Date(),
  nowMillis: () => performance.now(),
  every: (millis, call) => {
    const timer = setInterval(call, millis).unref();
    return () => clearInterval(timer);
  },
};

/** What every action gets from its caller, besides its options. */
export interface RunContext {
  /** Aborted when nobody waits for the result any longer, as by Ctrl-C. Connections are bound to it when they are made. */
  readonly signal: AbortSignal;
  /** Where the action reports its progress. */
  readonly onProgress: ProgressListener;
  readonly clock: Clock;
}

/**
 * Makes a run. What its caller leaves out gets a default.
 *
 * @param given @default - it is never aborted, its progress is ignored, and its clock is the computer's
 * @example
 * await teardown(options, runContext({ signal: AbortSignal.timeout(60_000), onProgress: (event) => process.stderr.write(`${event.step}\n`) }));
 */
export function runContext({ signal = new AbortController().signal, onProgress = ignoreProgress, clock = machineClock }: Partial<RunContext> = {}): RunContext {
  // One run makes dozens of requests at once, and each listens to its signal: Node.js would take more than ten for a leak.
  setMaxListeners(0, signal);
  return { signal, onProgress, clock };
}

/** The same run, but one that Ctrl-C does not end: for putting things back after an interruption. */
export function beyondInterruption(run: RunContext): RunContext {
  return runContext({ ...run, signal: undefined });
}

/**
 * Runs parts of an action side by side, and waits for all of them. When one fails the others are interrupted, and its error
 * is thrown once they have ended.
 *
 * @param begin starts the parts, with a run that is aborted at the first failure
 * @throws the first failure, or the signal's reason when the run was aborted before
 */
export async function sideBySide(run: RunContext, begin: (run: RunContext) => readonly Promise<unknown>[]): Promise<void> {
  const failure = new AbortController();
  const shared = runContext({ ...run, signal: AbortSignal.any([run.signal, failure.signal]) });
  const parts = begin(shared);
  for (const part of parts) part.catch((error: unknown) => failure.abort(error));
  await Promise.allSettled(parts);
  shared.signal.throwIfAborted();
}

/** The moment at which a wait gives up. */
export interface RunDeadline {
  readonly isPassed: boolean;
  /** Seconds that are left. 0 when it has passed. */
  readonly remainingSeconds: number;
}

/** The moment so many seconds from now. */
export function deadlineIn({ clock }: Pick<RunContext, 'clock'>, seconds: number): RunDeadline {
  const end = clock.nowMillis() + seconds * 1000;
  return {
    get isPassed() {
      return clock.nowMillis() >= end;
    },
    get remainingSeconds() {
      return Math.max(0, (end - clock.nowMillis()) / 1000);
    },
  };
}
