import type { Kubectl } from '../../lib/rehearsal/apply-objects';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { mkdirSync } from 'node:fs';
import { fakeProgram, temporaryFolder } from './fake-program';

/** A kubectl that is a shell script. Its arguments are appended to the file `calls` in its folder. */
export function fakeKubectl(...lines: readonly string[]): Kubectl & { readonly calls: string } {
  const folder = temporaryFolder();
  const paths = rehearsalPaths(folder, 'default');
  mkdirSync(paths.directory, { recursive: true });
  const calls = `${folder}/calls`;
  const command = fakeProgram(folder, 'kubectl', `echo "$@" >> ${calls}`, ...lines);
  return { command, paths, environment: { PATH: process.env['PATH'] ?? '' }, calls };
}
