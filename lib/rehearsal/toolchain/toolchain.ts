import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { numberAt, objectAt, parseJson } from '../../json';
import { type Environment, runCommand } from '../../run-command';
import type { RunContext } from '../../run-context';
import { venvPython } from './install-programs';
import type { ToolchainVersions } from './toolchain-definition';

/** The programs of a rehearsal, built and ready to run. All paths are absolute. */
export interface Toolchain {
  readonly directory: string;
  /** Folder of the programs, and of nothing else. */
  readonly binDirectory: string;
  /** Karpenter's controller, as its image has it. */
  readonly karpenter: string;
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly kwok: string;
  readonly kwokctl: string;
  readonly kubectl: string;
  readonly helm: string;
  /** Python, with the packages of moto, among them boto3. */
  readonly python: string;
  /** moto's server. */
  readonly motoServer: string;
  /** Folder of Karpenter's CRDs. */
  readonly crdsDirectory: string;
  /** Folder of Karpenter's charts, `karpenter` and `karpenter-crd`, of the same version as its programs. */
  readonly karpenterCharts: string;
  readonly versions: ToolchainVersions;
}

/** The paths of a toolchain that is in this folder of the cache. */
export function toolchainIn(directory: string, versions: ToolchainVersions): Toolchain {
  const binDirectory = join(directory, 'bin');
  const program = (name: string): string => join(binDirectory, name);
  return {
    directory,
    binDirectory,
    karpenter: program('karpenter'),
    etcd: program('etcd'),
    kubeApiserver: program('kube-apiserver'),
    kubeControllerManager: program('kube-controller-manager'),
    kubeScheduler: program('kube-scheduler'),
    kwok: program('kwok'),
    kwokctl: program('kwokctl'),
    kubectl: program('kubectl'),
    helm: program('helm'),
    python: venvPython(join(directory, 'venv')),
    motoServer: program('moto_server'),
    crdsDirectory: join(directory, 'crds'),
    karpenterCharts: join(directory, 'charts'),
    versions,
  };
}

/** Folder of all toolchains of this user, by the XDG rules: a relative XDG_CACHE_HOME is ignored. */
export function toolchainCacheDirectory(env: Environment): string {
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  const cache = isAbsolute(xdg) ? xdg : join(env['HOME'] ?? homedir(), '.cache');
  return join(cache, 'karpenter-lab', 'toolchain');
}

/** File that is written last into a toolchain: the sizes of its programs, CRDs and charts. */
const SEAL_FILE = 'toolchain.json';

/** Folders of a toolchain whose files are sealed. */
const SEALED_FOLDERS = ['bin', 'crds', 'charts'];

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
export async function toolchainDamage(directory: string, env: Environment, run: Partial<RunContext> = {}): Promise<string | undefined> {
  const sealFile = join(directory, SEAL_FILE);
  if (!existsSync(sealFile)) return `${SEAL_FILE} is missing`;
  const sealed = objectAt(parseJson(await readFile(sealFile, 'utf8')));
  const sizes = await sizesIn(directory);
  const changed = Object.keys(sealed).find((file) => sizes[file] !== numberAt(sealed, file));
  if (changed !== undefined) return sizes[changed] === undefined ? `${changed} is missing` : `${changed} has another size`;
  const python = venvPython(join(directory, 'venv'));
  if (!existsSync(python)) return 'its Python is gone';
  const { exitCode } = await runCommand({ command: python, args: ['-c', MOTO_PROBE], env, workingDirectory: directory }, run);
  return exitCode === 0 ? undefined : 'its Python does not find moto';
}

async function sizesIn(directory: string): Promise<Readonly<Record<string, number>>> {
  const sizes: Record<string, number> = {};
  for (const folder of SEALED_FOLDERS) {
    if (!existsSync(join(directory, folder))) continue;
    const entries = await readdir(join(directory, folder), { withFileTypes: true, recursive: true });
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const file = join(entry.parentPath, entry.name);
      sizes[relative(directory, file)] = (await stat(file)).size;
    }
  }
  return sizes;
}
