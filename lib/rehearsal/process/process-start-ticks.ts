import { readFileSync } from 'node:fs';

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
