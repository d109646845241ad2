import { LabError } from '../lab-error';
import { errorExitCode } from './errors/error-exit-code';
import { errorText } from './errors/error-text';
import { streamLayout } from './text/stream-layout';

/** Ends the CDK app on an error: says it on stderr as `lab` does, and sets the exit code. Only a defect shows its stack. */
export function reportFailure(error: unknown): void {
  const lines = errorText(error, !(error instanceof LabError), streamLayout(process.stderr, process.env));
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = errorExitCode(error);
}
