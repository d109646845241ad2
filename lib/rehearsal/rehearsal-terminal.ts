import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunContext } from '../run-context';

/** Where commands are typed. It is a part of a rehearsal's record. */
export interface TerminalPlace {
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  /** Absolute path of the working folder. @default - the folder of the lab */
  readonly workingDirectory?: string;
  /** The whole environment: the rehearsal's AWS with the instructor's keys, its kubeconfig, and a PATH with the cluster's kubectl. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What came of a command. */
export interface TypedResult {
  /** As an instructor or a student types it: `npm run lab -- deploy --yes`. */
  readonly command: string;
  readonly exitCode: number;
  /** Lines of its standard output. */
  readonly output: readonly string[];
  /** Lines of its standard error, where verbs tell their progress. */
  readonly errors: readonly string[];
  readonly seconds: number;
}

/** Takes each line of a command's output and errors, as it comes. */
export type LineListener = (line: string) => void;

/** A line of a verb's progress in a pipe: the time since the verb began, then the news. */
const PROGRESS_LINE = /^ *\d+:\d\d {2}(?<news>\S.*)$/;

/** What a line of a verb's progress tells, without the verb's own clock; undefined for any other line. */
export function progressOf(line: string): string | undefined {
  return PROGRESS_LINE.exec(line)?.groups?.['news'];
}

/** Seconds that a command has to end after it was interrupted, before it is ended by force. */
const GRACE_SECONDS = 20;

function signalProgram(child: ChildProcess, signal: NodeJS.Signals): void {
  child.kill(signal);
}

/** A shell alone would end, and leave what it waits for running. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // All of the group have ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * A terminal that is pointed at a rehearsal. What is typed here is what users type on AWS: the same programs, told by their
 * environment that AWS is elsewhere.
 */
export class RehearsalTerminal {
  constructor(private readonly place: TerminalPlace, private readonly run: RunContext) {}

  /** Types `npm run lab -- ...`, without the build that npm does first. */
  lab(args: readonly string[], onLine?: LineListener): Promise<TypedResult> {
    return this.type(['npm run lab --', ...args].join(' '), [process.execPath, '--enable-source-maps', join(this.place.projectDirectory, 'dist', 'lab.js'), ...args], onLine);
  }

  /** Types `npx cdk ...`. */
  cdk(args: readonly string[], onLine?: LineListener): Promise<TypedResult> {
    return this.type(['npx cdk', ...args].join(' '), [process.execPath, join(this.place.projectDirectory, 'node_modules', 'aws-cdk', 'bin', 'cdk'), '--no-notices', '--ci', ...args], onLine);
  }

  /** Types a line into a shell, such as `kubectl get nodes | wc -l`. */
  shell(line: string, onLine?: LineListener): Promise<TypedResult> {
    return this.type(line, ['/bin/sh', '-c', line], onLine, signalGroup);
  }

  /** An interruption of the run is passed on to the command, as Ctrl-C is. */
  private async type(command: string, [program = '', ...args]: readonly string[], onLine: LineListener = () => undefined, send = signalProgram): Promise<TypedResult> {
    const { signal, clock } = this.run;
    const { projectDirectory, workingDirectory = projectDirectory, environment } = this.place;
    signal.throwIfAborted();
    const startedAt = clock.nowMillis();
    // In a session of its own: Ctrl-C in the user's terminal reaches this process only, and is passed on once.
    const child = spawn(program, args, { cwd: workingDirectory, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, endedBy) => resolve(code ?? (endedBy === 'SIGINT' ? 130 : 1)));
    });
    let force: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      send(child, 'SIGINT');
      force = setTimeout(() => send(child, 'SIGKILL'), GRACE_SECONDS * 1000);
    };
    signal.addEventListener('abort', interrupt, { once: true });
    const output: string[] = [];
    const errors: string[] = [];
    try {
      for (const [stream, lines] of [[child.stdout, output], [child.stderr, errors]] as const) {
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          onLine(line);
        });
      }
      const exitCode = await ended;
      signal.throwIfAborted();
      return { command, exitCode, output, errors, seconds: Math.round((clock.nowMillis() - startedAt) / 100) / 10 };
    } finally {
      clearTimeout(force);
      signal.removeEventListener('abort', interrupt);
    }
  }
}
