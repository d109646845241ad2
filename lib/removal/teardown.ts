import { type LabView, readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { type ClusterInAws, clusterInAws, type DeployedResource, deployedResources, type DeployedStack, deployedStack } from '../aws/deployed-lab';
import { checkedCaller, connectAws, type LabAws } from '../aws/lab-aws';
import { findLeftovers, labNames } from '../aws/leftovers/find-leftovers';
import type { LabNames } from '../aws/leftovers/leftover';
import type { RunContext } from '../run-context';
import { counted } from '../words';
import { deleteStack } from './delete-stack';
import { drainLab, type DrainedLab } from './drain-lab';
import { type Drainer, reachCluster } from './reach-cluster';
import { isBillable, requireNoCluster } from './sweep-lab';
import { type SweptLeftovers, sweepLeftovers } from './sweep-leftovers';
import { Accounting, drainRemover, takeInventory, type TeardownInventory, type TeardownResult, type TeardownStage } from './teardown-result';

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
  /** Seconds between two looks. @default 3 */
  readonly everySeconds?: number;
  /** Seconds that terminated instances, and what is swept, have to go. @default 600 */
  readonly graceSeconds?: number;
}

/**
 * Removes the lab: drains Karpenter, deletes the stack, sweeps what is left over, lists again.
 *
 * It keeps no state: where it stands it reads from AWS and Kubernetes. Interrupted or failed at any stage, it goes on from
 * there when it is run again.
 *
 * Where the cluster does not let the user in, the guard in the stack drains it, as the first thing of the stack's deletion.
 *
 * @throws LabError `AccountNotConfigured`, `ClusterNotConfigured` before anything is changed
 * @throws LabError what `drainLab` raises, `StackDeletionFailed`, `ClusterNotDeleted`, what `awsFailure` says
 * @example
 * await teardown({ assemblyDirectory: 'cdk.out', kubeconfig: '/home/kim/.kube/config' }, runContext());
 */
export async function teardown(options: TeardownOptions, run: RunContext): Promise<TeardownResult> {
  const aws = connectAws(readAssembly(options.assemblyDirectory).region, run);
  try {
    return await teardownIn(aws, options, run);
  } finally {
    aws.close();
  }
}

/** {@link teardown} by clients that are connected already, such as those of a rehearsal. */
export async function teardownIn(aws: LabAws, options: TeardownOptions, run: RunContext): Promise<TeardownResult> {
  const lab = await findLab(aws, options, run);
  try {
    const inventory = await listInventory(lab, run);
    if (options.isDryRun === true) return untouched(lab, inventory, 'listed');
    if (hasSomething(inventory) && await options.confirm?.(inventory) === false) return untouched(lab, inventory, 'declined');

    const accounting = new Accounting(inventory.leftovers);
    const drained = await drain(lab, accounting, run);
    const stackStage = await removeStack(lab, accounting, run);
    await requireNoCluster(aws, lab.names);
    const swept = await sweep(lab, accounting, run);
    return {
      ...lab.names,
      account: lab.account,
      inventory,
      outcome: swept.remaining.length === 0 ? 'clean' : 'remained',
      stages: [drained.stage, stackStage, swept.stage],
      deletedObjects: drained.deletedObjects,
      terminatedInstances: drained.terminatedInstances,
      releasedObjects: drained.releasedObjects,
      accounted: accounting.accounted,
      kept: swept.kept,
      remaining: swept.remaining,
      isBillableLeft: isBillable(swept.remaining),
    };
  } finally {
    if (lab.drainer.by === 'teardown') lab.drainer.api.close();
  }
}

/** The lab as a run finds it, and how the run removes it. */
interface FoundLab {
  readonly aws: LabAws;
  readonly view: LabView;
  readonly names: LabNames;
  readonly account: string;
  readonly stack: DeployedStack | undefined;
  readonly resources: readonly DeployedResource[];
  readonly cluster: ClusterInAws | undefined;
  readonly drainer: Drainer;
  readonly timeoutSeconds: number;
  readonly graceSeconds: number;
  readonly everySeconds: number;
}

async function findLab(aws: LabAws, options: TeardownOptions, run: RunContext): Promise<FoundLab> {
  const { assemblyDirectory, kubeconfig, timeoutSeconds = 900, graceSeconds = 600, everySeconds = 3 } = options;
  const view = readLab(readAssembly(assemblyDirectory));
  const names = labNames(view);
  const { account } = await checkedCaller(aws, view.stack.account);
  const stack = await deployedStack(aws.cloudFormation, names.stackName);
  const resources = stack === undefined ? [] : await deployedResources(aws.cloudFormation, stack.id);
  const cluster = await clusterInAws(aws.eks, names.clusterName);
  const drainer = await reachCluster({ kubeconfig, lab: view, cluster, stack, resources }, run);
  return { aws, view, names, account, stack, resources, cluster, drainer, timeoutSeconds, graceSeconds, everySeconds };
}

