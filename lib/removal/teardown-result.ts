import type { ClusterInAws, DeployedResource, DeployedStack } from '../aws/deployed-lab';
import type { LabAws } from '../aws/lab-aws';
import { findLeftovers, type KeptLeftover, leftoverKey } from '../aws/leftovers/find-leftovers';
import type { LabNames, Leftover } from '../aws/leftovers/leftover';
import { NAMESPACES } from '../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { SYSTEM_NAMESPACES } from '../kubernetes/objects';
import { EKS_CLUSTER_TAG } from '../well-known-keys';
import { AWS_BACKED_KINDS } from './drain-workloads';
import { existing, objectName } from './named-objects';
import type { Drainer } from './reach-cluster';
import { studentWork, type StudentWork } from './student-work';

/** Who removed something. */
export type Remover = 'Karpenter' | 'Kubernetes' | 'teardown' | 'CloudFormation' | 'sweep';

/** What is there before anything is changed. */
export interface TeardownInventory {
  readonly account: string;
  readonly region: string;
  readonly clusterName: string;
  readonly stackName: string;
  /** @default - there is no stack */
  readonly stackStatus?: string;
  /** Resources of the stack that are not deleted. */
  readonly stackResourceCount: number;
  /** Status of the cluster. @default - there is none */
  readonly clusterStatus?: string;
  /** Who drains it: this teardown, the guard in the stack when the stack is deleted, or nobody any more. */
  readonly drainedBy: 'teardown' | 'guard' | 'nobody';
  /** Why it is not this teardown. @default - it is */
  readonly whyNotHere?: string;
  /** Objects in the cluster that the drain deletes, such as `NodePool default`. Empty where it is not this teardown that drains. */
  readonly objects: readonly string[];
  /** What students have made in their seats. Empty without a class, and where it is not this teardown that drains. */
  readonly studentWork: readonly StudentWork[];
  /** What is in AWS by exact tags and paths; the stack's own log groups and the group that EKS made are among it. */
  readonly leftovers: readonly Leftover[];
}

/** Something in AWS that was there at the start or turned up later, and what became of it. */
export interface AccountedLeftover extends Leftover {
  /** @default - it is still there */
  readonly removedBy?: Remover;
}

/** What became of a stage. */
export interface TeardownStage {
  readonly stage: 'drain' | 'stack' | 'sweep';
  readonly outcome: 'done' | 'skipped';
  /** What was done, or why nothing was. */
  readonly detail: string;
}

/** The evidence of a teardown: what existed, who removed what, and what remains. */
export interface TeardownResult {
  /**
   * - `clean`: nothing is left;
   * - `remained`: something is left;
   * - `listed`: a dry run, which changes nothing;
   * - `declined`: the user said no.
   */
  readonly outcome: 'clean' | 'remained' | 'listed' | 'declined';
  readonly account: string;
  readonly region: string;
  readonly clusterName: string;
  readonly stackName: string;
  /** As it was when this run began: what an earlier run removed is not in it. */
  readonly inventory: TeardownInventory;
  readonly stages: readonly TeardownStage[];
  /** Objects in the cluster whose deletion the drain asked for. */
  readonly deletedObjects: readonly string[];
  /** Objects whose finalizers only Karpenter clears. The teardown removed those, because neither Karpenter nor an instance ran. */
  readonly releasedObjects: readonly string[];
  /** Instances that Karpenter did not end in time, and that were terminated by their exact tags. */
  readonly terminatedInstances: readonly string[];
  readonly accounted: readonly AccountedLeftover[];
  /** What AWS did not remove, and why. */
  readonly kept: readonly KeptLeftover[];
  readonly remaining: readonly Leftover[];
  /** Whether AWS bills for something that is left. */
  readonly isBillableLeft: boolean;
}

/** Whose inventory is taken. */
export interface InventoryOptions {
  readonly aws: LabAws;
  readonly names: LabNames;
  readonly stack: DeployedStack | undefined;
  readonly account: string;
  readonly cluster: ClusterInAws | undefined;
  readonly drainer: Drainer;
  /** Resources of the stack that are not deleted. */
  readonly resources: readonly DeployedResource[];
  /** Namespace of Karpenter, which stays. */
  readonly karpenterNamespace: string;
}

