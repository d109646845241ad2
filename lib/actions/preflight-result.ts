/**
 * How a check came out.
 *
 * - `pass`: nothing to do;
 * - `warn`: a deployment works, but something about the class may not, or the check could not be made;
 * - `fail`: a deployment would fail, or would meet what an earlier class left behind.
 */
export type CheckOutcome = 'pass' | 'warn' | 'fail';

/** What a check found. */
export interface CheckFinding {
  readonly outcome: CheckOutcome;
  /** What was seen, with its figures, as sentences. */
  readonly evidence: string;
  /**
   * What to do about it, as an instruction.
   *
   * @default - nothing needs to be done
   */
  readonly remedy?: string;
}

/** A check by its name, with what it found. */
export interface PreflightCheck extends CheckFinding {
  readonly name: string;
}

/** Whether the lab can be deployed. */
export interface PreflightResult {
  readonly stackName: string;
  readonly clusterName: string;
  readonly region: string;
  /**
   * Account that the credentials belong to, twelve digits.
   *
   * @default - unknown: there are no valid credentials
   */
  readonly account?: string;
  /** Every check, in the order in which an instructor wants to read them. */
  readonly checks: readonly PreflightCheck[];
  /** The worst outcome of all checks. */
  readonly verdict: CheckOutcome;
}
