import type { Clock } from '../run-context';
import type { LabActions } from './process-actions';

/** A stream that text is written to, such as `process.stdout`. */
export interface OutputStream {
  /**
   * Whether a person reads it on a terminal.
   *
   * @default - a pipe or a file
   */
  readonly isTTY?: boolean;
  /**
   * Characters in a line of the terminal.
   *
   * @default - unknown
   */
  readonly columns?: number;
  /**
   * Lines of the terminal.
   *
   * @default - unknown
   */
  readonly rows?: number;
  write(text: string): unknown;
}

/** Everything that the command line reaches outside itself: a process in real life, a fake in tests. */
export interface LabHost {
  /** Receives results, and nothing else. */
  readonly stdout: OutputStream;
  /** Receives progress, notes and, unless the output is JSON, errors. */
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Operating system as Node.js names it, such as `linux` or `win32`. */
  readonly platform: NodeJS.Platform;
  /** Folder that relative paths on the command line start from. */
  readonly workingDirectory: string;
  /** Aborted when the user presses Ctrl-C, or otherwise asks for an end. */
  readonly signal: AbortSignal;
  /**
   * Calls a function when the user presses Ctrl-C a second time, just before the process ends.
   *
   * @returns a function that unsubscribes
   */
  readonly beforeLeaving: (tell: () => void) => () => void;
  readonly clock: Clock;
  /**
   * Asks the user a question. Only an answer of yes is true.
   *
   * @default - nobody can answer: the input is not a terminal
   */
  readonly confirm?: (question: string) => Promise<boolean>;
  readonly actions: LabActions;
}