async function listInventory({ view, ...lab }: FoundLab, { onProgress }: RunContext): Promise<TeardownInventory> {
  const step = 'List what there is';
  onProgress({ step, state: 'started' });
  const inventory = await takeInventory({ ...lab, karpenterNamespace: view.karpenter.namespace });
  onProgress({ step, state: 'finished', detail: `${counted(inventory.objects.length, 'object')} to drain, ${counted(inventory.stackResourceCount, 'resource')} in the stack` });
  return inventory;
}

/** Whether there is anything to remove, so that it makes sense to ask. */
function hasSomething({ stackStatus, clusterStatus, leftovers }: TeardownInventory): boolean {
  return stackStatus !== undefined || clusterStatus !== undefined || leftovers.length > 0;
}

/** The result of a run that changes nothing. */
function untouched({ names, account, stack }: FoundLab, inventory: TeardownInventory, outcome: 'listed' | 'declined'): TeardownResult {
  const { leftovers } = inventory;
  return {
    ...names, account, inventory, outcome, stages: [], deletedObjects: [], terminatedInstances: [], releasedObjects: [],
    accounted: leftovers, kept: [], remaining: leftovers, isBillableLeft: stack !== undefined || isBillable(leftovers),
  };
}

/** Drains the cluster, unless the guard in the stack does. Without its Karpenter nobody ends nodes: they are terminated at once. */
async function drain(lab: FoundLab, accounting: Accounting, run: RunContext): Promise<DrainedLab & { readonly stage: TeardownStage }> {
  const { aws, view, names, drainer, timeoutSeconds, graceSeconds, everySeconds } = lab;
  if (drainer.by === 'guard') {
    const stage: TeardownStage = { stage: 'drain', outcome: 'skipped', detail: `left to the guard in the stack: ${drainer.why}` };
    return { stage, deletedObjects: [], terminatedInstances: [], releasedObjects: [], refusedDeletions: [] };
  }
  const api = drainer.by === 'teardown' && drainer.hasKarpenter ? drainer.api : undefined;
  const drained = await drainLab({
    aws, lab: view, names, api, timeoutSeconds: api === undefined ? 0 : timeoutSeconds, graceSeconds, everySeconds,
  }, run);
  accounting.afterStage(await findLeftovers({ aws, lab: names }), drainRemover(new Set(drained.terminatedInstances)));
  return {
    ...drained,
    stage: api === undefined
      ? { stage: 'drain', outcome: 'skipped', detail: drainer.by === 'nobody' ? drainer.why : 'Karpenter is not installed any more' }
      : { stage: 'drain', outcome: 'done', detail: drainDetail(drained) },
  };
}

function drainDetail({ deletedObjects, refusedDeletions }: DrainedLab): string {
  return [`${counted(deletedObjects.length, 'object')} deleted; no NodePool, NodeClaim or instance is left`, ...refusedDeletions].join('. ');
}

async function removeStack(lab: FoundLab, accounting: Accounting, run: RunContext): Promise<TeardownStage> {
  const { aws, view, names, stack, resources, drainer, everySeconds } = lab;
  if (stack === undefined) return { stage: 'stack', outcome: 'skipped', detail: 'there is no stack' };
  let unblocked = 0;
  await deleteStack({
    aws,
    lab: view,
    stack,
    resources,
    isGuarded: drainer.by === 'guard',
    everySeconds,
    onUnblocked: (removed) => {
      unblocked += removed.length;
      accounting.removed(removed, 'sweep');
    },
  }, run);
  return { stage: 'stack', outcome: 'done', detail: `CloudFormation deleted ${names.stackName}${unblocked === 0 ? '' : `; ${counted(unblocked, 'leftover')} removed on the way`}` };
}

async function sweep({ aws, names, graceSeconds, everySeconds }: FoundLab, accounting: Accounting, run: RunContext): Promise<SweptLeftovers & { readonly stage: TeardownStage }> {
  const found = await findLeftovers({ aws, lab: names });
  accounting.afterStage(found, () => 'CloudFormation');
  const swept = await sweepLeftovers({ aws, names, found, deadlineSeconds: graceSeconds, everySeconds }, run);
  accounting.removed(swept.removed, 'sweep');
  accounting.afterStage(swept.remaining, () => 'sweep');
  return {
    ...swept,
    stage: found.length === 0
      ? { stage: 'sweep', outcome: 'skipped', detail: 'nothing was left over' }
      : { stage: 'sweep', outcome: 'done', detail: `${counted(swept.removed.length, 'leftover')} removed` },
  };
}
