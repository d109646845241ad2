import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { clusterInAws, deployedStack } from '../aws/deployed-lab';
import { checkedCaller, connectAws, type LabAws } from '../aws/lab-aws';
import { findLeftovers, type KeptLeftover, labNames } from '../aws/leftovers/find-leftovers';
import { KIND_LABELS, type LabNames, type Leftover, LEFTOVER_KINDS, type LeftoverKindName } from '../aws/leftovers/leftover';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { sweepLeftovers } from './sweep-leftovers';

/** How many of a kind there were, went and are left. */
export interface KindCount {
  readonly kind: LeftoverKindName;
  /** In the user's words, in the singular: `network interface`. */
  readonly label: string;
  readonly found: number;
  readonly removed: number;
  readonly remaining: number;
}

/** What became of the lab's leftovers. */
export interface SweepResult {
  /**
   * - `clean`: nothing is left;
   * - `remained`: something is left;
   * - `listed`: a dry run, which removes nothing;
   * - `declined`: the user said no.
   */
  readonly outcome: 'clean' | 'remained' | 'listed' | 'declined';
  readonly account: string;
  readonly region: string;
  readonly clusterName: string;
  readonly stackName: string;
  readonly found: readonly Leftover[];
  readonly removed: readonly Leftover[];
  /** What AWS did not remove, and why. */
  readonly kept: readonly KeptLeftover[];
  /** What is there when all is listed once more. */
  readonly remaining: readonly Leftover[];
  /** Kinds of which there was something. */
  readonly counts: readonly KindCount[];
  /** Whether AWS bills for something that is left. */
  readonly isBillableLeft: boolean;
}

/** What to sweep, and how. */
export interface SweepOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Whether to list only. @default false */
  readonly isDryRun?: boolean;
  /** Asks before anything is removed. @default - nobody is asked */
  readonly confirm?: (inventory: SweepInventory) => Promise<boolean>;
  /** Seconds after which what is still in use is left. @default 600 */
  readonly timeoutSeconds?: number;
  /** Seconds between two tries. @default 5 */
  readonly everySeconds?: number;
}

/** Seconds that a load balancer's interfaces take to go, with room. */
const TIMEOUT_SECONDS = 600;

/** What is left before anything is removed, and of which lab. */
export interface SweepInventory extends LabNames {
  readonly account: string;
  readonly found: readonly Leftover[];
}

/**
 * Removes what a lab whose stack is gone has left in AWS: found by exact tags and paths, listed, removed, listed again.
 *
 * @throws LabError `StackNotDeleted`, `ClusterNotDeleted`: what the lab uses is no leftover
 * @throws LabError `AssemblyNotFound`, `AssemblyUnreadable`, `AccountNotConfigured`, what `awsFailure` says
 */
export async function sweepLab(options: SweepOptions, run: RunContext): Promise<SweepResult> {
  const aws = connectAws(readAssembly(options.assemblyDirectory).region, run);
  try {
    return await sweepLabIn(aws, options, run);
  } finally {
    aws.close();
  }
}

/** {@link sweepLab} by clients that are connected already. */
export async function sweepLabIn(aws: LabAws, options: SweepOptions, run: RunContext): Promise<SweepResult> {
  const { onProgress } = run;
  const { timeoutSeconds = TIMEOUT_SECONDS, everySeconds } = options;
  const lab = readLab(readAssembly(options.assemblyDirectory));
  const names = labNames(lab);
  const { account } = await checkedCaller(aws, lab.stack.account);
  await requireDeleted(aws, names);

  onProgress({ step: 'List leftovers', state: 'started' });
  const found = await findLeftovers({ aws, lab: names });
  onProgress({ step: 'List leftovers', state: 'finished', detail: `${found.length} found` });
  const common = { account, ...names, found };
  const untouched = { removed: [], kept: [], remaining: found, counts: countKinds({ found, removed: [], remaining: found }), isBillableLeft: isBillable(found) };
  if (options.isDryRun === true) return { ...common, ...untouched, outcome: 'listed' };
  if (found.length > 0 && options.confirm !== undefined && !await options.confirm(common)) return { ...common, ...untouched, outcome: 'declined' };

  const swept = await sweepLeftovers({ aws, names, found, deadlineSeconds: timeoutSeconds, everySeconds }, run);
  return {
    ...common,
    ...swept,
    outcome: swept.remaining.length === 0 ? 'clean' : 'remained',
    counts: countKinds({ found, ...swept }),
    isBillableLeft: isBillable(swept.remaining),
  };
}

/** Whether AWS bills for something of these. */
export function isBillable(leftovers: readonly Leftover[]): boolean {
  return leftovers.some((leftover) => leftover.isBillable);
}

/** While they exist, the lab uses what would be swept, and Karpenter would make it again. */
async function requireDeleted(aws: LabAws, { stackName, clusterName }: LabNames): Promise<void> {
  const stack = await deployedStack(aws.cloudFormation, stackName);
  if (stack !== undefined) {
    throw new LabError({
      code: 'StackNotDeleted',
      message: `The stack ${stackName} still exists, so what it uses is no leftover.`,
      received: stack.status,
      remedy: 'Run `npm run lab -- teardown`, which deletes the stack and then sweeps.',
    });
  }
  await requireNoCluster(aws, { clusterName });
}

/**
 * Makes sure that the cluster is gone, too.
 *
 * @throws LabError `ClusterNotDeleted`
 */
export async function requireNoCluster(aws: LabAws, { clusterName }: Pick<LabNames, 'clusterName'>): Promise<void> {
  const cluster = await clusterInAws(aws.eks, clusterName);
  if (cluster === undefined) return;
  throw new LabError({
    code: 'ClusterNotDeleted',
    message: `The cluster ${clusterName} still exists without its stack: its Karpenter could launch anew what is swept.`,
    received: cluster.status,
    remedy: `If it is being deleted, wait. Else delete its node groups and then the cluster (aws eks delete-cluster --name ${clusterName}), and sweep again.`,
  });
}

/** Counts leftovers by kind, in the order of their removal. Kinds of which there is none are left out. */
export function countKinds({ found, removed, remaining }: {
  readonly found: readonly Leftover[];
  readonly removed: readonly Leftover[];
  readonly remaining: readonly Leftover[];
}): readonly KindCount[] {
  return LEFTOVER_KINDS.map((kind) => {
    const count = (leftovers: readonly Leftover[]): number => leftovers.filter((leftover) => leftover.kind === kind).length;
    return { kind, label: KIND_LABELS[kind], found: count(found), removed: count(removed), remaining: count(remaining) };
  }).filter((counts) => counts.found > 0 || counts.remaining > 0);
}
