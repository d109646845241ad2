import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { IIoHost, IoMessage } from '@aws-cdk/toolkit-lib';
import { isJsonObject, parseJson, textAt, type JsonObject } from '../json';
import { loadConfig } from '../config/load';
import { overridesFromArguments } from '../config/overrides';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';

/** What to synthesize, and where to. */
export interface SynthesizeOptions {
  /** Folder that receives the assembly; what it held is replaced. */
  readonly assemblyDirectory: string;
  /** CDK context that overrides `lab.yaml`. */
  readonly context: Readonly<Record<string, string>>;
  /**
   * Called once the configuration is accepted, before the CDK starts.
   *
   * @default - nothing is called
   */
  readonly onStart?: () => void;
  /**
   * Receives what the app says on its standard error, and the CDK's warnings, line by line.
   *
   * @default - the lines are dropped; the error still names the first line of a failure as its cause
   */
  readonly onOutput?: (line: string) => void;
}

/** Code of the toolkit's message that holds a line which the app wrote on its standard error. */
const APP_LINE = 'CDK_ASSEMBLY_E1002';

/**
 * Synthesizes the lab in the working directory by the CDK's toolkit, with the settings of `cdk.json`, so that the assembly is
 * what `cdk synth` writes. It looks for no credentials. It checks the configuration first, so that a wrong override fails with
 * the list of its problems.
 *
 * @throws LabError `InvalidConfig` or `SynthesisFailed`
 */
export async function synthesize(options: SynthesizeOptions, { signal }: RunContext): Promise<void> {
  const { context, onStart, onOutput } = options;
  loadConfig({ overrides: overridesFromArguments(context) });
  signal.throwIfAborted();
  onStart?.();
  const lines: string[] = [];
  const onLine = (line: string): void => {
    if (line.trim() === '') return;
    lines.push(line.trim());
    onOutput?.(line);
  };
  try {
    await unlessAborted(producedAssembly(options, onLine, signal), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new LabError({
      code: 'SynthesisFailed',
      message: `The lab could not be synthesized: ${causeAmong(lines) ?? messageOf(error)}`,
      ...(Object.keys(context).length > 0 && { received: Object.entries(context).map((pair) => pair.join('=')).join(' ') }),
      remedy: 'Run `npm run synth` to see all that it prints, correct it, then run the command again.',
      cause: error,
    });
  }
}

/** How an error begins: `TypeError: x`, `[Error at /stack] x`, `✘ [ERROR] x`, or the code above the message in a report of the lab's own. */
const ERROR_BEGINNING = /^(?:\[?(?:Uncaught )?\w*Error\b|\S* ?\[ERROR\])/;

/**
 * The first line of the first error in the output of an app. The lines below it are a stack trace or a remedy, and name no cause.
 *
 * @returns the last line where no line begins an error; undefined where there is no line
 */
function causeAmong(lines: readonly string[]): string | undefined {
  const index = lines.findIndex((line) => ERROR_BEGINNING.test(line));
  const [line, next] = index === -1 ? lines.slice(-1) : lines.slice(index);
  return /^Error \w+$/.test(line ?? '') ? next : line;
}

async function producedAssembly({ assemblyDirectory, context }: SynthesizeOptions, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  const workingDirectory = process.cwd();
  const settings = readSettings(join(workingDirectory, 'cdk.json'));
  await runBuild(textAt(settings, 'build'), onLine, signal);
  signal.throwIfAborted();
  // The library is large: only a command that synthesizes or deploys waits until it is loaded.
  const { BaseCredentials, CdkAppMultiContext, Toolkit } = await import('@aws-cdk/toolkit-lib');
  const toolkit = new Toolkit({ ioHost: new SynthesisIoHost(onLine), color: false, emojis: false, sdkConfig: { baseCredentials: BaseCredentials.none() } });
  const source = await toolkit.fromCdkApp(textAt(settings, 'app') ?? '', {
    workingDirectory,
    outdir: assemblyDirectory,
    contextStore: new CdkAppMultiContext(workingDirectory, context),
    resolveDefaultEnvironment: false,
    // The toolkit leaves the rest of cdk.json to its caller.
    synthOptions: {
      versionReporting: settings['versionReporting'] === true,
      pathMetadata: settings['pathMetadata'] === true,
      assetMetadata: settings['assetMetadata'] === true,
    },
  });
  const assembly = await toolkit.synth(source);
  await assembly.dispose();
}

/** The command that `cdk.json` wants run before the app, in a shell as the CDK runs it. */
async function runBuild(command: string | undefined, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (command === undefined) return;
  const child = spawn(command, { shell: true, stdio: ['ignore', 'ignore', 'pipe'], signal });
  createInterface({ input: child.stderr }).on('line', onLine);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (exitCode !== 0) throw new Error(`\`${command}\` ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}.`);
}

/** Passes on the lines of the app and all warnings of the toolkit; prints nothing. */
class SynthesisIoHost implements IIoHost {
  constructor(private readonly onLine: (line: string) => void) {}

  notify({ code, level, message }: IoMessage<unknown>): Promise<void> {
    if (code === APP_LINE || level === 'warn' || level === 'error') message.split('\n').forEach(this.onLine);
    return Promise.resolve();
  }

  requestResponse<T>({ message }: { readonly message: string; readonly defaultResponse: T }): Promise<T> {
    return Promise.reject(new Error(`The CDK asks, and nobody answers here: ${message}`));
  }
}

function readSettings(file: string): JsonObject {
  const settings = parseJson(readFileSync(file, 'utf8'));
  return isJsonObject(settings) ? settings : {};
}

/** Waits for the work to end, or for the abort: the toolkit itself cannot be interrupted. */
function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The synthesis was interrupted.')), { once: true });
    work.then(resolve, reject);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
