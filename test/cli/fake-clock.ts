import type { Clock } from '../../lib/run-context';

interface Timer {
  readonly millis: number;
  readonly call: () => void;
  dueMillis: number;
}

/** A clock that a test moves. */
export class FakeClock implements Clock {
  private millis = 1_000;
  private timers: readonly Timer[] = [];

  readonly now = (): Date => new Date(this.millis);

  readonly nowMillis = (): number => this.millis;

  readonly every = (millis: number, call: () => void): (() => void) => {
    const timer: Timer = { millis, call, dueMillis: this.millis + millis };
    this.timers = [...this.timers, timer];
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };

  /** Timers that nobody has ended. */
  get timerCount(): number {
    return this.timers.length;
  }

  /** Lets time pass, and calls what is due in its order. */
  advance(seconds: number): void {
    const end = this.millis + seconds * 1000;
    for (let next = this.nextDue(end); next !== undefined; next = this.nextDue(end)) {
      this.millis = next.dueMillis;
      next.dueMillis += next.millis;
      next.call();
    }
    this.millis = end;
  }

  private nextDue(end: number): Timer | undefined {
    return this.timers.filter(({ dueMillis }) => dueMillis <= end).toSorted((a, b) => a.dueMillis - b.dueMillis)[0];
  }
}
