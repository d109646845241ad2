import type { Clock } from '../run-context';
import type { LiveList } from './live-list';
import { type Conditioned, isTrue, type ObjectMetadata } from './objects';

/** Moments of an object's life that are told apart: its creation, and conditions that come true. */
export type ObjectMoment = 'created' | 'Launched' | 'Ready';

const CONDITION_MOMENTS: readonly ObjectMoment[] = ['Launched', 'Ready'];

type Recorded = Conditioned & { readonly metadata: ObjectMetadata };

/** When watches saw objects come to a moment, by a clock that never goes back. */
export class MomentLog {
  /** By uid and moment; undefined for what had come before anybody watched. */
  private readonly seen = new Map<string, number | undefined>();
  private origin: number;

  constructor(private readonly clock: Clock) {
    this.origin = clock.nowMillis();
  }

  /** Counts moments from now on from now. */
  begin(): void {
    this.origin = this.clock.nowMillis();
  }

  /** Seconds since {@link begin}. */
  elapsedSeconds(): number {
    return (this.clock.nowMillis() - this.origin) / 1000;
  }

  /** Records what comes to the objects of a list from now on. What has come to them before is not seen. */
  follow<T extends Recorded>(list: LiveList<T>): void {
    for (const item of list.items) this.record(item, undefined);
    list.onEach((change) => {
      if (change !== undefined) this.record(change.item, this.clock.nowMillis());
    });
  }

  /** Seconds after {@link begin} at which a moment was first seen; undefined for what was not seen to come. */
  seenAt(uid: string, moment: ObjectMoment): number | undefined {
    const at = this.seen.get(`${uid} ${moment}`);
    return at === undefined ? undefined : (at - this.origin) / 1000;
  }

  private record(item: Recorded, at: number | undefined): void {
    for (const moment of ['created' as const, ...CONDITION_MOMENTS.filter((type) => isTrue(item, type))]) {
      const key = `${item.metadata.uid} ${moment}`;
      if (!this.seen.has(key)) this.seen.set(key, at);
    }
  }
}
