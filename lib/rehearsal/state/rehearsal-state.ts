import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../../lab-error';
import type { ProcessRecord, RehearsalRecord } from '../rehearsal-record';

/** A rehearsal's record, with what its lifecycle needs besides. */
export interface RehearsalState extends RehearsalRecord {
  /**
   * - `starting`: being started, or its start was cut short;
   * - `ready`: it was started to its end;
   * - `stopped`: it was stopped; its logs are still there.
   */
  readonly phase: 'starting' | 'ready' | 'stopped';
  /** Digest of the assembly's template at the start. */
  readonly assemblyDigest: string;
  /** Absolute path of kubectl that fits the API server. */
  readonly kubectl: string;
}

/**
 * Reads a rehearsal's state.
 *
 * @returns undefined where there is none
 * @throws LabError `RehearsalRecordUnreadable`
 */
export function readState(file: string): RehearsalState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
  try {
    return JSON.parse(text) as RehearsalState;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Keeps a rehearsal's state in its file, so that a crash at any moment leaves what is known until then. */
export class StateFile {
  constructor(private readonly file: string, private state: RehearsalState) {
    this.write();
  }

  get current(): RehearsalState {
    return this.state;
  }

  /** Adds processes that have been started. */
  addProcesses(...processes: readonly ProcessRecord[]): void {
    this.update({ processes: [...this.state.processes, ...processes] });
  }

  update(change: Partial<RehearsalState>): void {
    this.state = { ...this.state, ...change };
    this.write();
  }

  private write(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.part`, `${JSON.stringify(this.state, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.file}.part`, this.file);
  }
}

function unreadable(file: string, cause: unknown): LabError {
  return new LabError({
    code: 'RehearsalRecordUnreadable',
    message: 'The record of the rehearsal cannot be read.',
    received: file,
    remedy: 'Remove the rehearsal with lab rehearse --clean, then start it again.',
    cause,
  });
}
