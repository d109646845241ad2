#!/usr/bin/env node
import { processHost } from '../lib/cli/process-host';
import { runLab } from '../lib/cli/run-lab';

/** Resolves when a stream has passed on all that was written to it, or nobody reads it any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

void runLab(process.argv.slice(2), processHost()).then(async (exitCode) => {
  process.exitCode = exitCode;
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // A library may still wait, as the CDK's toolkit does for CloudFormation after Ctrl-C. The user need not wait with it.
  process.exit();
});
