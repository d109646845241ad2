import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A command to measure: the time of the whole, and the memory of its largest Node.js process. */
export interface MeasuredCommand {
  readonly name: string;
  readonly directory: string;
  readonly argv: readonly string[];
}

/** What one run of a command took. */
export interface Measurement {
  readonly wallSeconds: number;
  /** Peak memory of the largest Node.js process, in MB (10^6 bytes). What is no Node.js, such as esbuild, is a tenth of it and not counted. */
  readonly peakMegabytes: number;
}

/**
 * Runs a command once, from a cold start: new processes, an empty output folder, no cache of compiled code.
 *
 * @throws Error when the command fails, with what it printed
 */
export function measureOnce({ name, directory, argv }: MeasuredCommand): Measurement {
  const scratch = mkdtempSync(join(tmpdir(), 'lab-bench-'));
  const peakFile = join(scratch, 'peak');
  try {
    const [command = '', ...args] = argv;
    const started = performance.now();
    const { status, stderr } = spawnSync(command, [...args, '--output', join(scratch, 'cdk.out')], {
      cwd: directory,
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_OPTIONS: `--require ${resolve('bench/peak-memory.cjs')}`,
        PEAK_MEMORY_FILE: peakFile,
        TS_NODE_CACHE: 'false',
      },
    });
    const wallSeconds = (performance.now() - started) / 1000;
    if (status !== 0) {
      throw new Error(`${name} failed:\n${stderr}`);
    }
    const peaks = readFileSync(peakFile, 'utf8').trim().split('\n').map(Number);
    return { wallSeconds, peakMegabytes: Math.max(...peaks) * 1024 / 1e6 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The middle value; the lower of two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
