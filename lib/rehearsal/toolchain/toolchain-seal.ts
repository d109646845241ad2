import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { numberAt, objectAt, parseJson } from '../../assembly/json';
import { runCommand } from '../process/run-command';
import { venvPython } from './install-python-packages';
import type { Environment } from './prerequisites';

/** File that is written last into a toolchain: the sizes of its programs and CRDs. */
const SEAL_FILE = 'toolchain.json';

/** Folders of a toolchain whose files are sealed. */
const SEALED_FOLDERS = ['bin', 'crds'];

/** Finds moto without loading it, which would take a second. */
const MOTO_PROBE = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("moto") is None)';

/** Seals a toolchain that is complete. */
export async function sealToolchain(directory: string): Promise<void> {
  await writeFile(join(directory, SEAL_FILE), `${JSON.stringify(await sizesIn(directory), undefined, 2)}\n`);
}

/**
 * What is wrong with a toolchain of the cache: something that was removed or cut short, or a Python that has been replaced
 * since its packages were installed. It takes some hundredths of a second.
 *
 * @returns undefined when it is whole
 */
export async function toolchainDamage(directory: string, env: Environment): Promise<string | undefined> {
  const sealFile = join(directory, SEAL_FILE);
  if (!existsSync(sealFile)) return `${SEAL_FILE} is missing`;
  const sealed = objectAt(parseJson(await readFile(sealFile, 'utf8')));
  const sizes = await sizesIn(directory);
  const changed = Object.keys(sealed).find((file) => sizes[file] !== numberAt(sealed, file));
  if (changed !== undefined) return sizes[changed] === undefined ? `${changed} is missing` : `${changed} has another size`;
  const python = venvPython(join(directory, 'venv'));
  if (!existsSync(python)) return 'its Python is gone';
  const { exitCode } = await runCommand({ command: python, args: ['-c', MOTO_PROBE], env, workingDirectory: directory });
  return exitCode === 0 ? undefined : 'its Python does not find moto';
}

async function sizesIn(directory: string): Promise<Readonly<Record<string, number>>> {
  const sizes: Record<string, number> = {};
  for (const folder of SEALED_FOLDERS) {
    if (!existsSync(join(directory, folder))) continue;
    for (const name of (await readdir(join(directory, folder))).toSorted()) {
      sizes[`${folder}/${name}`] = (await stat(join(directory, folder, name))).size;
    }
  }
  return sizes;
}
