/** Signals that ask for an end: Ctrl-C, `kill`, and a terminal that is closed. */
const INTERRUPTIONS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What signals come from: a process in real life. */
export interface SignalSource {
  readonly pid: number;
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

/**
 * The user's wish for an end. The first signal aborts what goes on, which may put things back. A second ends the process at
 * once, as a signal does by default, after a last word of those who have one.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly lastWords = new Set<() => void>();

  constructor(private readonly source: SignalSource) {
    for (const name of INTERRUPTIONS) source.on(name, this.first);
  }

  /** Aborted by the first signal, or by {@link begin}. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Asks for an end without a signal. */
  begin(): void {
    this.controller.abort();
  }

  /**
   * Lets somebody say something before the process ends at once.
   *
   * @returns takes it back
   */
  beforeLeaving(tell: () => void): () => void {
    this.lastWords.add(tell);
    return () => void this.lastWords.delete(tell);
  }

  private readonly first = (): void => {
    this.listen(this.first, this.second);
    this.begin();
  };

  private readonly second = (signal: NodeJS.Signals): void => {
    this.listen(this.second);
    for (const tell of this.lastWords) tell();
    this.source.kill(this.source.pid, signal);
  };

  private listen(before: (signal: NodeJS.Signals) => void, after?: (signal: NodeJS.Signals) => void): void {
    for (const name of INTERRUPTIONS) {
      this.source.off(name, before);
      if (after !== undefined) this.source.on(name, after);
    }
  }
}
