import { processTable } from '../platform';
import { MARKER } from './process-environment';

/** A process of a rehearsal. The start time tells it from another process that was later given the same id. */
export interface ProcessRecord {
  /** What it is, such as `kube-apiserver`, `karpenter` or `moto`. */
  readonly name: string;
  readonly pid: number;
  /** When it started, in a unit of the system's own. */
  readonly startTicks: number;
  /** Absolute path of the file that its output goes to. */
  readonly logFile: string;
}

/** Whether the recorded process runs. Another process that was later given its id does not count. */
export function isProcessRunning(record: Pick<ProcessRecord, 'pid' | 'startTicks'>): boolean {
  return processStartTicks(record.pid) === record.startTicks;
}

/**
 * When a process started, in a unit of the system's own.
 *
 * @returns undefined when no process has this id, or one that has already ended
 */
export function processStartTicks(pid: number): number | undefined {
  return processTable().startTicks(pid);
}

/** Processes of this user that carry a rehearsal's marker, whatever their name. */
export function markedProcesses(directory: string): readonly ProcessRecord[] {
  return processTable().withVariable(MARKER)
    .filter(({ value }) => value === directory)
    .map(({ name, pid, startTicks }) => ({ name, pid, startTicks, logFile: '' }));
}

/** Mebibytes of memory that all processes with a rehearsal's marker hold, those of commands that are typed for it included. */
export function markedMebibytes(directory: string): number {
  const table = processTable();
  return markedProcesses(directory).reduce((sum, { pid }) => sum + table.residentMebibytes(pid), 0);
}

/** Folders of all rehearsals of this user that have a running process, in other projects too, even where the folder is gone. */
export function markedFolders(): readonly string[] {
  return [...new Set(processTable().withVariable(MARKER).map(({ value }) => value))].toSorted();
}

/**
 * Folders of the rehearsals of this user that run a program of a toolchain.
 *
 * @param programs folder that the program is in, at any depth
 */
export function markedFoldersUsing(programs: string): readonly string[] {
  const using = processTable().withVariable(MARKER).filter(({ program }) => program.startsWith(`${programs}/`));
  return [...new Set(using.map(({ value }) => value))].toSorted();
}
