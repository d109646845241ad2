import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabError } from '../../lab-error';
import type { Environment } from '../../run-command';
import { type RunContext, sideBySide } from '../../run-context';
import { platformShortfall, runsLayerPrograms } from '../platform';
import { withLock } from '../process/lock-file';
import { buildGoPrograms } from './build-go-programs';
import { installGo, installMoto, MOTO_SERVER_SCRIPT, unpackLayerPrograms, venvPython } from './install-programs';
import { lookForPython, pathShortfall } from './prerequisites';
import { sealToolchain, type Toolchain, toolchainCacheDirectory, toolchainDamage, toolchainIn } from './toolchain';
import { readToolchainDefinition, type ToolchainDefinition, toolchainKey } from './toolchain-definition';
import { removeTree } from './writable-tree';

/** Where a toolchain is built from. */
export interface EnsureToolchainOptions {
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  /** The user's environment. GOCACHE, GOMODCACHE, GOPROXY and pip's variables mean what they always mean. */
  readonly env: Environment;
}

const STEP = 'Toolchain';

/** Seconds that another process may take to build the same toolchain. */
const LOCK_SECONDS = 3600;

/** Whether the toolchain is built: then a rehearsal needs no network. */
async function isToolchainBuilt({ projectDirectory, env }: EnsureToolchainOptions, run: RunContext): Promise<boolean> {
  const directory = directoryOf(readToolchainDefinition(projectDirectory), env);
  return existsSync(directory) && await toolchainDamage(directory, env, run) === undefined;
}

/**
 * The reasons why no rehearsal can be built on this machine; none once the toolchain is built. Each error
 * says what to install.
 */
export async function rehearsalShortfalls(options: EnsureToolchainOptions, run: RunContext): Promise<readonly LabError[]> {
  const unsupported = platformShortfall() ?? pathShortfall(options.projectDirectory, toolchainCacheDirectory(options.env));
  if (unsupported !== undefined) return [unsupported];
  if (await isToolchainBuilt(options, run)) return [];
  const python = await lookForPython(options, run);
  return python.isMet ? [] : [python.error];
}

/**
 * Returns the toolchain, and builds it first where the cache lacks it. A build takes minutes, and about
 * 4 GB in Go's caches. The toolchain enters its place only when it is complete.
 *
 * A damaged toolchain is removed and built anew. What an interrupted build has compiled stays in Go's build cache.
 *
 * @throws LabError `PlatformUnsupported`, `PathUnsuitable`, `PythonMissing`, `PythonTooOld` or `PythonVenvMissing` before
 * anything is built
 * @throws LabError `ToolchainBuildFailed`, `UpstreamChanged`, `PythonPackagesRefused` or `KubectlUnavailable`
 */
export async function ensureToolchain(options: EnsureToolchainOptions, run: RunContext): Promise<Toolchain> {
  const unsupported = platformShortfall() ?? pathShortfall(options.projectDirectory, toolchainCacheDirectory(options.env));
  if (unsupported !== undefined) throw unsupported;
  const definition = readToolchainDefinition(options.projectDirectory);
  const directory = directoryOf(definition, options.env);
  const toolchain = toolchainIn(directory, definition.versions);
  const { onProgress } = run;
  const damage = existsSync(directory) ? await toolchainDamage(directory, options.env, run) : undefined;
  if (existsSync(directory) && damage === undefined) {
    onProgress({ step: STEP, state: 'skipped', detail: directory });
    return toolchain;
  }

  onProgress({ step: STEP, state: 'started', detail: damage === undefined ? undefined : `built anew, because ${damage}` });
  const python = await lookForPython(options, run);
  if (!python.isMet) throw python.error;
  await withLock(`${directory}.lock`, {
    deadlineSeconds: LOCK_SECONDS,
    onWait: (holder) => onProgress({ step: STEP, state: 'running', detail: `process ${holder} builds it` }),
  }, run, async () => {
    // Another process may have built it meanwhile.
    if (existsSync(directory) && await toolchainDamage(directory, options.env, run) === undefined) return;
    await removeTree(directory);
    await build({ ...options, definition, directory, python: python.command }, run);
  });
  onProgress({ step: STEP, state: 'finished', detail: directory });
  return toolchain;
}

interface ToolchainBuild extends EnsureToolchainOptions {
  readonly definition: ToolchainDefinition;
  readonly directory: string;
  readonly python: string;
}

async function build({ projectDirectory, env, definition, directory, python }: ToolchainBuild, run: RunContext): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  const programs = join(unfinished, 'programs');
  const venv = join(unfinished, 'venv');
  await removeTree(unfinished);
  await mkdir(programs, { recursive: true });
  const goCommand = await installGo({ definition, python, venvDirectory: venv, env }, run);
  await sideBySide(run, (shared) => [
    buildGoPrograms({ definition, goCommand, targetDirectory: programs, env }, shared),
    installMoto({ definition, venvDirectory: venv, env }, shared),
  ]);
  for (const folder of ['bin', 'crds', 'charts']) await rename(join(programs, folder), join(unfinished, folder));
  await rm(programs, { recursive: true });
  if (runsLayerPrograms()) await unpackLayerPrograms({ projectDirectory, targetDirectory: join(unfinished, 'bin'), python: venvPython(venv), env }, run);
  await writeFile(join(unfinished, 'bin', 'moto_server'), MOTO_SERVER_SCRIPT, { mode: 0o755 });
  await sealToolchain(unfinished);
  await rename(unfinished, directory);
}

function directoryOf(definition: ToolchainDefinition, env: Environment): string {
  return join(toolchainCacheDirectory(env), toolchainKey(definition));
}
