import type { Clock } from '../run-context';
import type { LiveList } from './live-list';
import { type Conditioned, isTrue, type ObjectMetadata } from './objects';

/** Moments of an object that are timed: its creation, and when one of these conditions becomes True. */
export type ObjectMoment = 'created' | 'Launched' | 'Ready';

const CONDITION_MOMENTS: readonly ObjectMoment[] = ['Launched', 'Ready'];

type Recorded = Conditioned & { readonly metadata: ObjectMetadata };

/** When watches saw objects created, launched and Ready, by a clock that never goes back. */
export class MomentLog {
  /** By uid and moment; undefined where the moment was over before the watch began. */
  private readonly seen = new Map<string, number | undefined>();
  private origin: number;

  constructor(private readonly clock: Clock) {
    this.origin = clock.nowMillis();
  }

  /** Counts the seconds of all moments from now. */
  begin(): void {
    this.origin = this.clock.nowMillis();
  }

  /** Seconds since {@link begin}. */
  elapsedSeconds(): number {
    return (this.clock.nowMillis() - this.origin) / 1000;
  }

  /** Records the moments of a list's objects from now on. Earlier moments get no time. */
  follow<T extends Recorded>(list: LiveList<T>): void {
    for (const item of list.items) this.record(item, undefined);
    list.onEach((change) => {
      if (change !== undefined) this.record(change.item, this.clock.nowMillis());
    });
  }

  /** Seconds after {@link begin} at which a moment was first seen; undefined where no watch saw it. */
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
