import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { MARKER } from './process-environment';

/** A process of a rehearsal. The start time tells it from another process that was later given the same id. */
export interface ProcessRecord {
  /** What it is, such as `kube-apiserver`, `karpenter` or `moto`. */
  readonly name: string;
  readonly pid: number;
  /** Clock ticks between boot and the start of the process: field 22 of `/proc/PID/stat`. */
  readonly startTicks: number;
  /** Absolute path of the file that its output goes to. */
  readonly logFile: string;
}

/** Whether the recorded process runs. Another process that was later given its id does not count. */
export function isProcessRunning(record: Pick<ProcessRecord, 'pid' | 'startTicks'>): boolean {
  return processStartTicks(record.pid) === record.startTicks;
}

/** Position of the start time among the fields of `/proc/PID/stat` that follow the command's name. */
const START_TIME_FIELD = 19;

/** State of a process that has ended and waits for its parent to notice. */
const ZOMBIE = 'Z';

/**
 * When a process started: clock ticks between boot and its start. Together with the id it names a
 * process for good, because an id is given again only to one that starts later.
 *
 * @returns undefined when no process has this id, or one that has already ended
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html field 22
 */
export function processStartTicks(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  // "PID (NAME) STATE PPID ...": the name may hold spaces and parentheses.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === ZOMBIE) return undefined;
  return Number(rest[START_TIME_FIELD - 1]);
}

/** A process that ends while its folder is read gives ESRCH. */
function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
}

/** Processes of this user that carry a rehearsal's marker, whatever their name. */
export function markedProcesses(directory: string): readonly ProcessRecord[] {
  return processIds().flatMap((pid) => {
    const marked = markOf(pid);
    const startTicks = processStartTicks(pid);
    return startTicks === undefined || marked !== directory ? [] : [{ name: nameOf(pid), pid, startTicks, logFile: '' }];
  });
}

/** Folders of all rehearsals of this user that have a running process, in other projects too, even where the folder is gone. */
export function markedFolders(): readonly string[] {
  return [...new Set(processIds().flatMap((pid) => markOf(pid) ?? []))].toSorted();
}

/**
 * Folders of the rehearsals of this user that run a program of a toolchain.
 *
 * @param programs folder that the program is in, at any depth
 */
export function markedFoldersUsing(programs: string): readonly string[] {
  const using = processIds().filter((pid) => programOf(pid).startsWith(`${programs}/`));
  return [...new Set(using.flatMap((pid) => markOf(pid) ?? []))].toSorted();
}

/** Absolute path of the program that a process runs; none for a process that has ended or is another user's. */
function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch (error) {
    if (isUnreadable(error)) return '';
    throw error;
  }
}

function processIds(): readonly number[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number);
}

function markOf(pid: number): string | undefined {
  const prefix = `${MARKER}=`;
  return environmentOf(pid).find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
}

/** Entries of a process's environment; none for a process that has ended or is another user's. */
function environmentOf(pid: number): readonly string[] {
  return readable(`/proc/${pid}/environ`).split('\0');
}

/** Name of a process, only to be shown: nothing is decided by it. */
function nameOf(pid: number): string {
  return `${readable(`/proc/${pid}/comm`).trim()} (${pid})`;
}

function readable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isUnreadable(error)) return '';
    throw error;
  }
}

/** Whether a process has ended meanwhile, or is another user's. */
function isUnreadable(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}
