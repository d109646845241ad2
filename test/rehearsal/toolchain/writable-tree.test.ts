import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWritable, removeTree } from '../../../lib/rehearsal/toolchain/writable-tree';
import { temporaryFolder } from '../fake-program';

/** A folder as Go keeps a module: nobody but root may write into it, rename or remove it. */
function readOnlyModule(folder: string): string {
  const module = join(folder, 'module');
  mkdirSync(join(module, 'crds'), { recursive: true });
  writeFileSync(join(module, 'crds', 'a.yaml'), 'a');
  writeFileSync(join(module, 'crds', 'run.sh'), 'b');
  chmodSync(join(module, 'crds', 'a.yaml'), 0o444);
  chmodSync(join(module, 'crds', 'run.sh'), 0o555);
  chmodSync(join(module, 'crds'), 0o555);
  chmodSync(module, 0o555);
  return module;
}
const modeOf = (path: string): number => statSync(path).mode & 0o777;

it('a copy of a read-only module is the user\'s to change, and programs in it stay programs', async () => {
  const folder = temporaryFolder();
  const copy = join(folder, 'copy');
  await copyWritable(readOnlyModule(folder), copy);
  expect([copy, join(copy, 'crds')].map(modeOf)).toEqual([0o755, 0o755]);
  expect([modeOf(join(copy, 'crds', 'a.yaml')) & 0o200, modeOf(join(copy, 'crds', 'run.sh')) & 0o300]).toEqual([0o200, 0o300]);
  await removeTree(join(folder, 'module'));
});

it('a read-only folder is removed, and one that does not exist is none', async () => {
  const module = readOnlyModule(temporaryFolder());
  await removeTree(module);
  expect(existsSync(module)).toBe(false);
  await expect(removeTree(module)).resolves.toBeUndefined();
});
