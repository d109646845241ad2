import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { loadConfig, overridesFromArguments } from '../config/load';
import { LabError } from '../lab-error';

/** What to synthesize, and where to. */
export interface SynthesizeOptions {
  /** Folder that receives the assembly; what it held is replaced. */
  readonly assemblyDirectory: string;
  /** CDK context that overrides `lab.yaml`. */
  readonly context: Readonly<Record<string, string>>;
  /**
   * Called once the configuration is accepted, before the CDK starts.
   *
   * @default - nobody wants to know
   */
  readonly onStart?: () => void;
  /**
   * Receives what the CDK says besides, line by line.
   *
   * @default - only its last line is told, in the error
   */
  readonly onOutput?: (line: string) => void;
  /**
   * Ends the synthesis when it is aborted.
   *
   * @default - it runs to its end
   */
  readonly signal?: AbortSignal;
}

/**
 * Synthesizes the lab as `cdk synth` does, in the working directory. The configuration is checked first, here,
 * so that a wrong override ends with the list of its problems.
 *
 * @throws LabError `InvalidConfig` or `SynthesisFailed`
 */
export async function synthesize(options: SynthesizeOptions): Promise<void> {
  loadConfig({ overrides: overridesFromArguments(options.context) });
  options.onStart?.();
  const context = Object.entries(options.context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  const child = spawn(
    process.execPath,
    [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '--output', options.assemblyDirectory, ...context],
    { stdio: ['ignore', 'ignore', 'pipe'], signal: options.signal },
  );
  let lastLine = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim() === '') return;
    lastLine = line.trim();
    options.onOutput?.(line);
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (exitCode !== 0) {
    throw new LabError({
      code: 'SynthesisFailed',
      message: `\`cdk synth\` ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}${lastLine === '' ? '.' : `: ${lastLine}`}`,
      ...(context.length > 0 && { received: context.join(' ') }),
      remedy: 'Run `npm run synth` to see all that it prints, correct it, then run the command again.',
    });
  }
}
