import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { isJsonObject, type JsonObject, type JsonValue, objectAt, parseJson, textAt, valueAt } from '../../json';
import type { RoleCredentials } from '../account';
import type { FunctionLog } from './function-log';
import type { PlayedFunction } from './played-function';

/** What a function was called with. */
export interface FunctionInvocation {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
}

/** How an invocation ended. */
export interface InvocationResult {
  /** JSON: what the function returned, or its error. */
  readonly payload: string;
  readonly hasFailed: boolean;
}

/** A process that serves a function, and what it is started with. */
export interface ExecutionEnvironmentOptions {
  readonly lambda: PlayedFunction;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its own folder: removed when it ends. */
  readonly directory: string;
  readonly credentials: RoleCredentials;
  readonly log: FunctionLog;
}

/**
 * An execution environment of Lambda: a process that is started once and serves one invocation after the other. Requests and
 * results go over a socket of their own, so that what the function prints goes into its log.
 */
export class ExecutionEnvironment {
  readonly revisionId: string;
  private readonly child: ChildProcess;
  private readonly channel: Duplex;
  private readonly ended: Promise<string>;
  /** Resolves when the function's code is loaded, or has failed to load. */
  private readonly loaded: Promise<void>;
  private hasEnded = false;
  private receive: (line: string) => void = () => undefined;

  constructor(private readonly options: ExecutionEnvironmentOptions) {
    this.revisionId = options.lambda.revisionId;
    mkdirSync(join(options.directory, 'tmp'), { recursive: true });
    // A process group of its own: the programs that a function runs end with it.
    this.child = spawn(options.command, [...options.args], {
      cwd: options.lambda.code.directory,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.channel = this.child.stdio[3] as Duplex;
    // A process that ends closes its side while a request is written: the invocation fails with its exit code.
    this.channel.on('error', () => undefined);
    this.loaded = new Promise((resolve) => {
      this.receive = () => resolve();
    });
    createInterface({ input: this.channel }).on('line', (line) => this.receive(line));
    for (const output of [this.child.stdout, this.child.stderr]) {
      if (output !== null) createInterface({ input: output }).on('line', (line) => options.log.write(line));
    }
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('exit', (code, signal) => resolve(signal === null ? `exit status ${code}` : `signal: ${signal}`));
    });
    void this.ended.then(() => {
      this.hasEnded = true;
      rmSync(options.directory, { recursive: true, force: true });
    });
  }

  /** Whether it can serve another invocation, and has its keys for long enough. */
  isUsable(now: Date): boolean {
    const { credentials, lambda } = this.options;
    const neededUntil = now.getTime() + lambda.settings.timeoutSeconds * 1000;
    return !this.hasEnded && this.revisionId === lambda.revisionId && credentials.expiration.getTime() > neededUntil;
  }

  /** Runs the function once. Never rejects: a failure is a result. As in AWS, its timeout begins when its code is loaded. */
  async invoke({ requestId, payload }: FunctionInvocation): Promise<InvocationResult> {
    const { lambda, log } = this.options;
    const { timeoutSeconds, memoryMegabytes } = lambda.settings;
    log.begin(requestId);
    await Promise.race([this.loaded, this.ended]);
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const result = await Promise.race([
      new Promise<InvocationResult>((resolve) => {
        this.receive = (line) => resolve(readResult(parseJson(line)));
        this.channel.write(`${JSON.stringify({
          requestId,
          arn: lambda.arn,
          functionName: lambda.name,
          memoryMegabytes,
          logGroup: lambda.settings.logGroup,
          logStream: log.streamName,
          deadline: Date.now() + timeoutSeconds * 1000,
          payload,
        })}\n`);
      }),
      this.ended.then((how) => failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`)),
      new Promise<InvocationResult>((resolve) => {
        timer = setTimeout(() => {
          resolve(failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`));
          this.kill();
        }, timeoutSeconds * 1000);
      }),
    ]);
    clearTimeout(timer);
    // What the function has printed is read in the same turn as its result.
    await setImmediate();
    if (result.hasFailed) log.write(`[ERROR] ${result.payload}`);
    log.write(`END RequestId: ${requestId}`);
    const duration = performance.now() - startedAt;
    log.write(`REPORT RequestId: ${requestId}\tDuration: ${duration.toFixed(2)} ms\tBilled Duration: ${Math.ceil(duration)} ms\tMemory Size: ${memoryMegabytes} MB`);
    log.send();
    return result;
  }

  /** Ends the process, with the programs that it runs. */
  async end(): Promise<void> {
    this.kill();
    await this.ended;
  }

  private kill(): void {
    const { pid } = this.child;
    if (pid === undefined || this.hasEnded) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function readResult(line: JsonValue): InvocationResult {
  const error = valueAt(line, 'error');
  if (isJsonObject(error)) return { payload: JSON.stringify(error), hasFailed: true };
  return { payload: textAt(objectAt(line), 'result') ?? 'null', hasFailed: false };
}

/** A failure of the environment, as Lambda writes it. */
function failure(errorType: string, errorMessage: string): InvocationResult {
  const error: JsonObject = { errorType, errorMessage };
  return { payload: JSON.stringify(error), hasFailed: true };
}
