// Every difference between the computers that a rehearsal runs on: Linux and macOS, each on x86-64 and arm64.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { LabError } from '../lab-error';

/** A kind of computer, in Node.js's words. */
export interface Platform {
  /** Operating system, such as `linux` or `darwin`. */
  readonly system: string;
  /** Architecture of the processor, such as `x64` or `arm64`. */
  readonly architecture: string;
}

/** This computer. */
export const THIS_PLATFORM: Platform = { system: process.platform, architecture: process.arch };

/** The computers for which a rehearsal can be built. */
export const REHEARSAL_PLATFORMS: readonly Platform[] = ['linux', 'darwin'].flatMap((system) =>
  ['x64', 'arm64'].map((architecture) => ({ system, architecture })));

/**
 * The error for a computer that cannot run a rehearsal, whatever is installed on it.
 *
 * @param platform @default - this computer
 */
export function platformShortfall({ system, architecture }: Platform = THIS_PLATFORM): LabError | undefined {
  if (REHEARSAL_PLATFORMS.some((platform) => platform.system === system && platform.architecture === architecture)) return undefined;
  return new LabError({
    code: 'PlatformUnsupported',
    message: 'A rehearsal runs on Linux and macOS, on x86-64 and arm64.',
    received: `${system} on ${architecture}`,
    remedy: 'Run it on such a computer, or in a virtual machine or container with Linux, WSL 2 included.',
  });
}

/**
 * Whether the programs of Lambda's layers run on a computer: they are built for Linux on x86-64. Elsewhere kubectl and helm are
 * built from Go modules.
 *
 * @param platform @default - this computer
 */
export function runsLayerPrograms({ system, architecture }: Platform = THIS_PLATFORM): boolean {
  return system === 'linux' && architecture === 'x64';
}

/** The variables by which Go builds for a computer. */
export function goTarget({ system, architecture }: Platform) {
  return { GOOS: system, GOARCH: architecture === 'x64' ? 'amd64' : architecture } as const;
}

/** A process of this user that has a certain variable in its environment. */
export interface FoundProcess {
  readonly pid: number;
  readonly startTicks: number;
  /** Value of the variable. */
  readonly value: string;
  /** Absolute path of the program that it runs. */
  readonly program: string;
  /** Name of the program and the id, only to be shown: nothing is decided by it. */
  readonly name: string;
}

/**
 * How processes are found and told apart.
 *
 * No library: those of npm run `ps` too, know no environments, and round the start of a process to a second that differs from
 * call to call. Only its environment tells that a process of which nothing was written down belongs to a rehearsal.
 */
export interface ProcessTable {
  /**
   * When a process started, in a unit of the system's own. Together with the id it names a process for good, because an id is
   * given again only to one that starts later.
   *
   * @returns undefined when no process has this id, or one that has already ended
   */
  readonly startTicks: (pid: number) => number | undefined;
  /** Processes of this user that have this variable in their environment. */
  readonly withVariable: (variable: string) => readonly FoundProcess[];
  /** Mebibytes of memory that a process holds, pages that it shares with others included; 0 for one that has ended. */
  readonly residentMebibytes: (pid: number) => number;
}

/** The table of this computer. */
export function processTable(): ProcessTable {
  return THIS_PLATFORM.system === 'linux' ? PROC_TABLE : psTable('-xwwE');
}

/** Position of the start time among the fields of `/proc/PID/stat` that follow the command's name. */
const START_TIME_FIELD = 19;

/** What the system counts memory in. */
const KIBIBYTES_PER_MEBIBYTE = 1024;

/** State of a process that has ended and waits for its parent to notice. */
const ZOMBIE = 'Z';

/**
 * The table as Linux shows it in `/proc`, where it needs no program: containers often lack `ps`. Ticks are hundredths of a
 * second since boot.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html field 22
 */
const PROC_TABLE: ProcessTable = {
  startTicks: (pid) => {
    const stat = readable(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (stat === '') return undefined;
    // "PID (NAME) STATE PPID ...": the name may hold spaces and parentheses.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === ZOMBIE ? undefined : Number(rest[START_TIME_FIELD - 1]);
  },
  withVariable: (variable) => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number).flatMap((pid) => {
    const entry = readable(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).split('\0').find((text) => text.startsWith(`${variable}=`));
    const startTicks = PROC_TABLE.startTicks(pid);
    if (entry === undefined || startTicks === undefined) return [];
    const program = readable(() => readlinkSync(`/proc/${pid}/exe`));
    return [{ pid, startTicks, value: entry.slice(variable.length + 1), program, name: `${basename(program)} (${pid})` }];
  }),
  residentMebibytes: (pid) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readable(() => readFileSync(`/proc/${pid}/status`, 'utf8')))?.[1] ?? 0) / KIBIBYTES_PER_MEBIBYTE,
};

/** What is read of a process. Nothing of one that has ended meanwhile, or is another user's. */
function readable(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

/** A line of `ps`: id, state, start in 24 characters, and the command with its environment behind it. */
const PS_LINE = /^\s*(\d+)\s+(\S+)\s+(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})\s+(.*)$/;

/** Bytes that `ps` may write: environments are long. */
const PS_BYTES = 64 * 2 ** 20;

/**
 * The table as `ps` shows it, which macOS has. Ticks are seconds since 1970.
 *
 * @param ownWithEnvironment flags for all processes of this user, with environments and whole lines: `-xwwE` on macOS, `xwwe` on Linux
 */
export function psTable(ownWithEnvironment: string): ProcessTable {
  const written = (...args: readonly string[]): string => {
    const { stdout, error } = spawnSync('/bin/ps', args, { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC' }, maxBuffer: PS_BYTES });
    if (error !== undefined) throw error;
    return stdout;
  };
  const processes = (...selection: readonly string[]) => {
    return written(...selection, '-o', 'pid=,state=,lstart=,command=').split('\n').flatMap((line) => {
      const [, pid, state = '', start, command = ''] = PS_LINE.exec(line) ?? [];
      if (pid === undefined || state.startsWith(ZOMBIE)) return [];
      return [{ pid: Number(pid), startTicks: Date.parse(`${start} UTC`) / 1000, command }];
    });
  };
  return {
    startTicks: (pid) => processes('-p', String(pid))[0]?.startTicks,
    withVariable: (variable) => processes(ownWithEnvironment).flatMap(({ pid, startTicks, command }) => {
      // The environment follows the arguments, and a rehearsal's folder has no spaces.
      const value = command.split(' ').findLast((word) => word.startsWith(`${variable}=`))?.slice(variable.length + 1);
      const program = command.split(' ')[0] ?? '';
      return value === undefined ? [] : [{ pid, startTicks, value, program, name: `${basename(program)} (${pid})` }];
    }),
    residentMebibytes: (pid) => Number(written('-p', String(pid), '-o', 'rss=').trim()) / KIBIBYTES_PER_MEBIBYTE,
  };
}
