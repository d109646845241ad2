import { isTrue, type Conditioned } from '../../kubernetes/condition';
import type { LiveList } from '../../kubernetes/live-list';
import type { ObjectMetadata } from '../../kubernetes/object-metadata';
import type { ObjectMoment } from './exercise-timeline';

/** Moments that are conditions of an object. */
const CONDITION_MOMENTS: readonly ObjectMoment[] = ['Launched', 'Ready'];

/** When watches saw objects come to a moment, by this machine's steady clock. */
export class MomentLog {
  /** By uid and moment; undefined for what had come before anybody watched. */
  private readonly seen = new Map<string, number | undefined>();
  private origin = performance.now();

  /** Sets the moment that others are counted from to now. */
  begin(): void {
    this.origin = performance.now();
  }

  /** Seconds since {@link begin}. */
  elapsedSeconds(): number {
    return (performance.now() - this.origin) / 1000;
  }

  /** Records what comes to the objects of a list from now on. What has come to them before is not seen. */
  follow<T extends Conditioned & { readonly metadata: ObjectMetadata }>(list: LiveList<T>): void {
    for (const item of list.items) this.record(item, undefined);
    list.onEach((change) => {
      if (change !== undefined) this.record(change.item, performance.now());
    });
  }

  /** Seconds after {@link begin} at which a moment was first seen; undefined for what was not seen to come. */
  seenAt(uid: string, moment: ObjectMoment): number | undefined {
    const at = this.seen.get(`${uid} ${moment}`);
    return at === undefined ? undefined : (at - this.origin) / 1000;
  }

  private record(item: Conditioned & { readonly metadata: ObjectMetadata }, at: number | undefined): void {
    const { uid } = item.metadata;
    for (const moment of ['created' as const, ...CONDITION_MOMENTS.filter((type) => isTrue(item, type))]) {
      const key = `${uid} ${moment}`;
      if (!this.seen.has(key)) this.seen.set(key, at);
    }
  }
}
