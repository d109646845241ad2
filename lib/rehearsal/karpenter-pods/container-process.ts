import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { containerLogLine } from './log-lines';
import { type ProcessRecord, processStartTicks } from '../process/running-processes';
import type { ContainerEnd } from './pod-status';

/** A process to start in a container's place. */
export interface ContainerProcessOptions {
  /** Name of its pod. */
  readonly name: string;
  /** Absolute path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Absolute path of its log, in the format of container runtimes. */
  readonly logFile: string;
}

/** Exit code that a container runtime gives a container that a signal ended, without the signal's number. */
const ENDED_BY_SIGNAL = 128;

/** Numbers of the signals that end a container. */
const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** A process that runs in a container's place. Its output is the container's log. It is a child of this process. */
export class ContainerProcess {
  /** @throws the system's error when the program cannot be started */
  static async start(options: ContainerProcessOptions): Promise<ContainerProcess> {
    const child = spawn(options.command, [...options.args], {
      cwd: options.workingDirectory,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = new Promise<number>((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? ENDED_BY_SIGNAL + (signal === null ? 0 : SIGNAL_NUMBERS[signal] ?? 0)));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', resolve);
    });
    const startedAt = new Date();
    const log = openSync(options.logFile, 'a', 0o600);
    const copied = Promise.all([copyLines(child.stdout, log, 'stdout'), copyLines(child.stderr, log, 'stderr')]).finally(() => closeSync(log));
    // What it wrote last is still on its way when it has ended.
    const ended = Promise.all([exited, copied]).then(([exitCode]) => ({ exitCode, startedAt, finishedAt: new Date() }));
    return new ContainerProcess(child, options, startedAt, ended);
  }

  readonly record: ProcessRecord;

  private constructor(
    private readonly child: ChildProcess,
    { name, logFile }: ContainerProcessOptions,
    readonly startedAt: Date,
    /** How it ended, once it has. */
    readonly ended: Promise<ContainerEnd>,
  ) {
    const pid = child.pid ?? 0;
    this.record = { name, pid, startTicks: processStartTicks(pid) ?? 0, logFile };
  }

  /** Asks it to end, and kills it when it has not within its time. */
  async stop(graceSeconds: number): Promise<void> {
    this.child.kill('SIGTERM');
    const kill = setTimeout(() => this.child.kill('SIGKILL'), graceSeconds * 1000);
    await this.ended;
    clearTimeout(kill);
  }
}

async function copyLines(from: Readable, log: number, stream: 'stdout' | 'stderr'): Promise<void> {
  for await (const line of createInterface({ input: from, crlfDelay: Infinity })) writeSync(log, containerLogLine(line, new Date(), stream));
}
