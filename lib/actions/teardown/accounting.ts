import { leftoverKey } from '../../aws/leftovers/find-leftovers';
import type { Leftover } from '../../aws/leftovers/leftover';
import { EKS_CLUSTER_TAG } from '../../aws/leftovers/tags';
import type { AccountedLeftover, Remover } from './teardown-result';

/** Keeps account of what was there, and of who removed it: by the stage after which it was gone. */
export class Accounting {
  private readonly seen = new Map<string, Leftover>();
  private readonly removers = new Map<string, Remover>();

  /** Notes what is there now. */
  note(present: readonly Leftover[]): void {
    for (const leftover of present) {
      this.seen.set(leftoverKey(leftover), leftover);
      this.removers.delete(leftoverKey(leftover));
    }
  }

  /** Notes what one has removed with certainty. */
  removed(leftovers: readonly Leftover[], by: Remover): void {
    for (const leftover of leftovers) {
      this.seen.set(leftoverKey(leftover), leftover);
      this.removers.set(leftoverKey(leftover), by);
    }
  }

  /** Notes what is there after a stage: what is not there any more, and whose end nobody claimed, went in this stage. */
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

/** Who removes something while the cluster is drained. */
export function drainRemover(terminated: ReadonlySet<string>): (leftover: Leftover) => Remover {
  return ({ kind, id, evidence }) => {
    if (kind === 'instance' && terminated.has(id)) return 'teardown';
    return OF_KARPENTER.includes(kind) || evidence.startsWith(EKS_CLUSTER_TAG) ? 'Karpenter' : 'Kubernetes';
  };
}
