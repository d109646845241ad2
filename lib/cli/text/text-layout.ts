import type { TextStyle } from './text-style';

/** The room that a text has, and how it may look. */
export interface TextLayout {
  /** Columns in a line. */
  readonly width: number;
  readonly style: TextStyle;
}
