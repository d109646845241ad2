import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { numberAt, parseJson } from '../../assembly/json';
import { LabError } from '../../lab-error';
import { isProcessRunning } from './is-process-running';
import { processStartTicks } from './process-start-ticks';
import { waitUntil } from './wait-until';

/** How a lock is waited for. */
export interface LockOptions {
  /** Seconds to wait for another process that holds it. */
  readonly deadlineSeconds: number;
  /** Called once when another process holds it. */
  readonly onWait?: (holderPid: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Does something while no other process does it. A lock whose holder has ended, even by a crash, counts for nothing.
 *
 * @throws LabError `LockHeld` when another process holds it for too long
 */
export async function withLock<T>(file: string, options: LockOptions, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, startTicks: processStartTicks(process.pid), id: own }));
  let waitsFor: number | undefined;
  try {
    await waitUntil(() => {
      if (linked(own, file)) return true;
      const holder = liveHolder(file);
      if (holder === undefined) removeStale(file);
      else if (waitsFor === undefined) {
        waitsFor = holder;
        options.onWait?.(holder);
      }
      return undefined;
    }, {
      deadlineSeconds: options.deadlineSeconds,
      intervalMilliseconds: 100,
      signal: options.signal,
      onDeadline: () => new LabError({
        code: 'LockHeld',
        message: `Process ${waitsFor} does the same since more than ${options.deadlineSeconds} seconds.`,
        received: file,
        remedy: 'Wait for it, or end it, then run the command again.',
      }),
    });
  } finally {
    rmSync(own, { force: true });
  }
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Takes the lock in one step that only one process can win: a link to a file that is already written. */
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
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const holder = parseJson(text);
  const pid = numberAt(holder, 'pid');
  const startTicks = numberAt(holder, 'startTicks');
  return pid !== undefined && startTicks !== undefined && isProcessRunning({ pid, startTicks }) ? pid : undefined;
}

/** Takes a dead holder's lock away. A live one that came in between is put back. */
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
