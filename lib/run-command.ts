import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LabError } from './lab-error';
import type { RunContext } from './run-context';

/** Variables of an environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A program to run to its end. */
export interface RunCommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment: it inherits nothing of this process's. */
  readonly env: Environment;
  readonly workingDirectory: string;
  /**
   * Text for its standard input.
   *
   * @default - its standard input is empty
   */
  readonly input?: string;
  /**
   * Called with each line that it writes to its standard error.
   *
   * @default - nobody listens
   */
  readonly onErrorLine?: (line: string) => void;
}

/** How a program ended, and what it wrote. */
export interface CommandResult {
  /** 0 for success. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Exit code of a program that a signal ended. A shell would add the signal's number, which nobody reads here. */
const ENDED_BY_SIGNAL = 128;

/**
 * Runs a program and waits for its end. A program that fails is a result with its exit code, not an error.
 *
 * @param run when its signal is aborted, the program is interrupted too
 * @throws LabError `CommandNotStarted` when there is no such program
 * @throws the signal's reason when the run was interrupted, once the program has ended
 * @example
 * const { exitCode, stdout } = await runCommand({ command: 'go', args: ['version'], env, workingDirectory: '/' }, run);
 */
export async function runCommand(options: RunCommandOptions, run: Partial<RunContext> = {}): Promise<CommandResult> {
  const { signal } = run;
  signal?.throwIfAborted();
  const child = spawn(options.command, [...options.args], {
    cwd: options.workingDirectory,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const interrupt = (): void => {
    child.kill('SIGINT');
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    const stdout: Buffer[] = [];
    const stderr: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    createInterface({ input: child.stderr }).on('line', (line) => {
      stderr.push(line);
      options.onErrorLine?.(line);
    });
    // A program that ends without reading its input closes the pipe: its exit code says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => reject(commandNotStarted(options, cause)));
      child.once('close', (code) => resolve(code ?? ENDED_BY_SIGNAL));
    });
    signal?.throwIfAborted();
    return { exitCode, stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr.join('\n') };
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}

function commandNotStarted(options: RunCommandOptions, cause: unknown): LabError {
  return new LabError({
    code: 'CommandNotStarted',
    message: `${options.command} could not be started.`,
    received: [options.command, ...options.args].join(' '),
    remedy: 'Check that the program is installed and on the PATH.',
    cause,
  });
}
