import { durationText } from '../format/duration-text';
import { html, type Html } from './html';
import { textShape } from './svg-shapes';

const MOST_TICKS = 10;
const STEPS_SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Where a drawing's time axis lies, and how long it is. */
export interface TimeAxis {
  readonly left: number;
  readonly width: number;
  /** Where the grid lines begin, below the figures. */
  readonly top: number;
  readonly bottom: number;
  readonly endSeconds: number;
}

/** Where a second lies on the axis. */
export function xAt(axis: TimeAxis, seconds: number): number {
  return Math.round((axis.left + (seconds / axis.endSeconds) * axis.width) * 10) / 10;
}

/** The figures of the axis, each with its grid line. */
export function timeAxisShapes(axis: TimeAxis): readonly Html[] {
  const step = STEPS_SECONDS.find((seconds) => axis.endSeconds / seconds <= MOST_TICKS) ?? Math.ceil(axis.endSeconds / MOST_TICKS);
  return Array.from({ length: Math.floor(axis.endSeconds / step) + 1 }, (_, index) => tickShape(axis, index * step));
}

function tickShape(axis: TimeAxis, seconds: number): Html {
  const x = xAt(axis, seconds);
  return html`<line class="grid" x1="${x}" y1="${axis.top}" x2="${x}" y2="${axis.bottom}" />${
    textShape(seconds === 0 ? '0' : durationText(seconds), { x, y: 16, width: 90 }, 'small', 'middle')}`;
}
