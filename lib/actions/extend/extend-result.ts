/** A move of the deadline, before it is made. All moments are in UTC: `2026-12-01T09:00Z`. */
export interface DeadlineChange {
  readonly stackName: string;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  readonly scheduleName: string;
  /** When AWS deletes the stack now. */
  readonly from: string;
  /** When it will. */
  readonly to: string;
  /** Whether the schedule is on. One that somebody has switched off deletes nothing, whatever its time is. */
  readonly isEnabled: boolean;
}

/** What became of a deadline. */
export interface ExtendResult extends DeadlineChange {
  /**
   * - `moved`: it is `to` now;
   * - `unchanged`: it was `to` already;
   * - `declined`: the user did not want it.
   */
  readonly outcome: 'moved' | 'unchanged' | 'declined';
}
