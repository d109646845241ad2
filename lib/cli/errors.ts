import type { CommanderError } from '@commander-js/extra-typings';
import { inspect } from 'node:util';
import { ConfigFileError, InvalidConfig } from '../config/problems';
import { LabError } from '../lab-error';

/** The exit codes of the `lab` command line. */
export enum ExitCode {
  /** The verb did what it was asked. */
  Ok = 0,
  /** The action or the check failed. */
  Failed = 1,
  /** The command line or the configuration is wrong; nothing was started. */
  Usage = 2,
  /** The user pressed Ctrl-C: 128 + SIGINT. */
  Interrupted = 130,
}

/** What each exit code means, as `lab --help` says it. */
export const EXIT_CODE_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.Ok, 'done'],
  [ExitCode.Failed, 'the action or the check failed'],
  [ExitCode.Usage, 'wrong command line or wrong configuration; nothing was started'],
  [ExitCode.Interrupted, 'interrupted'],
];

/** A command line that is wrong. Nothing has been started when it is raised. */
export class UsageError extends LabError {}

/** The user pressed Ctrl-C. */
export class InterruptedError extends LabError {
  constructor(cause: unknown) {
    super({
      code: 'Interrupted',
      message: 'The command was interrupted before it was done.',
      remedy: 'Run the same command again. It starts from what it finds.',
      cause,
    });
  }
}

/** Code of an error that the lab did not foresee. */
export const DEFECT_CODE = 'DefectFound';

/** What to do about a defect. */
export const DEFECT_REMEDY = 'This is a defect of the lab, not of your input. Report it with what the same command prints when --verbose is added.';

/** What an unforeseen error says about itself. */
export function defectMessage(error: unknown): string {
  return error instanceof Error ? error.message : inspect(error);
}

/** Where an error came from, with every error that led to it. */
export function errorStack(error: unknown): string {
  return inspect(error, { depth: 4 });
}

/** The exit code that an error ends the command with. */
export function errorExitCode(error: unknown): ExitCode {
  if (error instanceof InterruptedError) {
    return ExitCode.Interrupted;
  }
  return error instanceof UsageError || error instanceof InvalidConfig || error instanceof ConfigFileError ? ExitCode.Usage : ExitCode.Failed;
}

const CODES: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'UnknownVerb',
  'commander.unknownOption': 'UnknownFlag',
  'commander.optionMissingArgument': 'FlagValueMissing',
  'commander.missingArgument': 'ArgumentMissing',
  'commander.excessArguments': 'UnexpectedArgument',
};

const SUGGESTION = /\n\(Did you mean (?<suggestion>.+)\?\)$/;

/**
 * What commander found wrong with the command line, in the lab's own form.
 *
 * @param help the command whose help says what is right
 */
export function commandLineError(error: CommanderError, help = 'lab --help'): UsageError {
  const sentence = error.message.replace(/^error: /, '');
  const suggestion = SUGGESTION.exec(sentence)?.groups?.['suggestion'];
  const message = sentence.replace(SUGGESTION, '').replace(/\.$/, '');
  const seeHelp = `See \`${help}\`.`;
  return new UsageError({
    code: CODES[error.code] ?? 'InvalidCommandLine',
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    remedy: suggestion === undefined ? seeHelp : `Did you mean ${suggestion}? ${seeHelp}`,
    cause: error,
  });
}
