import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toolchainCacheDirectory } from '../../lib/rehearsal/toolchain/toolchain';
import { temporaryFolder } from './fake-program';

const PROJECT_DIRECTORY = resolve(__dirname, '../..');

/** The result of a run of `lab`. */
export interface LabOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of `lab` that goes on. */
export interface RunningLab {
  readonly child: ChildProcess;
  readonly outcome: Promise<LabOutcome>;
  /** Waits until its standard error has a text. Rejects when `lab` ends before that. */
  readonly says: (text: string) => Promise<void>;
}

/** A user who types `lab`, with a home and a folder for temporary files of their own; only the cache of the toolchain is shared. */
export class LabUser {
  private readonly folder = temporaryFolder();
  private readonly env: NodeJS.ProcessEnv;

  constructor() {
    const home = join(this.folder, 'home');
    const temporary = join(this.folder, 'tmp');
    mkdirSync(home);
    mkdirSync(temporary);
    this.env = { ...process.env, HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: resolve(toolchainCacheDirectory(process.env), '../..') };
  }

  /** Files in the user's home and temporary folder. */
  get files(): readonly string[] {
    return ['home', 'tmp'].flatMap((name) => readdirSync(join(this.folder, name)));
  }

  /** Starts `lab`, as `npm run lab --` does once it has built it. */
  start(...args: readonly string[]): RunningLab {
    const child = spawn(process.execPath, [join(PROJECT_DIRECTORY, 'dist/lab.js'), ...args], { cwd: PROJECT_DIRECTORY, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    child.stdout.on('data', (part: Buffer) => {
      stdout += part.toString();
    });
    child.stderr.on('data', (part: Buffer) => {
      stderr += part.toString();
      for (const listener of [...listeners]) listener();
    });
    const outcome = new Promise<LabOutcome>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    });
    const says = (text: string): Promise<void> => new Promise((resolve, reject) => {
      const look = (): void => {
        if (!stderr.includes(text)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      outcome.then(() => reject(new Error(`lab ended and did not say ${text}: ${stderr}`)), reject);
      look();
    });
    return { child, outcome, says };
  }

  /** Runs `lab` to its end, and gives the result that it writes with `--json`. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { exitCode, stdout, stderr } = await this.start(...args, '--json').outcome;
    if (exitCode !== 0) throw new Error(`lab ${args.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as T;
  }
}
