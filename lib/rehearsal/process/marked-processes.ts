import { readFileSync, readdirSync } from 'node:fs';
import type { ProcessRecord } from '../rehearsal-record';
import { processStartTicks } from './process-start-ticks';

/**
 * Environment variable that every process of a rehearsal inherits. It holds the rehearsal's folder, so
 * that a process whose start was never written down is still known to belong to it.
 */
export const MARKER = 'KARPENTER_LAB_REHEARSAL';

/** Processes of this user that carry a rehearsal's marker, whatever their name. */
export function markedProcesses(directory: string): readonly ProcessRecord[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const pid = Number(entry);
      const environment = environmentOf(pid);
      const startTicks = processStartTicks(pid);
      if (startTicks === undefined || !environment.includes(`${MARKER}=${directory}`)) return [];
      return [{ name: nameOf(pid), pid, startTicks, logFile: '' }];
    });
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
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return '';
    throw error;
  }
}
