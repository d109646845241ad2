import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabError } from '../../lab-error';
import { ignoreProgress, type ProgressListener } from '../../progress';
import { withLock } from '../process/lock-file';
import { buildGoPrograms } from './build-go-programs';
import { installPythonPackages, MOTO_SERVER_SCRIPT, venvPython } from './install-python-packages';
import { platformShortfall, rehearsalPrerequisites, type Environment, type Prerequisite } from './prerequisites';
import { toolchainIn, type Toolchain } from './toolchain';
import { toolchainCacheDirectory } from './toolchain-cache';
import { readToolchainDefinition, toolchainKey, type ToolchainDefinition } from './toolchain-definition';
import { unpackKubectl } from './unpack-kubectl';

/** Where a toolchain is built from, and how that is watched. */
export interface EnsureToolchainOptions {
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  /** The user's environment. GOCACHE, GOMODCACHE, GOPROXY and pip's variables mean what they always mean. */
  readonly env: Environment;
  /**
   * Where progress is reported.
   *
   * @default - nobody watches
   */
  readonly onProgress?: ProgressListener;
  /**
   * Aborted when the user interrupts. What is compiled by then stays in Go's build cache.
   *
   * @default - not interrupted
   */
  readonly signal?: AbortSignal;
}

const STEP = 'Toolchain';

/** Seconds that another process may take to build the same toolchain. */
const LOCK_SECONDS = 3600;

/** Whether the toolchain is built already, so that a rehearsal needs neither Go nor the network. */
function isToolchainBuilt(options: Pick<EnsureToolchainOptions, 'projectDirectory' | 'env'>): boolean {
  return existsSync(directoryOf(readToolchainDefinition(options.projectDirectory), options.env));
}

/**
 * What keeps a rehearsal from being built on this machine; nothing once it is built. Each error says
 * what to install.
 */
export async function rehearsalShortfalls(options: EnsureToolchainOptions): Promise<readonly LabError[]> {
  const unsupported = platformShortfall();
  if (unsupported !== undefined) return [unsupported];
  if (isToolchainBuilt(options)) return [];
  const { go, python } = await rehearsalPrerequisites(options);
  return [go, python].flatMap((prerequisite) => (prerequisite.isMet ? [] : [prerequisite.error]));
}

/**
 * Gives the toolchain, and builds it where the cache does not hold it: minutes, and about 4 GB in
 * Go's caches. It is put in its place only when it is complete.
 *
 * @throws LabError `PlatformUnsupported`, `GoMissing`, `GoTooOld`, `PythonMissing`, `PythonTooOld` or
 * `PythonVenvMissing` before anything is built
 * @throws LabError `ToolchainBuildFailed`, `UpstreamChanged`, `PythonPackagesRefused` or `KubectlUnavailable`
 */
export async function ensureToolchain(options: EnsureToolchainOptions): Promise<Toolchain> {
  const unsupported = platformShortfall();
  if (unsupported !== undefined) throw unsupported;
  const definition = readToolchainDefinition(options.projectDirectory);
  const directory = directoryOf(definition, options.env);
  const toolchain = toolchainIn(directory, definition.versions);
  const onProgress = options.onProgress ?? ignoreProgress;
  if (existsSync(directory)) {
    onProgress({ step: STEP, state: 'skipped', detail: directory });
    return toolchain;
  }

  onProgress({ step: STEP, state: 'started' });
  const { go, python } = await rehearsalPrerequisites(options);
  requirePrerequisite(go);
  const pythonCommand = requirePrerequisite(python);
  await withLock(`${directory}.lock`, {
    deadlineSeconds: LOCK_SECONDS,
    signal: options.signal,
    onWait: (holder) => onProgress({ step: STEP, state: 'running', detail: `process ${holder} builds it` }),
  }, async () => {
    if (!existsSync(directory)) await build({ definition, directory, pythonCommand, options, onProgress });
  });
  onProgress({ step: STEP, state: 'finished', detail: directory });
  return toolchain;
}

interface Build {
  readonly definition: ToolchainDefinition;
  readonly directory: string;
  readonly pythonCommand: string;
  readonly options: EnsureToolchainOptions;
  readonly onProgress: ProgressListener;
}

async function build({ definition, directory, pythonCommand, options, onProgress }: Build): Promise<void> {
  const { projectDirectory, env } = options;
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, 'programs'), { recursive: true });
  const programs = join(unfinished, 'programs');
  const venv = join(unfinished, 'venv');

  // When one of the two fails, the other must not go on.
  const failure = new AbortController();
  const signal = options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
  const tasks = [
    buildGoPrograms({ definition, targetDirectory: programs, env, onProgress, signal }),
    installPythonPackages({ definition, python: pythonCommand, targetDirectory: venv, env, onProgress, signal }),
  ];
  for (const task of tasks) task.catch((error: unknown) => failure.abort(error));
  await Promise.allSettled(tasks);
  signal.throwIfAborted();

  await rename(join(programs, 'bin'), join(unfinished, 'bin'));
  await rename(join(programs, 'crds'), join(unfinished, 'crds'));
  await rm(programs, { recursive: true });
  await unpackKubectl({ projectDirectory, targetFile: join(unfinished, 'bin', 'kubectl'), python: venvPython(venv), env, signal });
  await writeFile(join(unfinished, 'bin', 'moto_server'), MOTO_SERVER_SCRIPT, { mode: 0o755 });
  await rename(unfinished, directory);
}

function directoryOf(definition: ToolchainDefinition, env: Environment): string {
  return join(toolchainCacheDirectory(env), toolchainKey(definition));
}

function requirePrerequisite(prerequisite: Prerequisite): string {
  if (prerequisite.isMet) return prerequisite.command;
  throw prerequisite.error;
}

