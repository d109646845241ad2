import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { ProcessRecord } from '../rehearsal-record';
import { processStartTicks } from './process-start-ticks';

/**
 * Environment variable that every process of a rehearsal inherits. It holds the rehearsal's folder, so
 * that a process whose start was never written down is still known to belong to it.
 */
export const MARKER = 'KARPENTER_LAB_REHEARSAL';

/** Processes of this user that carry a rehearsal's marker, whatever their name. */
export function markedProcesses(directory: string): readonly ProcessRecord[] {
  return processIds().flatMap((pid) => {
    const marked = markOf(pid);
    const startTicks = processStartTicks(pid);
    return startTicks === undefined || marked !== directory ? [] : [{ name: nameOf(pid), pid, startTicks, logFile: '' }];
  });
}

/** Folders of all rehearsals of this user of which a process runs, of other projects too, whether the folder is still there or not. */
export function markedFolders(): readonly string[] {
  return [...new Set(processIds().flatMap((pid) => markOf(pid) ?? []))].toSorted();
}

/** Those of {@link markedFolders} of which a process runs a program below a folder, such as that of the toolchain. */
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

/** Name of a process for people. Nothing is decided by it. */
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
