import type { OutputStream } from '../host';
import type { TextLayout } from './text-layout';
import { textStyle } from './text-style';

const DEFAULT_COLUMNS = 80;
const NARROWEST_COLUMNS = 60;
const WIDEST_COLUMNS = 110;

/** Whether a person reads the stream on a terminal that can move its cursor and draw. */
export function isInteractive(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** The layout that suits a stream: colour and line drawing for a person's terminal, plain text of 80 columns for anything else. */
export function streamLayout(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): TextLayout {
  const isCapable = isInteractive(stream, env);
  // https://no-color.org: present and not empty.
  const isColorRefused = (env['NO_COLOR'] ?? '') !== '';
  const columns = stream.isTTY === true ? stream.columns ?? DEFAULT_COLUMNS : DEFAULT_COLUMNS;
  return {
    width: Math.min(WIDEST_COLUMNS, Math.max(NARROWEST_COLUMNS, columns)),
    style: textStyle({ hasColor: isCapable && !isColorRefused, hasLineDrawing: isCapable }),
  };
}
