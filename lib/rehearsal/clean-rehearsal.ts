import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../lab-error';
import { markedFoldersUsing } from './process/marked-processes';
import { DEFAULT_REHEARSAL, rehearsalPaths, rehearsalsDirectory } from './state/rehearsal-paths';
import { stopRehearsal, type StopRehearsalOptions } from './stop-rehearsal';
import { toolchainCacheDirectory } from './toolchain/toolchain-cache';
import type { Environment } from './toolchain/prerequisites';
import { removeTree } from './toolchain/writable-tree';

/** A rehearsal to remove. */
export interface CleanRehearsalOptions extends StopRehearsalOptions {
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
export async function cleanRehearsal(options: CleanRehearsalOptions): Promise<CleanRehearsalResult> {
  const { projectDirectory, env, name = DEFAULT_REHEARSAL, toolchain = false } = options;
  const paths = rehearsalPaths(projectDirectory, name);
  if (toolchain) requireUnused(toolchainCacheDirectory(env), paths.directory);

  await stopRehearsal(options);
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
