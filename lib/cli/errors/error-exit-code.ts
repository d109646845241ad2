import { ConfigFileError, InvalidConfig } from '../../config/problems';
import { ExitCode } from '../exit-code';
import { InterruptedError } from './interrupted-error';
import { UsageError } from './usage-error';

/** The exit code that an error ends the command with. */
export function errorExitCode(error: unknown): ExitCode {
  if (error instanceof InterruptedError) {
    return ExitCode.Interrupted;
  }
  return error instanceof UsageError || error instanceof InvalidConfig || error instanceof ConfigFileError ? ExitCode.Usage : ExitCode.Failed;
}
