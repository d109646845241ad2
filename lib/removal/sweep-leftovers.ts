import { counted } from '../words';
import type { LabAws } from '../aws/lab-aws';
import { findLeftovers, type KeptLeftover, removeLeftovers } from '../aws/leftovers/find-leftovers';
import type { LabNames, Leftover } from '../aws/leftovers/leftover';
import type { RunContext } from '../run-context';

/** What to sweep. */
export interface SweepLeftoversOptions {
  readonly aws: LabAws;
  readonly names: LabNames;
  /** As they were found just before. */
  readonly found: readonly Leftover[];
  readonly deadlineSeconds: number;
  /** Seconds between two tries. @default 5 */
  readonly everySeconds?: number;
}

/** What a sweep did. */
export interface SweptLeftovers {
  readonly removed: readonly Leftover[];
  readonly kept: readonly KeptLeftover[];
  /** What is there when all is listed once more. */
  readonly remaining: readonly Leftover[];
}

const STEP = 'Sweep leftovers';

/** Removes leftovers, and lists once more what there is. Whether that is safe is the caller's to know. */
export async function sweepLeftovers({ aws, names, found, deadlineSeconds, everySeconds }: SweepLeftoversOptions, run: RunContext): Promise<SweptLeftovers> {
  const { onProgress } = run;
  if (found.length === 0) {
    onProgress({ step: STEP, state: 'skipped', detail: 'nothing is left over' });
    return { removed: [], kept: [], remaining: [] };
  }
  onProgress({ step: STEP, state: 'started', detail: counted(found.length, 'leftover') });
  let count = 0;
  const { removed, kept } = await removeLeftovers({
    aws,
    leftovers: found,
    deadlineSeconds,
    everySeconds,
    onRemoved: ({ name }) => {
      count += 1;
      onProgress({ step: STEP, state: 'running', detail: `removed ${name}`, fraction: count / found.length });
    },
    onWaiting: ([first, ...others]) => {
      if (first === undefined) return;
      const more = others.length === 0 ? '' : ` (and ${counted(others.length, 'other')})`;
      onProgress({ step: STEP, state: 'running', detail: `${first.leftover.name}: ${first.reason}${more}`, fraction: count / found.length });
    },
  }, run);
  const remaining = await findLeftovers({ aws, lab: names });
  onProgress({ step: STEP, state: 'finished', detail: `${removed.length} removed, ${remaining.length} left` });
  return { removed, kept, remaining };
}
