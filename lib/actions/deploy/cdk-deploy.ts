import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A run of `cdk deploy`. */
export interface CdkDeployOptions {
  readonly assemblyDirectory: string;
  readonly stackName: string;
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the CDK's program. @default - the installed one */
  readonly program?: string;
  /** Aborted when the user interrupts: the program is interrupted too. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/** How a run of `cdk deploy` ended. */
export interface CdkDeployEnd {
  readonly isSuccess: boolean;
  /** `exit code 1`, or `a signal`. */
  readonly exitText: string;
  /** What it said last, as far as it says what went wrong. */
  readonly lastLines: readonly string[];
}

/** Lines that are kept of what it says. */
const KEPT_LINES = 40;

/** Arguments of `cdk deploy` for an assembly that is synthesized already: it asks nothing, and says each event on a line. */
export function cdkDeployArguments(assemblyDirectory: string, stackName: string): readonly string[] {
  return ['deploy', stackName, '--app', assemblyDirectory, '--require-approval', 'never', '--no-notices', '--progress', 'events'];
}

/** Runs `cdk deploy` to its end. A run that fails is a result, not an error. */
export async function cdkDeploy(options: CdkDeployOptions): Promise<CdkDeployEnd> {
  const program = options.program ?? require.resolve('aws-cdk/bin/cdk');
  const child = spawn(process.execPath, [program, ...cdkDeployArguments(options.assemblyDirectory, options.stackName)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...options.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  const interrupt = (): void => void child.kill('SIGINT');
  options.signal?.addEventListener('abort', interrupt, { once: true });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line.trim());
    if (lines.length > KEPT_LINES) lines.shift();
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { isSuccess: exitCode === 0, exitText: exitCode === null ? 'a signal' : `exit code ${exitCode}`, lastLines: tellingLines(lines, options.stackName) };
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
  }
}

/** The CDK marks its errors with a cross, or ends with one that begins with the name of the stack. */
function tellingLines(lines: readonly string[], stackName: string): readonly string[] {
  const said = lines.filter((line) => line !== '');
  const marked = said.filter((line) => line.includes('❌')).map((line) => line.replace(/^.*?❌\s*/, ''));
  if (marked.length > 0) return marked;
  const start = said.findLastIndex((line) => line.startsWith(`${stackName}:`));
  return start < 0 ? said.slice(-1) : said.slice(start);
}
