/** The exit codes of the `lab` command line. */
export const ExitCode = {
  /** The verb did what it was asked. */
  Ok: 0,
  /** The action or the check failed. */
  Failed: 1,
  /** The command line or the configuration is wrong; nothing was started. */
  Usage: 2,
  /** The user pressed Ctrl-C: 128 + SIGINT. */
  Interrupted: 130,
} as const;

/** One of the exit codes of the `lab` command line. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each exit code means, as `lab --help` says it. */
export const EXIT_CODE_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.Ok, 'done'],
  [ExitCode.Failed, 'the action or the check failed'],
  [ExitCode.Usage, 'wrong command line or wrong configuration; nothing was started'],
  [ExitCode.Interrupted, 'interrupted'],
];
