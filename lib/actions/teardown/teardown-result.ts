import type { Leftover } from '../../aws/leftovers/leftover';
import type { KeptLeftover } from '../../aws/leftovers/remove-leftovers';

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
  /** Objects that only Karpenter could let go, and that were let go because it no longer ran and no instance did. */
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
