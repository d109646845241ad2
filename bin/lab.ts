#!/usr/bin/env node
import { processHost } from '../lib/cli/process-host';
import { runLab } from '../lib/cli/run-lab';

void runLab(process.argv.slice(2), processHost()).then((exitCode) => {
  process.exitCode = exitCode;
});
