import { existsSync, readdirSync } from 'node:fs';
import { isProcessRunning } from './process/is-process-running';
import type { ProcessRecord, RehearsalRecord } from './rehearsal-record';
import { DEFAULT_REHEARSAL, rehearsalPaths, rehearsalsDirectory } from './state/rehearsal-paths';
import { readState } from './state/rehearsal-state';

/** A rehearsal that may exist. */
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

/** What has become of a rehearsal. */
export interface RehearsalStatus {
  readonly name: string;
  /**
   * - `absent`: there is none of this name;
   * - `starting`: it is being started, or its start was cut short;
   * - `running`: all its processes run;
   * - `damaged`: it was started, and some of its processes have ended since;
   * - `stopped`: none of its processes runs, and its folder is still there.
   */
  readonly state: 'absent' | 'starting' | 'running' | 'damaged' | 'stopped';
  /** @default - the rehearsal is absent */
  readonly record?: RehearsalRecord;
  /** In the order of their start. */
  readonly processes: readonly ProcessStatus[];
}

/**
 * Says what has become of a rehearsal.
 *
 * @throws LabError `RehearsalNameRefused` or `RehearsalRecordUnreadable`
 */
export function rehearsalStatus({ projectDirectory, name = DEFAULT_REHEARSAL }: RehearsalOptions): RehearsalStatus {
  const state = readState(rehearsalPaths(projectDirectory, name).recordFile);
  if (state === undefined) return { name, state: 'absent', processes: [] };
  const processes = state.processes.map((process) => ({ ...process, isRunning: isProcessRunning(process) }));
  return { name, state: stateOf(state.phase, processes), record: state, processes };
}

/** Every rehearsal of a project that has a folder, by name. */
export function listRehearsals(projectDirectory: string): readonly RehearsalStatus[] {
  const directory = rehearsalsDirectory(projectDirectory);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => rehearsalStatus({ projectDirectory, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

function stateOf(phase: 'starting' | 'ready' | 'stopped', processes: readonly ProcessStatus[]): RehearsalStatus['state'] {
  const running = processes.filter(({ isRunning }) => isRunning).length;
  if (running === 0) return phase === 'starting' && processes.length === 0 ? 'starting' : 'stopped';
  if (phase === 'starting') return 'starting';
  return phase === 'ready' && running === processes.length ? 'running' : 'damaged';
}
