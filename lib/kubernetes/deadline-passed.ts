import { LabError } from '../lab-error';

/** What a wait waited for, and what kept it. */
export interface DeadlinePassedOptions {
  /** What did not come, as a sentence without its end: `5 pods of inflate run`. */
  readonly what: string;
  readonly deadlineSeconds: number;
  /** What was still missing, and what the cluster says of it, line by line. */
  readonly missing: readonly string[];
  /** @default 'Look at what is missing, then run the same command again.' */
  readonly remedy?: string;
}

/** A wait ended before what it waited for came. */
export class DeadlinePassed extends LabError {
  /** What did not come, as a sentence without its end. */
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
