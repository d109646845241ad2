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
  /** Folder that relative paths on the command line start from. */
  readonly workingDirectory: string;
  /** Aborted when the user presses Ctrl-C, or otherwise asks for an end. */
  readonly signal: AbortSignal;
  /**
   * Lets a verb say something where the user asks for an end a second time, and the process leaves at once.
   *
   * @returns takes it back
   */
  readonly beforeLeaving: (tell: () => void) => () => void;
  readonly clock: Clock;
  /**
   * Asks a person a question that is answered with yes or no. Without an answer it is no.
   *
   * @default - nobody is there to answer: input is no terminal
   */
  readonly confirm?: (question: string) => Promise<boolean>;
  readonly actions: LabActions;
}
