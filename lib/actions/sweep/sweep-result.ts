import type { Leftover, LeftoverKindName } from '../../aws/leftovers/leftover';
import type { KeptLeftover } from '../../aws/leftovers/remove-leftovers';

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
