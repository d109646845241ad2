// No library: a lock counts while its process runs, not while it is young, so that a crash blocks nobody and a build of an hour keeps its lock.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { numberAt, parseJson, textAt, type JsonValue } from '../../json';
import { LabError } from '../../lab-error';
import type { RunContext } from '../../run-context';
import { pollFor } from '../../wait-for';
import { isProcessRunning, processStartTicks } from './running-processes';

/** How to wait for a lock. */
export interface LockOptions {
  /** Seconds to wait for another process that holds it. */
  readonly deadlineSeconds: number;
  /** Called once when another process holds it. */
  readonly onWait?: (holderPid: number) => void;
}

/**
 * Runs an action while no other process holds the lock. A lock whose holder has ended, even by a crash, is ignored.
 *
 * Lock packages judge a holder by the age of its file: after a crash a student would have to wait, a machine that slept would
 * lose its lock, and nobody could name the process that holds it.
 *
 * @param run its signal ends the wait for the lock, but not the action
 * @throws LabError `LockHeld` when another process holds it for too long
 */
export async function withLock<T>(file: string, options: LockOptions, run: Partial<RunContext>, action: () => Promise<T>): Promise<T> {
  const own = `${file}.${randomUUID()}`;
  writeOwn(own);
  let waitsFor: number | undefined;
  try {
    await pollFor(() => {
      if (linked(own, file)) return true;
      const holder = liveHolder(file);
      if (holder === undefined) removeStale(file);
      else if (waitsFor === undefined) {
        waitsFor = holder;
        options.onWait?.(holder);
      }
      return false;
    }, {
      deadlineSeconds: options.deadlineSeconds,
      onDeadline: () => new LabError({
        code: 'LockHeld',
        message: `Process ${waitsFor} has held the lock for more than ${options.deadlineSeconds} seconds.`,
        received: file,
        remedy: `Wait for it, or interrupt it (kill -INT ${waitsFor}), then run the command again.`,
      }),
    }, run);
  } finally {
    rmSync(own, { force: true });
  }
  try {
    return await action();
  } finally {
    release(file, own);
  }
}

/**
 * Writes the file that becomes the lock. It is the first file of a rehearsal or a toolchain, so a folder that cannot be
 * written shows here.
 *
 * @throws LabError `FolderNotWritable`
 */
function writeOwn(own: string): void {
  try {
    mkdirSync(dirname(own), { recursive: true });
    writeFileSync(own, JSON.stringify({ pid: process.pid, startTicks: processStartTicks(process.pid), id: own }));
  } catch (cause) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    throw new LabError({
      code: 'FolderNotWritable',
      message: `Nothing can be written there: ${(cause as Error).message}.`,
      received: dirname(own),
      remedy: 'Give yourself the right to write there, or free space on its disk. The cache can be elsewhere: set XDG_CACHE_HOME.',
      cause,
    });
  }
}

/** Releases the lock, unless another process has meanwhile taken it over. */
function release(file: string, own: string): void {
  if (textAt(lockIn(file), 'id') === own) rmSync(file, { force: true });
}

function lockIn(file: string): JsonValue | undefined {
  try {
    return parseJson(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes the lock by a link to a file that is already written: only one process can make it. */
function linked(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Id of the process that holds the lock, while it runs. */
function liveHolder(file: string): number | undefined {
  const holder = lockIn(file);
  const pid = numberAt(holder, 'pid');
  const startTicks = numberAt(holder, 'startTicks');
  return pid !== undefined && startTicks !== undefined && isProcessRunning({ pid, startTicks }) ? pid : undefined;
}

/** Removes a dead holder's lock. When it catches a live process's lock instead, it puts that back. */
function removeStale(file: string): void {
  const taken = `${file}.${randomUUID()}`;
  try {
    renameSync(file, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (liveHolder(taken) !== undefined) linked(taken, file);
  rmSync(taken, { force: true });
}
