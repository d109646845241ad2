import { LabError } from './lab-error';

/*
 * Which failures may pass by themselves, so that a later try can succeed. Code that makes a LabError decides this here, once,
 * and stores it in {@link LabError.isPassing}. Code that waits, follows or tries again reads only that.
 */

/** HTTP status of a service that gets too many requests. */
export const TOO_MANY_REQUESTS = 429;

/** From this HTTP status on, the service itself has failed. */
const FIRST_SERVER_ERROR = 500;

/**
 * Whether a request that failed with an HTTP status may well be answered later.
 *
 * @param status undefined where no answer came at all
 */
export function isPassingStatus(status: number | undefined): boolean {
  return status === undefined || status === TOO_MANY_REQUESTS || status >= FIRST_SERVER_ERROR;
}

/** Whether a later try can succeed after this failure, so that a wait may go on. */
export function isPassing(error: unknown): error is LabError {
  return error instanceof LabError && error.isPassing;
}

/** How many tries in a row may fail, where nothing else limits the time. */
const TRIES = 12;

/**
 * Tolerates passing failures while the lab follows something in AWS. What it follows goes on meanwhile, and the network may
 * come back.
 */
export class Patience {
  private failures = 0;

  /**
   * Makes one request.
   *
   * @returns the answer; undefined where the request failed in a way that may pass
   * @throws the failure, when it cannot pass, or when the 12 requests before it failed, too
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
