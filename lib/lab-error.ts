/**
 * What a {@link LabError} tells its reader. Code, message, received value and remedy are shown to the user.
 */
export interface LabErrorOptions {
  /** A past fact in PascalCase that names the failure, and a heading of the runbook, such as `NodeClaimsRemained`. */
  readonly code: string;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /**
   * The value that was received, as the user wrote it.
   *
   * @default - no single value is at fault
   */
  readonly received?: unknown;
  /** What the user can do about it, as an instruction. */
  readonly remedy: string;
  /**
   * The error that led to this one, kept for `--verbose`.
   *
   * @default - none
   */
  readonly cause?: unknown;
  /**
   * Whether the failure may pass by itself, so that a later try can succeed.
   *
   * @default false
   */
  readonly isPassing?: boolean;
}

/**
 * A failure that a user can act on. It is shown without a stack trace.
 */
export class LabError extends Error {
  readonly code: string;
  readonly received?: unknown;
  readonly remedy: string;
  /** Whether a later try can succeed. `isPassing` of passing-failure.ts answers the same for any error. */
  readonly isPassing: boolean;

  constructor(options: LabErrorOptions) {
    super(options.message, { cause: options.cause });
    this.name = 'LabError';
    this.code = options.code;
    this.received = options.received;
    this.remedy = options.remedy;
    this.isPassing = options.isPassing ?? false;
  }
}
