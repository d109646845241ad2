import { mkdirSync } from 'node:fs';
import type { RehearsedCluster } from '../../lib/rehearsal/rehearsal';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { smallLabView } from '../assembly/small-lab';
import { fakeProgram, temporaryFolder } from './fake-program';

/** A cluster whose kubectl is a shell script with these lines. Its arguments are appended to the file `calls`. */
export function fakeCluster(...lines: readonly string[]): RehearsedCluster & { readonly calls: string } {
  const folder = temporaryFolder();
  const paths = rehearsalPaths(folder, 'default');
  mkdirSync(paths.logsDirectory, { recursive: true });
  const calls = `${folder}/calls`;
  const kubectl = fakeProgram(folder, 'kubectl', `echo "$@" >> ${calls}`, ...lines);
  return { lab: smallLabView(), kubectl, paths, environment: { PATH: process.env['PATH'] ?? '' }, calls };
}
