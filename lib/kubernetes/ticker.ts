import type { Watched } from './watched';

/** News at even intervals, for a condition that depends on the time as well as on objects. */
export class Ticker implements Watched {
  /** @param everySeconds seconds between two ticks */
  constructor(private readonly everySeconds: number) {}

  onChange(listener: () => void): () => void {
    const interval = setInterval(listener, this.everySeconds * 1000);
    return () => clearInterval(interval);
  }
}
