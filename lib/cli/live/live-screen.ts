import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../host';
import { displayWidth } from '../text/display-width';
import { eraseLines } from '../text/erase-lines';

/** Lines on a terminal that are drawn anew in their place. */
export interface LiveScreen {
  /** Draws the lines over those that were drawn before. */
  readonly draw: (lines: readonly string[]) => void;
}

const DEFAULT_ROWS = 24;

/** Draws on a terminal. What stands above is left, and what is drawn last stays. */
export function liveScreen(stream: OutputStream): LiveScreen {
  let drawn: readonly string[] = [];
  return {
    draw: (lines) => {
      // The cursor cannot go above the first line of the window, so more than a window is cut.
      const rows = (stream.rows ?? DEFAULT_ROWS) - 1;
      const shown = lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `  and ${lines.length - rows + 1} more lines: make the window higher`];
      stream.write(`${eraseLines(rowsOf(drawn, stream))}${shown.map((line) => `${line.trimEnd()}\n`).join('')}`);
      drawn = shown;
    },
  };
}

/** Rows that lines take now: a window that has become narrower has wrapped them. */
function rowsOf(lines: readonly string[], { columns }: OutputStream): number {
  if (columns === undefined || columns <= 0) return lines.length;
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line).trimEnd()) / columns)), 0);
}
