import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import Table from 'cli-table3';
import { plan } from '../lib/plan/plan';
import { type MeasuredCommand, type Measurement, measureOnce, median } from './measure';

/** Pairs of runs that count, after one pair that does not. */
const RUNS = 5;

const cdk = [process.execPath, resolve('node_modules/aws-cdk/bin/cdk')];
const lab: MeasuredCommand = { name: 'the lab', directory: resolve('.'), argv: [...cdk, 'synth', '--quiet'] };
const stock: MeasuredCommand = { name: 'the stock app', directory: resolve('bench/stock'), argv: [...cdk, 'synth', '--quiet'] };

/** A figure of the lab, the figure it is compared with, and how large their ratio may be. */
interface Comparison {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
  /** The median of the ratios of all pairs: two runs after one another meet the same load. @default - of the two figures */
  readonly ratio?: number;
  readonly limit: number;
  readonly unit: string;
}

/** Cold synthesis, in turn on the same computer, so that its speed cancels out. */
function synthesis(): readonly Comparison[] {
  measureOnce(lab);
  measureOnce(stock);
  const pairs = Array.from({ length: RUNS }, (_, index) => {
    process.stderr.write(`\rmeasuring pair ${index + 1} of ${RUNS}`);
    return { ours: measureOnce(lab), theirs: measureOnce(stock) };
  });
  process.stderr.write('\n');
  const compared = (what: string, figure: keyof Measurement, limit: number, unit: string): Comparison => ({
    what,
    ours: median(pairs.map(({ ours }) => ours[figure])),
    theirs: median(pairs.map(({ theirs }) => theirs[figure])),
    ratio: median(pairs.map(({ ours, theirs }) => ours[figure] / theirs[figure])),
    limit,
    unit,
  });
  return [compared('cold synth, wall time', 'wallSeconds', 0.25, 's'), compared('cold synth, peak memory', 'peakMegabytes', 0.27, 'MB')];
}

/** What the plan estimates, against a stock lab and against the least possible. */
function estimates(): readonly Comparison[] {
  const directory = mkdtempSync(join(tmpdir(), 'lab-bench-'));
  try {
    spawnSync(cdk[0] ?? '', [...cdk.slice(1), 'synth', '--quiet', '--output', directory]);
    const { cost, time } = plan({ assemblyDirectory: directory });
    const priceOf = (what: RegExp) => cost.idleLines.find((line) => what.test(line.what))?.unitPricePerHour ?? Number.NaN;
    // Two m5.large (0.118 USD/h in Seoul) and three NAT gateways with their addresses; the control plane costs the same.
    const stockIdle = priceOf(/control plane/) + 2 * 0.118 + 3 * (priceOf(/^NAT/) + priceOf(/IPv4/));
    return [
      { what: 'idle cost', ours: cost.idlePerHour, theirs: stockIdle, limit: 0.6, unit: 'USD/h' },
      { what: 'critical path (estimate)', ours: time.readySeconds, theirs: time.readySeconds / time.ratioToFloor, limit: 1.05, unit: 's' },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const comparisons = [...estimates(), ...synthesis()];
const table = new Table({ head: ['', 'lab', 'compared with', 'ratio', 'at most', ''], style: { head: [], border: [] } });
const ratioOf = ({ ours, theirs, ratio = ours / theirs }: Comparison): number => ratio;
for (const comparison of comparisons) {
  const { what, ours, theirs, limit, unit } = comparison;
  const ratio = ratioOf(comparison);
  table.push([what, `${ours.toPrecision(3)} ${unit}`, `${theirs.toPrecision(3)} ${unit}`, ratio.toFixed(3), String(limit), ratio <= limit ? 'ok' : 'TOO MUCH']);
}
process.stdout.write(`${table.toString()}\nmedians of ${RUNS} pairs of runs, in turn; stock: eks-blueprints with KarpenterV1AddOn through ts-node\n`);
process.exitCode = comparisons.every((comparison) => ratioOf(comparison) <= comparison.limit) ? 0 : 1;
