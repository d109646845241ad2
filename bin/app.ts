import { App } from 'aws-cdk-lib';
import { loadConfig } from '../lib/config/load';
import { overridesFromContext } from '../lib/config/overrides';
import { reportFailure } from '../lib/cli/error-report';
import type { JsonObject } from '../lib/json';
import { buildLabStack } from '../lib/stack/lab-stack';

/** CDK entry: configuration in, the lab's stack out. `cdk.json` runs it. */
async function main(): Promise<void> {
  const app = new App({
    // Traces hold absolute paths: the assembly must be the same wherever it is made.
    stackTraces: false,
    postCliContext: { 'aws:cdk:disable-creation-stack-traces': true },
  });
  const config = loadConfig({ overrides: overridesFromContext(app.node.getAllContext() as JsonObject) });
  await buildLabStack(app, config);
  app.synth();
}

main().catch(reportFailure);
