import { existsSync } from 'node:fs';
import { LabError } from '../lab-error';
import { ignoreProgress, type ProgressListener } from '../progress';
import { withLock } from './process/lock-file';
import type { RehearsalOptions } from './rehearsal-status';
import { DEFAULT_REHEARSAL, rehearsalPaths } from './state/rehearsal-paths';
import { readState, StateFile, type RehearsalState } from './state/rehearsal-state';
import { stopProcesses } from './stop-processes';

/** A rehearsal to stop. */
export interface StopRehearsalOptions extends RehearsalOptions {
  /**
   * Where progress is reported.
   *
   * @default - nobody watches
   */
  readonly onProgress?: ProgressListener;
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
  const { projectDirectory, name = DEFAULT_REHEARSAL, onProgress = ignoreProgress } = options;
  const paths = rehearsalPaths(projectDirectory, name);
  if (!existsSync(paths.directory)) {
    onProgress({ step: STEP, state: 'skipped', detail: 'there is none' });
    return { name, stopped: [] };
  }
  onProgress({ step: STEP, state: 'started' });
  const stopped = await withLock(paths.lockFile, { deadlineSeconds: LOCK_SECONDS }, async () => {
    const state = readableState(paths.recordFile);
    const names = await stopProcesses(paths.directory, state?.processes ?? []);
    if (state !== undefined) new StateFile(paths.recordFile, { ...state, phase: 'stopped' });
    return names;
  });
  onProgress({ step: STEP, state: stopped.length === 0 ? 'skipped' : 'finished', detail: `${stopped.length} processes` });
  return { name, stopped };
}

/** The state, unless its file is damaged: then the processes are found by their marker alone. */
function readableState(file: string): RehearsalState | undefined {
  try {
    return readState(file);
  } catch (error) {
    if (error instanceof LabError && error.code === 'RehearsalRecordUnreadable') return undefined;
    throw error;
  }
}
