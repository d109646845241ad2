import type { CommanderError } from 'commander';
import { UsageError } from './usage-error';

const CODES: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'UnknownVerb',
  'commander.unknownOption': 'UnknownFlag',
  'commander.optionMissingArgument': 'FlagValueMissing',
  'commander.missingArgument': 'ArgumentMissing',
  'commander.excessArguments': 'UnexpectedArgument',
};

const SUGGESTION = /\n\(Did you mean (?<suggestion>.+)\?\)$/;

/** What commander found wrong with the command line, in the lab's own form. */
export function commandLineError(error: CommanderError): UsageError {
  const sentence = error.message.replace(/^error: /, '');
  const suggestion = SUGGESTION.exec(sentence)?.groups?.['suggestion'];
  const message = sentence.replace(SUGGESTION, '').replace(/\.$/, '');
  const help = 'See `lab --help`.';
  return new UsageError({
    code: CODES[error.code] ?? 'InvalidCommandLine',
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    remedy: suggestion === undefined ? help : `Did you mean ${suggestion}? ${help}`,
    cause: error,
  });
}
