import { readLab, type LabView } from '../../assembly/lab-view';
import { readAssembly } from '../../assembly/read-assembly';
import { checkedCaller } from '../../aws/caller';
import { clusterInAws } from '../../aws/cluster-in-aws';
import { deployedResources, deployedStack, type DeployedStack } from '../../aws/deployed-stack';
import { connectAws, type LabAws } from '../../aws/lab-aws';
import { findLeftovers } from '../../aws/leftovers/find-leftovers';
import type { LabNames, LeftoverKindName } from '../../aws/leftovers/leftover';
import { removeLeftovers, type KeptLeftover } from '../../aws/leftovers/remove-leftovers';
import { ignoreProgress, type ProgressListener } from '../../progress';
import { labNames } from '../lab-names';
import { counted } from '../plan/phrases';
import { isBillable, requireNoCluster } from '../sweep/sweep-lab';
import { sweepLeftovers } from '../sweep/sweep-leftovers';
import { Accounting, drainRemover } from './accounting';
import { deleteStack } from './delete-stack';
import { drainLab, type DrainedLab } from './drain-lab';
import { reachCluster, type ReachedCluster } from './reach-cluster';
import { takeInventory } from './take-inventory';
import type { TeardownInventory, TeardownResult, TeardownStage } from './teardown-result';

/** What to tear down, and how. */
export interface TeardownOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Absolute path of the kubeconfig. It is not read when the cluster is gone. */
  readonly kubeconfig: string;
  /** Whether to list only. @default false */
  readonly isDryRun?: boolean;
  /** Asks before anything is changed. @default - nobody is asked */
  readonly confirm?: (inventory: TeardownInventory) => Promise<boolean>;
  /** Seconds that Karpenter has to end its nodes, before they are terminated. @default 900 */
  readonly timeoutSeconds?: number;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
  /** Seconds between two looks. @default 3 */
  readonly everySeconds?: number;
  /** Seconds that terminated instances, and what is swept, have to go. @default 600 */
  readonly graceSeconds?: number;
}

const TIMEOUT_SECONDS = 900;
const GRACE_SECONDS = 600;
const EVERY_SECONDS = 3;

/**
 * Takes the lab away: drains Karpenter, deletes the stack, sweeps what is left over, lists again.
 *
 * It keeps no state: where it stands it reads from AWS and Kubernetes. Interrupted or failed at any stage, it goes on from
 * there when it is run again.
 *
 * @throws LabError `AccountNotConfigured`, `ClusterNotConfigured` before anything is changed
 * @throws LabError what `drainLab` raises, `StackDeletionFailed`, `ClusterNotDeleted`, what `awsFailure` says
 */
export async function teardown(options: TeardownOptions): Promise<TeardownResult> {
  const aws = connectAws(readAssembly(options.assemblyDirectory).region);
  try {
    return await teardownIn(aws, options);
  } finally {
    aws.close();
  }
}

/** {@link teardown} by clients that are connected already. */
export async function teardownIn(aws: LabAws, options: TeardownOptions): Promise<TeardownResult> {
  const { signal } = options;
  const lab = readLab(readAssembly(options.assemblyDirectory));
  const names = labNames(lab);
  const { account } = await checkedCaller(aws, lab.stack.account, signal);
  const cluster = await clusterInAws(aws.eks, names.clusterName, signal);
  const reached = cluster === undefined ? undefined : await reachCluster(options.kubeconfig, lab, cluster, signal);
  try {
    return await new Teardown(aws, lab, names, options, reached).run(account);
  } finally {
    reached?.api.close();
  }
}

/** One run. */
class Teardown {
  private readonly accounting = new Accounting();
  private readonly stages: TeardownStage[] = [];
  private readonly kept: KeptLeftover[] = [];
  private readonly onProgress: ProgressListener;
  private readonly everySeconds: number;
  private readonly graceSeconds: number;

  constructor(
    private readonly aws: LabAws,
    private readonly lab: LabView,
    private readonly names: LabNames,
    private readonly options: TeardownOptions,
    private readonly reached: ReachedCluster | undefined,
  ) {
    this.onProgress = options.onProgress ?? ignoreProgress;
    this.everySeconds = options.everySeconds ?? EVERY_SECONDS;
    this.graceSeconds = options.graceSeconds ?? GRACE_SECONDS;
  }

  async run(account: string): Promise<TeardownResult> {
    const { signal } = this.options;
    const stack = await deployedStack(this.aws.cloudFormation, this.names.stackName, signal);
    const inventory = await this.inventory(stack);
    this.accounting.note(inventory.leftovers);
    const common = { account, ...this.names, inventory };
    const untouched = {
      stages: [], deletedObjects: [], terminatedInstances: [], accounted: this.accounting.accounted, kept: [],
      remaining: inventory.leftovers, isBillableLeft: stack !== undefined || isBillable(inventory.leftovers),
    };
    if (this.options.isDryRun === true) return { ...common, ...untouched, outcome: 'listed' };
    if (this.options.confirm !== undefined && !await this.options.confirm(inventory)) return { ...common, ...untouched, outcome: 'declined' };

    const drained = await this.drain(stack);
    await this.deleteStack(stack);
    await requireNoCluster(this.aws, this.names, signal);
    const found = await findLeftovers({ aws: this.aws, lab: this.names, signal });
    this.accounting.afterStage(found, () => 'CloudFormation');
    const { removed, kept, remaining } = await sweepLeftovers({
      aws: this.aws, names: this.names, found, deadlineSeconds: this.graceSeconds, everySeconds: this.everySeconds, onProgress: this.onProgress, signal,
    });
    this.accounting.removed(removed, 'sweep');
    this.accounting.afterStage(remaining, () => 'sweep');
    this.stages.push({ stage: 'sweep', outcome: found.length === 0 ? 'skipped' : 'done', detail: found.length === 0 ? 'nothing was left over' : `${counted(removed.length, 'leftover')} removed` });
    return {
      ...common,
      ...drained,
      outcome: remaining.length === 0 ? 'clean' : 'remained',
      stages: this.stages,
      accounted: this.accounting.accounted,
      kept: [...this.kept, ...kept],
      remaining,
      isBillableLeft: isBillable(remaining),
    };
  }

