import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../lib/json';

const madeFolders: string[] = [];
process.on('exit', () => madeFolders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** An empty folder that goes with the process. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  madeFolders.push(folder);
  return folder;
}

/** Writes an assembly of one stack, as `cdk synth` does. */
export function writeAssembly(template: JsonObject, environment = 'aws://unknown-account/ap-northeast-2'): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({
    artifacts: {
      'Lab.assets': { type: 'cdk:asset-manifest' },
      Lab: { type: 'aws:cloudformation:stack', environment, properties: { templateFile: 'Lab.template.json' } },
    },
  }));
  writeFileSync(join(folder, 'Lab.template.json'), JSON.stringify(template));
  return folder;
}