/** What is there: the stack, what the drain would delete in the cluster, and what no template has. Changes nothing. */
export async function takeInventory({ aws, names, account, stack, resources, cluster, drainer, karpenterNamespace }: InventoryOptions): Promise<TeardownInventory> {
  return {
    account,
    ...names,
    stackStatus: stack?.status,
    stackResourceCount: resources.length,
    clusterStatus: cluster?.status,
    drainedBy: drainer.by,
    whyNotHere: drainer.by === 'teardown' ? undefined : drainer.why,
    objects: drainer.by === 'teardown' ? await objectsToDrain(drainer.api, karpenterNamespace) : [],
    studentWork: drainer.by === 'teardown' ? await studentWork(drainer.api) : [],
    leftovers: await findLeftovers({ aws, lab: names }),
  };
}

async function objectsToDrain(api: KubernetesApi, karpenterNamespace: string): Promise<readonly string[]> {
  const kept = new Set([...SYSTEM_NAMESPACES, karpenterNamespace]);
  const namespaces = (await existing(api, NAMESPACES)).filter(({ metadata }) => !kept.has(metadata.name));
  const names = namespaces.map(({ metadata }) => objectName(NAMESPACES, metadata));
  for (const kind of AWS_BACKED_KINDS) {
    const backed = (await existing(api, kind)).filter(({ isInAws }) => isInAws);
    names.push(...backed.map(({ metadata }) => objectName(kind, metadata)));
  }
  return [
    ...names,
    ...(await existing(api, NODE_POOLS)).map(({ metadata }) => objectName(NODE_POOLS, metadata)),
    ...(await existing(api, NODE_CLAIMS)).map(({ metadata }) => objectName(NODE_CLAIMS, metadata)),
    ...(await existing(api, EC2_NODE_CLASSES)).map(({ metadata }) => objectName(EC2_NODE_CLASSES, metadata)),
  ];
}

/** Records what there was in AWS, and who removed it: by the stage after which it was gone. */
export class Accounting {
  private readonly seen = new Map<string, Leftover>();
  private readonly removers = new Map<string, Remover>();

  /** @param present what is there at the start */
  constructor(present: readonly Leftover[]) {
    this.note(present);
  }

  private note(present: readonly Leftover[]): void {
    for (const leftover of present) {
      this.seen.set(leftoverKey(leftover), leftover);
      this.removers.delete(leftoverKey(leftover));
    }
  }

  /** Records what somebody has certainly removed. */
  removed(leftovers: readonly Leftover[], by: Remover): void {
    for (const leftover of leftovers) {
      this.seen.set(leftoverKey(leftover), leftover);
      this.removers.set(leftoverKey(leftover), by);
    }
  }

  /** Records what is there after a stage. What is gone, and nobody else has removed, was removed in this stage. */
  afterStage(present: readonly Leftover[], by: (leftover: Leftover) => Remover): void {
    const there = new Set(present.map(leftoverKey));
    for (const [key, leftover] of this.seen) {
      if (!there.has(key) && !this.removers.has(key)) this.removers.set(key, by(leftover));
    }
    this.note(present);
  }

  get accounted(): readonly AccountedLeftover[] {
    return [...this.seen].map(([key, leftover]) => ({ ...leftover, removedBy: this.removers.get(key) }));
  }
}

/** Kinds that Karpenter makes, and removes itself. */
const OF_KARPENTER: readonly string[] = ['instance', 'launchTemplate', 'instanceProfile'];

/** Says who has removed a leftover that is gone after the drain. */
export function drainRemover(terminated: ReadonlySet<string>): (leftover: Leftover) => Remover {
  return ({ kind, id, evidence }) => {
    if (kind === 'instance' && terminated.has(id)) return 'teardown';
    return OF_KARPENTER.includes(kind) || evidence.startsWith(EKS_CLUSTER_TAG) ? 'Karpenter' : 'Kubernetes';
  };
}
