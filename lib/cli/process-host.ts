import { createInterface } from 'node:readline/promises';
import { machineClock } from '../run-context';
import type { LabHost } from './host';
import { processActions } from './process-actions';

const SDK_ADVICE = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** The host of a real process: its streams, its environment, its signals. */
export function processHost(): LabHost {
  const interruption = new Interruption(process);
  // The SDK advises to change the version of Node.js. That is for this project to decide, which pins both, and not for its users.
  process.env[SDK_ADVICE] ??= 'true';
  // `lab start | head` closes the pipe early. That is no error. It ends the command as Ctrl-C does, which also stops what was started.
  const stopWhenReaderIsGone = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    interruption.begin();
  };
  process.stdout.on('error', stopWhenReaderIsGone);
  process.stderr.on('error', stopWhenReaderIsGone);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: process.platform,
    workingDirectory: process.cwd(),
    signal: interruption.signal,
    beforeLeaving: (tell) => interruption.beforeLeaving(tell),
    clock: machineClock,
    confirm: process.stdin.isTTY ? (question) => confirmOnTerminal(question, interruption.signal) : undefined,
    actions: processActions({ projectDirectory: process.cwd(), env: process.env }),
  };
}

/** Signals that ask for an end: Ctrl-C, `kill`, and a terminal that is closed. */
const INTERRUPTIONS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Where signals come from: the process, or a fake in tests. */
export interface SignalSource {
  readonly pid: number;
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

/**
 * Ends the command as the user asks for it. The first signal aborts what goes on, which may still put things back. The second
 * ends the process at once, as a signal does by default, after the functions that wait for that have been called.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly leavingListeners = new Set<() => void>();

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
   * Calls a function on the second signal, just before the process ends.
   *
   * @returns a function that unsubscribes
   */
  beforeLeaving(tell: () => void): () => void {
    this.leavingListeners.add(tell);
    return () => void this.leavingListeners.delete(tell);
  }

  private readonly first = (): void => {
    this.listen(this.first, this.second);
    this.begin();
  };

  private readonly second = (signal: NodeJS.Signals): void => {
    this.listen(this.second);
    for (const tell of this.leavingListeners) tell();
    this.source.kill(this.source.pid, signal);
  };

  private listen(before: (signal: NodeJS.Signals) => void, after?: (signal: NodeJS.Signals) => void): void {
    for (const name of INTERRUPTIONS) {
      this.source.off(name, before);
      if (after !== undefined) this.source.on(name, after);
    }
  }
}

/** Asks on the terminal, on stderr, so that a result on stdout stays clean. Anything but `y` or `yes` is no. */
async function confirmOnTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // In raw input Ctrl-C reaches the interface and not the process.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
