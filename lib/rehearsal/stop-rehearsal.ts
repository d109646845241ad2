import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../lab-error';
import type { Environment } from '../run-command';
import type { RunContext } from '../run-context';
import { withLock } from './process/lock-file';
import { markedFoldersUsing, markedProcesses, type ProcessRecord } from './process/running-processes';
import { stopProcess } from './process/stop-process';
import { DEFAULT_REHEARSAL, rehearsalPaths, rehearsalsDirectory } from './rehearsal-paths';
import { readableState, StateFile } from './rehearsal-state';
import type { RehearsalOptions } from './rehearsal-status';
import { toolchainCacheDirectory } from './toolchain/toolchain';
import { removeTree } from './toolchain/writable-tree';

/** The result of stopping a rehearsal. */
export interface StopRehearsalResult {
  readonly name: string;
  /** Names of the processes that ran and were stopped; empty when there was nothing to stop. */
  readonly stopped: readonly string[];
}

const STEP = 'Stop the rehearsal';

/** Seconds that another process may take to start or stop the rehearsal. */
const LOCK_SECONDS = 120;

/**
 * Stops every process of a rehearsal. Its folder stays, with all logs. Stopping twice is harmless.
 *
 * @throws LabError `ProcessRemained`, `LockHeld` or `RehearsalNameRefused`
 */
export async function stopRehearsal({ projectDirectory, name = DEFAULT_REHEARSAL }: RehearsalOptions, run: RunContext): Promise<StopRehearsalResult> {
  const { onProgress } = run;
  const paths = rehearsalPaths(projectDirectory, name);
  // Somebody may have removed the folder and left the processes.
  if (!existsSync(paths.directory) && markedProcesses(paths.directory).length === 0) {
    onProgress({ step: STEP, state: 'skipped', detail: 'there is none' });
    return { name, stopped: [] };
  }
  onProgress({ step: STEP, state: 'started' });
  const stopped = await withLock(paths.lockFile, {
    deadlineSeconds: LOCK_SECONDS,
    onWait: (holder) => onProgress({ step: STEP, state: 'running', detail: `process ${holder} starts or stops it; Ctrl-C there, or kill -INT ${holder}, ends that` }),
  }, run, async () => {
    const state = readableState(paths.recordFile);
    const names = await stopProcesses(paths.directory, state?.processes ?? []);
    if (state !== undefined) new StateFile(paths.recordFile, { ...state, phase: 'stopped' });
    return names;
  });
  onProgress({ step: STEP, state: stopped.length === 0 ? 'skipped' : 'finished', detail: `${stopped.length} processes` });
  return { name, stopped };
}

/** Processes that are stopped before the others, because they still need the others to shut down. */
const FIRST = ['karpenter'];

/**
 * Stops every process of a rehearsal: those of its record, then any other that carries its marker.
 *
 * @param directory folder of the rehearsal
 * @returns names of the processes that were stopped
 * @throws LabError `ProcessRemained`
 */
export async function stopProcesses(directory: string, processes: readonly ProcessRecord[]): Promise<readonly string[]> {
  const stopped: string[] = [];
  const stopAll = async (some: readonly ProcessRecord[]): Promise<void> => {
    await Promise.all(some.map(async (process) => {
      if (await stopProcess(process)) stopped.push(process.name);
    }));
  };
  await stopAll(processes.filter(({ name }) => FIRST.includes(name)));
  await stopAll(processes.filter(({ name }) => !FIRST.includes(name)));
  // Until none is left: one of them may have started another meanwhile.
  for (let marked = markedProcesses(directory); marked.length > 0; marked = markedProcesses(directory)) {
    await stopAll(marked);
  }
  return stopped;
}

/** A rehearsal to remove. */
export interface CleanRehearsalOptions extends RehearsalOptions {
  /** The user's environment: it says where the cache is. */
  readonly env: Environment;
  /**
   * Whether the built toolchain goes too. Go's own caches stay: `go clean -cache -modcache` empties them.
   *
   * @default false
   */
  readonly toolchain?: boolean;
}

/** What was removed. */
export interface CleanRehearsalResult {
  readonly name: string;
  /** Absolute paths of the folders. */
  readonly removed: readonly string[];
}

/**
 * Stops a rehearsal and removes its folder. Cleaning twice is harmless.
 *
 * @throws LabError `ToolchainInUse` when the toolchain is to go and another rehearsal runs, of this project or another
 * @throws LabError `ProcessRemained`, `LockHeld` or `RehearsalNameRefused`
 */
export async function cleanRehearsal(options: CleanRehearsalOptions, run: RunContext): Promise<CleanRehearsalResult> {
  const { projectDirectory, env, name = DEFAULT_REHEARSAL, toolchain = false } = options;
  const paths = rehearsalPaths(projectDirectory, name);
  if (toolchain) requireUnused(toolchainCacheDirectory(env), paths.directory);

  await stopRehearsal(options, run);
  const folders = (toolchain ? [paths.directory, toolchainCacheDirectory(env)] : [paths.directory]).filter((folder) => existsSync(folder));
  for (const folder of folders) await removeTree(folder);

  const rehearsals = rehearsalsDirectory(projectDirectory);
  removeIfEmpty(rehearsals);
  removeIfEmpty(dirname(rehearsals));
  if (toolchain) removeIfEmpty(dirname(toolchainCacheDirectory(env)));
  return { name, removed: folders };
}

function requireUnused(toolchainDirectory: string, directory: string): void {
  const others = markedFoldersUsing(toolchainDirectory).filter((folder) => folder !== directory);
  if (others.length === 0) return;
  throw new LabError({
    code: 'ToolchainInUse',
    message: `The toolchain runs other rehearsals: ${others.join(', ')}.`,
    received: toolchainDirectory,
    remedy: 'Stop them first, or clean without the toolchain.',
  });
}

function removeIfEmpty(directory: string): void {
  try {
    if (readdirSync(directory).length === 0) rmdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
