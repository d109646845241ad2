import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { isProcessRunning, markedFolders, markedProcesses, type ProcessRecord } from './process/running-processes';
import { readableState, readProcesses, type RehearsalRecord } from './rehearsal-state';
import { rehearsedLab, type RehearsedLab } from './rehearsed-lab';
import { DEFAULT_REHEARSAL, isRehearsalName, rehearsalPaths, rehearsalsDirectory } from './rehearsal-paths';

/** Which rehearsal is meant. It need not exist. */
export interface RehearsalOptions {
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  /**
   * Name of the rehearsal.
   *
   * @default 'default'
   */
  readonly name?: string;
}

/** A process of a rehearsal, and whether it runs. */
export interface ProcessStatus extends ProcessRecord {
  readonly isRunning: boolean;
}

/** The state of a rehearsal and of its processes. */
export interface RehearsalStatus {
  readonly name: string;
  /**
   * - `absent`: there is none of this name;
   * - `starting`: it is being started, or its start was cut short;
   * - `running`: all its processes run;
   * - `damaged`: some of its processes have ended since it was started, or its processes run although its record or folder is gone;
   * - `stopped`: none of its processes runs, and its folder is still there.
   */
  readonly state: 'absent' | 'starting' | 'running' | 'damaged' | 'stopped';
  /** @default - the rehearsal is absent, or its record is gone */
  readonly record?: RehearsalRecord;
  /** In the order of their start. */
  readonly processes: readonly ProcessStatus[];
  /**
   * What its account has of the lab; `unknown` where the account does not answer.
   *
   * @default - the rehearsal does not run, or its account was not asked
   */
  readonly lab?: RehearsedLab | 'unknown';
}

/**
 * Reads the state of a rehearsal.
 *
 * @throws LabError `RehearsalNameRefused`
 */
export function rehearsalStatus({ projectDirectory, name = DEFAULT_REHEARSAL }: RehearsalOptions): RehearsalStatus {
  const paths = rehearsalPaths(projectDirectory, name);
  const state = readableState(paths.recordFile);
  if (state === undefined) {
    const processes = markedProcesses(paths.directory).map((process) => ({ ...process, isRunning: true }));
    return { name, state: processes.length > 0 || existsSync(paths.recordFile) ? 'damaged' : 'absent', processes };
  }
  const recorded = [...state.processes, ...readProcesses(paths.controlPlaneProcesses)];
  const processes = recorded.map((process) => ({ ...process, isRunning: isProcessRunning(process) }));
  return { name, state: stateOf(state.phase, processes), record: state, processes };
}

/** Every rehearsal of a project that has a folder or a running process, sorted by name. */
export function listRehearsals(projectDirectory: string): readonly RehearsalStatus[] {
  const directory = rehearsalsDirectory(projectDirectory);
  const folders = existsSync(directory) ? readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : [];
  const running = markedFolders().filter((folder) => dirname(folder) === directory).map((folder) => basename(folder));
  return [...new Set([...folders, ...running])]
    .filter(isRehearsalName)
    .map((name) => rehearsalStatus({ projectDirectory, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** The status of a rehearsal with what its account has of the lab, as the account says it now. */
export async function withLab(status: RehearsalStatus, run: RunContext): Promise<RehearsalStatus> {
  const { state, record } = status;
  if (state !== 'running' || record === undefined) return status;
  try {
    return { ...status, lab: await rehearsedLab(record, run) };
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LabError) return { ...status, lab: 'unknown' };
    throw error;
  }
}

function stateOf(phase: 'starting' | 'ready' | 'stopped', processes: readonly ProcessStatus[]): RehearsalStatus['state'] {
  const running = processes.filter(({ isRunning }) => isRunning).length;
  if (running === 0) return phase === 'starting' && processes.length === 0 ? 'starting' : 'stopped';
  if (phase === 'starting') return 'starting';
  return phase === 'ready' && running === processes.length ? 'running' : 'damaged';
}
