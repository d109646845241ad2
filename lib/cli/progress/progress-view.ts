import type { ProgressListener } from '../../progress';

/** Shows the progress of an action on one stream. */
export interface ProgressView {
  readonly report: ProgressListener;
  /** Writes something else to the terminal, above what the view keeps up to date. */
  readonly around: (write: () => void) => void;
  /** Ends the view. What it kept up to date goes away; lines that are final stay. */
  readonly end: () => void;
}
