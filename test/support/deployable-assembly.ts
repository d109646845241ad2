import { App } from 'aws-cdk-lib';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../lib/config/load';
import { buildLabStack } from '../../lib/stack/lab-stack';
import { contextOfCdkJson, LAB_OF_DEFAULTS } from './synth-lab';

/**
 * A synthesized lab with its assets, which a rehearsal can deploy. Absolute path of its folder, which the test removes.
 *
 * @param overrides settings as `-c` gives them @default - the defaults
 */
export async function deployableAssembly(overrides: Readonly<Record<string, string>> = {}): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  const app = new App({ outdir, context: { ...contextOfCdkJson(), 'aws:cdk:enable-path-metadata': true } });
  await buildLabStack(app, loadConfig({ file: LAB_OF_DEFAULTS, overrides }));
  app.synth();
  return outdir;
}
