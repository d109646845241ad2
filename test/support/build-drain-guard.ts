import { resolve } from 'node:path';
import { build } from 'esbuild';

/** Builds the code of the drain guard, as cdk.json does: without it the stack cannot be synthesized. */
export default async function buildDrainGuard(): Promise<void> {
  const project = resolve(__dirname, '../..');
  await build({
    absWorkingDir: project,
    entryPoints: { 'drain-guard/index': 'lib/removal/guard/main.ts' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    keepNames: true,
    sourcemap: true,
    outdir: 'dist',
  });
}
