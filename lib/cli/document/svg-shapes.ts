import { durationText } from '../../words';
import { cutText, displayWidth } from '../terminal/text-layout';
import { html, type Html } from './html';

/** A rectangle in the units of a drawing. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a text looks in a drawing. Its size is in the page's style sheet. */
export type TextKind = 'title' | 'label' | 'small';

/** Width of an average character: font size times a generous factor, a larger one for bold. */
const CHARACTER_WIDTHS: Readonly<Record<TextKind, number>> = { title: 14 * 0.66, label: 13 * 0.66, small: 11.5 * 0.6 };

/** Width that a text needs at most. */
export function textWidth(text: string, kind: TextKind): number {
  return Math.ceil(displayWidth(text) * CHARACTER_WIDTHS[kind]);
}

/** A rectangle with round corners; its look comes from the class. */
export function boxShape(box: Box, className: string): Html {
  return html`<rect class="${className}" x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="6" />`;
}

/** A text that is cut to the width it has, with the whole of it in its tooltip. */
export function textShape(
  text: string, place: { readonly x: number; readonly y: number; readonly width: number }, kind: TextKind,
  anchor: 'start' | 'middle' | 'end' = 'start',
): Html {
  const shown = cutText(text, Math.floor(place.width / CHARACTER_WIDTHS[kind]));
  const tooltip = shown === text ? [] : html`<title>${text}</title>`;
  return html`<text class="${kind}" x="${place.x}" y="${place.y}" text-anchor="${anchor}">${tooltip}${shown}</text>`;
}

/** Lines through the points, with an arrow head at the end. */
export function arrowShape(points: readonly (readonly [x: number, y: number])[], className: string): Html {
  return html`<polyline class="arrow ${className}" points="${points.map((point) => point.join(',')).join(' ')}" marker-end="url(#arrow-head)" />`;
}

/** The arrow head that {@link arrowShape} ends with. Once in each drawing that has arrows. */
export const ARROW_HEAD: Html = html`<defs><marker id="arrow-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="arrow-head" d="M 0 0 L 10 5 L 0 10 z" /></marker></defs>`;

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
