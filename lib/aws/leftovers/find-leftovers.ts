import type { LabAws } from '../lab-aws';
import { LEFTOVER_KINDS, type LabNames, type Leftover, type LeftoverKindName } from './leftover';
import { KINDS } from './leftover-kinds';

/** Which leftovers to find. */
export interface FindLeftoversOptions {
  readonly aws: LabAws;
  readonly lab: LabNames;
  /** @default - all there are */
  readonly kinds?: readonly LeftoverKindName[];
  readonly signal?: AbortSignal;
}

/**
 * Everything in AWS that is the lab's and in no template, in the order in which it can be removed. Changes nothing.
 *
 * @throws LabError what `awsFailure` says: a list that lacks a kind would be no list
 */
export async function findLeftovers({ aws, lab, kinds = LEFTOVER_KINDS, signal }: FindLeftoversOptions): Promise<readonly Leftover[]> {
  const wanted = LEFTOVER_KINDS.filter((kind) => kinds.includes(kind));
  const found = await Promise.all(wanted.map((kind) => KINDS[kind].find(aws, lab, signal)));
  return found.flat();
}

/** What tells a leftover from all others. */
export function leftoverKey({ kind, id }: Pick<Leftover, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}