  private async inventory(stack: DeployedStack | undefined): Promise<TeardownInventory> {
    const step = 'List what there is';
    this.onProgress({ step, state: 'started' });
    const inventory = await takeInventory({
      aws: this.aws,
      names: this.names,
      stack,
      cluster: await clusterInAws(this.aws.eks, this.names.clusterName, this.options.signal),
      api: this.reached?.api,
      karpenterNamespace: this.lab.karpenter.namespace,
      signal: this.options.signal,
    });
    this.onProgress({ step, state: 'finished', detail: `${counted(inventory.objects.length, 'object')} to drain, ${counted(inventory.stackResourceCount, 'resource')} in the stack` });
    return inventory;
  }

  private async drain(stack: DeployedStack | undefined): Promise<DrainedLab> {
    const nothing = { deletedObjects: [], terminatedInstances: [] };
    if (stack?.status === 'DELETE_IN_PROGRESS') {
      this.stages.push({ stage: 'drain', outcome: 'skipped', detail: 'the stack is being deleted already' });
      return nothing;
    }
    // Without its Karpenter nobody ends nodes: they are terminated at once, and objects go with the cluster.
    const isDrainable = this.reached?.hasKarpenter === true;
    const drained = await drainLab({
      aws: this.aws,
      lab: this.lab,
      names: this.names,
      api: isDrainable ? this.reached?.api : undefined,
      timeoutSeconds: isDrainable ? this.options.timeoutSeconds ?? TIMEOUT_SECONDS : 0,
      graceSeconds: this.graceSeconds,
      everySeconds: this.everySeconds,
      onProgress: this.onProgress,
      signal: this.options.signal,
    });
    const present = await findLeftovers({ aws: this.aws, lab: this.names, signal: this.options.signal });
    this.accounting.afterStage(present, drainRemover(new Set(drained.terminatedInstances)));
    this.stages.push(isDrainable
      ? { stage: 'drain', outcome: 'done', detail: `${counted(drained.deletedObjects.length, 'object')} deleted; no NodePool, NodeClaim or instance is left` }
      : { stage: 'drain', outcome: 'skipped', detail: this.reached === undefined ? 'the cluster is gone' : 'Karpenter is not installed any more' });
    return drained;
  }

  private async deleteStack(stack: DeployedStack | undefined): Promise<void> {
    if (stack === undefined) {
      this.stages.push({ stage: 'stack', outcome: 'skipped', detail: 'there is no stack' });
      return;
    }
    let unblocked = 0;
    const deletion = (of: DeployedStack) => deleteStack({
      aws: this.aws,
      lab: this.lab,
      stack: of,
      everySeconds: this.everySeconds,
      onDeleted: async (deleted) => { unblocked += await this.unblock(deleted); },
      onProgress: this.onProgress,
      signal: this.options.signal,
    });
    let outcome = await deletion(stack);
    if (!outcome.isDeleted) {
      const left = await deployedStack(this.aws.cloudFormation, stack.id, this.options.signal);
      // What it leaked keeps its network: without that, a second try succeeds.
      const before = unblocked;
      unblocked += await this.unblock(this.deletedIds(await this.stillThere(stack)));
      if (left !== undefined && unblocked > before) outcome = await deletion(left);
    }
    if (!outcome.isDeleted) throw outcome.failure;
    this.stages.push({ stage: 'stack', outcome: 'done', detail: `CloudFormation deleted ${this.names.stackName}${unblocked === 0 ? '' : `; ${counted(unblocked, 'leftover')} removed on the way`}` });
  }

  private async stillThere(stack: DeployedStack): Promise<ReadonlySet<string>> {
    return new Set((await deployedResources(this.aws.cloudFormation, stack.id, this.options.signal)).map(({ logicalId }) => logicalId));
  }

  private deletedIds(stillThere: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...this.lab.stack.resources.keys()].filter((id) => !stillThere.has(id)));
  }

  /**
   * Removes what keeps the network of a stack that is being deleted: interfaces once the nodes are gone, the group that EKS
   * made once the cluster is. Left alone, CloudFormation would wait for them until it fails.
   */
  private async unblock(deleted: ReadonlySet<string>): Promise<number> {
    const isGone = (type: string): boolean => this.lab.stack.resourcesOfType(type).every(({ logicalId }) => deleted.has(logicalId));
    if (!isGone('AWS::EKS::Nodegroup')) return 0;
    const kinds: readonly LeftoverKindName[] = isGone('AWS::EKS::Cluster') ? ['networkInterface', 'securityGroup'] : ['networkInterface'];
    const leftovers = await findLeftovers({ aws: this.aws, lab: this.names, kinds, signal: this.options.signal });
    const { removed } = await removeLeftovers({ aws: this.aws, leftovers, deadlineSeconds: 0, signal: this.options.signal });
    this.accounting.removed(removed, 'sweep');
    return removed.length;
  }
}
