import { LabError } from './lab-error';

/*
 * Which failures may pass: a later try need not meet them again. Whoever makes a failure judges it here, once, as
 * {@link LabError.isPassing}; whoever waits, follows or tries again asks no more than that.
 */

/** Status by which a service says that it is asked too often. */
export const TOO_MANY_REQUESTS = 429;

/** Statuses from this one on say that the service itself is out of order. */
const FIRST_SERVER_ERROR = 500;

/**
 * Whether a request that failed with an HTTP status may well be answered later.
 *
 * @param status undefined where no answer came at all
 */
export function isPassingStatus(status: number | undefined): boolean {
  return status === undefined || status === TOO_MANY_REQUESTS || status >= FIRST_SERVER_ERROR;
}

/** Whether a wait may go on after this failure: a later try need not meet it again. */
export function isPassing(error: unknown): error is LabError {
  return error instanceof LabError && error.isPassing;
}

/** Tries in a row that may fail, where nothing else limits the time. */
const TRIES = 12;

/**
 * What whoever follows something in AWS has for failures that may pass: what it follows goes on without it, and the network
 * may come back.
 */
export class Patience {
  private failures = 0;

  /**
   * Tries something.
   *
   * @returns what it gives; undefined where it failed in a way that may pass
   * @throws what it fails with, when that does not pass or has not passed in 12 tries in a row
   */
  async attempt<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.failures = 0;
      return answer;
    } catch (error) {
      this.failures += 1;
      if (!isPassing(error) || this.failures > TRIES) throw error;
      return undefined;
    }
  }
}
