#!/usr/bin/env node
import { processHost } from '../lib/cli/process-host';
import { runLab } from '../lib/cli/run-lab';

/** Resolves when all that was written to a stream is out, or nobody reads it any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

void runLab(process.argv.slice(2), processHost()).then(async (exitCode) => {
  process.exitCode = exitCode;
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // What a library still waits for, such as the CDK's toolkit for CloudFormation after Ctrl-C, keeps nobody waiting.
  process.exit();
});
