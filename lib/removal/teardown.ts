import { readLab, type LabView } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { checkedCaller, connectAws, type LabAws } from '../aws/lab-aws';
import { clusterInAws, type ClusterInAws, type DeployedResource, deployedResources, deployedStack, type DeployedStack } from '../aws/deployed-lab';
import { findLeftovers, type KeptLeftover, labNames, removeLeftovers } from '../aws/leftovers/find-leftovers';
import type { LabNames, LeftoverKindName } from '../aws/leftovers/leftover';
import { ignoreProgress, type ProgressListener } from '../progress';
import { counted } from '../words';
import { isBillable, requireNoCluster } from './sweep-lab';
import { sweepLeftovers } from './sweep-leftovers';
import { Accounting, drainRemover, takeInventory, type TeardownInventory, type TeardownResult, type TeardownStage } from './teardown-result';
import { deleteStack } from './delete-stack';
import { drainLab, type DrainedLab } from './drain-lab';
import { reachCluster, type Drainer } from './reach-cluster';

/** What to tear down, and how. */
export interface TeardownOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Absolute path of the kubeconfig. It is not read when the cluster or its stack is gone, or is being deleted. */
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
 * Where the cluster does not let the user in, the guard in the stack drains it, as the first thing of the stack's deletion.
 *
 * @throws LabError `AccountNotConfigured`, `ClusterNotConfigured` before anything is changed
 * @throws LabError what `drainLab` raises, `StackDeletionFailed`, `ClusterNotDeleted`, what `awsFailure` says
 */
export async function teardown(options: TeardownOptions): Promise<TeardownResult> {
  const aws = connectAws(readAssembly(options.assemblyDirectory).region, options);
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
  const { account } = await checkedCaller(aws, lab.stack.account);
  const stack = await deployedStack(aws.cloudFormation, names.stackName);
  const resources = stack === undefined ? [] : await deployedResources(aws.cloudFormation, stack.id, signal);
  const cluster = await clusterInAws(aws.eks, names.clusterName);
  const drainer = await reachCluster({ kubeconfig: options.kubeconfig, lab, cluster, stack, resources, signal });
  try {
    return await new Teardown(aws, lab, names, options, { account, stack, resources, cluster, drainer }).run();
  } finally {
    if (drainer.by === 'teardown') drainer.api.close();
  }
}

/** What keeps subnets from being deleted, and has no use without nodes. */
const KEEP_SUBNETS: readonly LeftoverKindName[] = ['loadBalancer', 'classicLoadBalancer', 'networkInterface'];

/** Whether there is anything to remove, so that it makes sense to ask. */
function hasSomething({ stackStatus, clusterStatus, leftovers }: TeardownInventory): boolean {
  return stackStatus !== undefined || clusterStatus !== undefined || leftovers.length > 0;
}

/** What a run begins with. */
interface TeardownBeginning {
  readonly account: string;
  readonly stack: DeployedStack | undefined;
  readonly resources: readonly DeployedResource[];
  readonly cluster: ClusterInAws | undefined;
  readonly drainer: Drainer;
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
    private readonly beginning: TeardownBeginning,
  ) {
    this.onProgress = options.onProgress ?? ignoreProgress;
    this.everySeconds = options.everySeconds ?? EVERY_SECONDS;
    this.graceSeconds = options.graceSeconds ?? GRACE_SECONDS;
  }

  async run(): Promise<TeardownResult> {
    const { signal } = this.options;
    const { account, stack } = this.beginning;
    const inventory = await this.inventory();
    this.accounting.note(inventory.leftovers);
    const common = { account, ...this.names, inventory };
    const untouched = {
      stages: [], deletedObjects: [], terminatedInstances: [], releasedObjects: [], accounted: this.accounting.accounted, kept: [],
      remaining: inventory.leftovers, isBillableLeft: stack !== undefined || isBillable(inventory.leftovers),
    };
    if (this.options.isDryRun === true) return { ...common, ...untouched, outcome: 'listed' };
    if (hasSomething(inventory) && this.options.confirm !== undefined && !await this.options.confirm(inventory)) return { ...common, ...untouched, outcome: 'declined' };

    const drained = await this.drain();
    await this.deleteStack(stack);
    await requireNoCluster(this.aws, this.names);
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

  private async inventory(): Promise<TeardownInventory> {
    const step = 'List what there is';
    this.onProgress({ step, state: 'started' });
    const inventory = await takeInventory({
      aws: this.aws,
      names: this.names,
      ...this.beginning,
      karpenterNamespace: this.lab.karpenter.namespace,
      signal: this.options.signal,
    });
    this.onProgress({ step, state: 'finished', detail: `${counted(inventory.objects.length, 'object')} to drain, ${counted(inventory.stackResourceCount, 'resource')} in the stack` });
    return inventory;
  }

  private async drain(): Promise<DrainedLab> {
    const { drainer } = this.beginning;
    if (drainer.by === 'guard') {
      this.stages.push({ stage: 'drain', outcome: 'skipped', detail: `left to the guard in the stack: ${drainer.why}` });
      return { deletedObjects: [], terminatedInstances: [], releasedObjects: [] };
    }
    // Without its Karpenter nobody ends nodes: they are terminated at once, and objects go with the cluster.
    const isDrainable = drainer.by === 'teardown' && drainer.hasKarpenter;
    const drained = await drainLab({
      aws: this.aws,
      lab: this.lab,
      names: this.names,
      api: isDrainable ? drainer.api : undefined,
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
      : { stage: 'drain', outcome: 'skipped', detail: drainer.by === 'nobody' ? drainer.why : 'Karpenter is not installed any more' });
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
      isGuarded: this.beginning.drainer.by === 'guard',
      everySeconds: this.everySeconds,
      onDeleted: async (deleted) => { unblocked += await this.unblock(deleted); },
      onProgress: this.onProgress,
      signal: this.options.signal,
    });
    let outcome = await deletion(stack);
    if (!outcome.isDeleted) {
      const left = await deployedStack(this.aws.cloudFormation, stack.id);
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
   * Removes what keeps the network of a stack that is being deleted: load balancers and interfaces once the nodes are gone, the
   * group that EKS made once the cluster is. Left alone, CloudFormation would wait for them until it fails.
   */
  private async unblock(deleted: ReadonlySet<string>): Promise<number> {
    const isGone = (type: string): boolean => this.lab.stack.resourcesOfType(type).every(({ logicalId }) => deleted.has(logicalId));
    if (!isGone('AWS::EKS::Nodegroup')) return 0;
    const kinds: readonly LeftoverKindName[] = isGone('AWS::EKS::Cluster') ? [...KEEP_SUBNETS, 'securityGroup'] : KEEP_SUBNETS;
    const leftovers = await findLeftovers({ aws: this.aws, lab: this.names, kinds, signal: this.options.signal });
    const { removed } = await removeLeftovers({ aws: this.aws, leftovers, deadlineSeconds: 0, signal: this.options.signal });
    this.accounting.removed(removed, 'sweep');
    return removed.length;
  }
}
