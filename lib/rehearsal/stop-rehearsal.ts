import { existsSync } from 'node:fs';
import { ignoreProgress, type ProgressListener } from '../progress';
import { withLock } from './process/lock-file';
import { markedProcesses } from './process/marked-processes';
import type { RehearsalOptions } from './rehearsal-status';
import { DEFAULT_REHEARSAL, rehearsalPaths } from './state/rehearsal-paths';
import { readableState, StateFile } from './state/rehearsal-state';
import { stopProcesses } from './stop-processes';

/** A rehearsal to stop. */
export interface StopRehearsalOptions extends RehearsalOptions {
  /**
   * Where progress is reported.
   *
   * @default - nobody watches
   */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user no longer wants to wait for another process. @default - it is waited for */
  readonly signal?: AbortSignal;
}

/** What stopping a rehearsal came to. */
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
export async function stopRehearsal(options: StopRehearsalOptions): Promise<StopRehearsalResult> {
  const { projectDirectory, name = DEFAULT_REHEARSAL, onProgress = ignoreProgress, signal } = options;
  const paths = rehearsalPaths(projectDirectory, name);
  // Somebody may have removed the folder and left the processes.
  if (!existsSync(paths.directory) && markedProcesses(paths.directory).length === 0) {
    onProgress({ step: STEP, state: 'skipped', detail: 'there is none' });
    return { name, stopped: [] };
  }
  onProgress({ step: STEP, state: 'started' });
  const stopped = await withLock(paths.lockFile, {
    deadlineSeconds: LOCK_SECONDS,
    signal,
    onWait: (holder) => onProgress({ step: STEP, state: 'running', detail: `process ${holder} starts or stops it; Ctrl-C there, or kill -INT ${holder}, ends that` }),
  }, async () => {
    const state = readableState(paths.recordFile);
    const names = await stopProcesses(paths.directory, state?.processes ?? []);
    if (state !== undefined) new StateFile(paths.recordFile, { ...state, phase: 'stopped' });
    return names;
  });
  onProgress({ step: STEP, state: stopped.length === 0 ? 'skipped' : 'finished', detail: `${stopped.length} processes` });
  return { name, stopped };
}
