import { spawn, type StdioOptions } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { LabError } from '../../lab-error';
import type { RunContext } from '../../run-context';
import { pollFor } from '../../wait-for';
import { isProcessRunning, type ProcessRecord, processStartTicks } from './running-processes';

/** A program to start, and where its output goes. */
export interface StartProcessOptions {
  /** What it is, such as `karpenter`. */
  readonly name: string;
  /** Absolute path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Absolute path of the file that receives its output. */
  readonly logFile: string;
  /**
   * A pipe that receives its standard output and errors instead of the log file.
   *
   * @default - the log file
   */
  readonly output?: Writable;
  /**
   * Whether this process keeps a pipe to its standard input.
   *
   * @default false
   */
  readonly isFed?: boolean;
}

/** A process that was started and outlives this one. */
export interface StartedProcess {
  readonly record: ProcessRecord;
  /** The pipe to its standard input, where it is fed. The caller closes its end of it. */
  readonly input?: Writable;
}

/**
 * Starts a process in a session of its own, so that neither Ctrl-C nor the end of this process ends it.
 *
 * @throws LabError `ProcessNotStarted` when the system refuses it
 * @throws LabError `ProcessExited` when it has ended at once
 */
export async function startProcess(options: StartProcessOptions): Promise<StartedProcess> {
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const output = options.output ?? log;
    const stdio: StdioOptions = [options.isFed === true ? 'pipe' : 'ignore', output, output];
    const child = spawn(options.command, [...options.args], {
      cwd: options.workingDirectory,
      env: options.env,
      detached: true,
      stdio,
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => reject(processNotStarted(options, cause)));
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    child.unref();
    const startTicks = processStartTicks(pid);
    if (startTicks === undefined) throw processExited(options);
    return {
      record: { name: options.name, pid, startTicks, logFile: options.logFile },
      input: child.stdin ?? undefined,
    };
  } finally {
    closeSync(log);
  }
}

function processNotStarted(options: StartProcessOptions, cause: unknown): LabError {
  return new LabError({
    code: 'ProcessNotStarted',
    message: `${options.name} could not be started.`,
    received: options.command,
    remedy: 'Remove the toolchain with npm run rehearse -- --clean --toolchain, then start the rehearsal again.',
    cause,
  });
}

/** Seconds that a process has to get ready. Karpenter is slowest: it reads prices and instance types, and fills its caches. */
const READY_SECONDS = 60;

/**
 * Waits until a process that was started is ready.
 *
 * @param code code of the error when it is not ready in time
 * @throws LabError `ProcessExited`, or the given code, with the end of its log
 */
export async function untilReady(process: ProcessRecord, isReady: () => boolean | Promise<boolean>, code: string, run: RunContext): Promise<void> {
  await pollFor(() => {
    if (!isProcessRunning(process)) throw processExited(process);
    return isReady();
  }, {
    deadlineSeconds: READY_SECONDS,
    onDeadline: () => new LabError({
      code,
      message: `${process.name} was not ready within ${READY_SECONDS} seconds${lastWords(process.logFile)}`,
      received: process.logFile,
      remedy: 'Read its log. On a busy machine, start again.',
    }),
  }, run);
}

/** The error for a process of a rehearsal that has ended by itself. */
function processExited(process: Pick<ProcessRecord, 'name' | 'logFile'>): LabError {
  return new LabError({
    code: 'ProcessExited',
    message: `${process.name} ended although the rehearsal needs it${lastWords(process.logFile)}`,
    received: process.logFile,
    remedy: 'Read its log. Then start the rehearsal again: it clears what is left.',
  });
}

/** Lines of its log that are shown when a process fails. */
const TAIL_LINES = 5;

/** The end of a sentence about a process: what its log says last. */
function lastWords(logFile: string): string {
  const tail = logTail(logFile);
  return tail.length === 0 ? '.' : `. Its last words: ${tail.join(' | ')}`;
}

/** Bytes at the end of a log among which its last lines are looked for. */
const TAIL_BYTES = 16 * 1024;

/** The last lines of a log, without empty ones; none where there is no file. */
function logTail(file: string): readonly string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const size = fstatSync(descriptor).size;
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').split('\n').filter((line) => line.trim() !== '').slice(-TAIL_LINES);
  } finally {
    closeSync(descriptor);
  }
}
