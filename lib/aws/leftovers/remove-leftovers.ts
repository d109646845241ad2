import { pause } from '../../kubernetes/pause';
import { AwsRequestFailed, isPassingAwsFailure } from '../aws-failure';
import type { LabAws } from '../lab-aws';
import { leftoverKey } from './find-leftovers';
import { LEFTOVER_KINDS, type Leftover, type Removal } from './leftover';
import { KINDS } from './leftover-kinds';

/** What to remove, and how long to try. */
export interface RemoveLeftoversOptions {
  readonly aws: LabAws;
  /** As they were found. Nothing else is touched. */
  readonly leftovers: readonly Leftover[];
  /** Seconds after which what is still in use is left. */
  readonly deadlineSeconds: number;
  /** Seconds between two tries. @default 5 */
  readonly everySeconds?: number;
  /** Called when one is gone. @default - nothing */
  readonly onRemoved?: (leftover: Leftover) => void;
  /** Called before a pause with what is still in use. @default - nothing */
  readonly onWaiting?: (kept: readonly KeptLeftover[]) => void;
  readonly signal?: AbortSignal;
}

/** A leftover that could not be removed. */
export interface KeptLeftover {
  readonly leftover: Leftover;
  /** Why, as AWS says it. */
  readonly reason: string;
}

/** What became of leftovers. */
export interface RemovedLeftovers {
  readonly removed: readonly Leftover[];
  readonly kept: readonly KeptLeftover[];
}

/**
 * Removes leftovers: all are tried in the order of their kinds, and those that others still use again, until all are gone
 * or the deadline has passed. One that AWS refuses to remove does not keep the others.
 *
 * @throws LabError `AwsCredentialsRefused`; the reason of the signal
 */
export async function removeLeftovers(options: RemoveLeftoversOptions): Promise<RemovedLeftovers> {
  const { leftovers, deadlineSeconds, everySeconds = 5, onRemoved, onWaiting, signal } = options;
  const end = performance.now() + deadlineSeconds * 1000;
  const removed: Leftover[] = [];
  const refused: KeptLeftover[] = [];
  let pending = leftovers.toSorted((a, b) => LEFTOVER_KINDS.indexOf(a.kind) - LEFTOVER_KINDS.indexOf(b.kind));
  for (;;) {
    const waiting = new Map<string, KeptLeftover>();
    for (const leftover of pending) {
      signal?.throwIfAborted();
      const removal = await tryOnce(options, leftover);
      if (removal.isGone) {
        removed.push(leftover);
        onRemoved?.(leftover);
      } else if (removal.isFinal) {
        refused.push({ leftover, reason: removal.reason });
      } else {
        waiting.set(leftoverKey(leftover), { leftover, reason: removal.reason });
      }
    }
    if (waiting.size === 0 || performance.now() >= end) return { removed, kept: [...refused, ...waiting.values()] };
    onWaiting?.([...waiting.values()]);
    await pause(everySeconds, signal);
    pending = pending.filter((leftover) => waiting.has(leftoverKey(leftover)));
  }
}

async function tryOnce({ aws, signal }: RemoveLeftoversOptions, leftover: Leftover): Promise<Removal> {
  try {
    return await KINDS[leftover.kind].remove(aws, leftover, signal);
  } catch (error) {
    signal?.throwIfAborted();
    // Without credentials nothing else can be removed either.
    if (!(error instanceof AwsRequestFailed) || error.code === 'AwsCredentialsRefused') throw error;
    return { isGone: false, reason: error.message, isFinal: !isPassingAwsFailure(error) };
  }
}
