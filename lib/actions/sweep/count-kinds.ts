import { KIND_LABELS, LEFTOVER_KINDS, type Leftover } from '../../aws/leftovers/leftover';
import type { KindCount } from './sweep-result';

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
