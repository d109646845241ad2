import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readAssembly } from '../../lib/assembly/read-assembly';
import type { SynthesizedStack } from '../../lib/assembly/synthesized-stack';
import { loadConfig } from '../../lib/config/load';
import type { JsonObject } from '../../lib/json';
import { buildLabStack } from '../../lib/stack/lab-stack';

/** The lab's stack, built in this process. */
export interface SynthesizedLab {
  readonly stack: Stack;
  /** The template, for assertions. */
  readonly template: Template;
  /** The template, as the plan, the rehearsal and the teardown read it. */
  readonly synthesized: SynthesizedStack;
}

/** A configuration of defaults: what an instructor writes into `lab.yaml` is no matter of the tests. */
export const LAB_OF_DEFAULTS = join(__dirname, '../fixtures/default-lab.yaml');

const madeFolders: string[] = [];
process.on('exit', () => madeFolders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The context that `cdk.json` sets for every synthesis. */
export function contextOfCdkJson(): JsonObject {
  const cdkJson = JSON.parse(readFileSync(join(__dirname, '../../cdk.json'), 'utf8')) as { readonly context: JsonObject };
  return cdkJson.context;
}

/**
 * Builds and synthesizes the lab with the given overrides of its defaults, without copying assets.
 *
 * @param prepare what to do with the stack before it is synthesized, such as adding an aspect
 */
export async function synthLab(
  overrides: JsonObject = {},
  prepare: (stack: Stack) => void = () => undefined,
): Promise<SynthesizedLab> {
  const outdir = mkdtempSync(join(tmpdir(), 'lab-assembly-'));
  madeFolders.push(outdir);
  const app = new App({
    outdir,
    context: { ...contextOfCdkJson(), 'aws:cdk:disable-asset-staging': true, 'aws:cdk:enable-path-metadata': true },
  });
  const stack = await buildLabStack(app, loadConfig({ file: LAB_OF_DEFAULTS, overrides }));
  prepare(stack);
  app.synth();
  return { stack, template: Template.fromStack(stack), synthesized: readAssembly(outdir) };
}
