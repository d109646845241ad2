import type { Timeline, TimelineSpan } from './document';
import { html, type Html } from './html';
import { boxShape, textShape, textWidth, type TimeAxis, timeAxisShapes, xAt } from './svg-shapes';

const WIDTH = 1080;
const AXIS_HEIGHT = 30;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
const MARK_HEIGHT = 28;
const NARROWEST_BAR = 3;
const GAP = 14;
const WIDEST_LABEL = 300;
const WIDEST_NOTE = 380;

/**
 * A bar for each span on an axis of seconds, its label to the left, its figure and detail to the right.
 *
 * @param id the beginning of the ids in the drawing
 */
export function timelineDrawing({ title, spans, mark }: Timeline, id: string): Html {
  const ends = [...spans.map(({ toSeconds }) => toSeconds), mark?.atSeconds ?? 0];
  const left = Math.min(WIDEST_LABEL, Math.max(...spans.map(({ label }) => textWidth(label, 'label')))) + 2 * GAP;
  const right = WIDTH - Math.min(WIDEST_NOTE, Math.max(...spans.map((span) => textWidth(noteOf(span), 'small')))) - 3 * GAP;
  const bottom = AXIS_HEIGHT + spans.length * ROW_HEIGHT;
  const axis: TimeAxis = { left, width: right - left, top: AXIS_HEIGHT - 6, bottom, endSeconds: Math.max(1, ...ends) };
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${bottom + (mark === undefined ? 0 : MARK_HEIGHT)}" role="img" aria-labelledby="${id}-title ${id}-description">
<title id="${id}-title">${title}</title>
<desc id="${id}-description">${mark === undefined ? '' : `${mark.label}. `}${description(spans)}</desc>
${timeAxisShapes(axis)}
${spans.map((span, row) => rowShape(span, AXIS_HEIGHT + row * ROW_HEIGHT, axis))}
${mark === undefined ? [] : markShape(mark, axis)}
</svg>`;
}

function noteOf({ figure, detail = '' }: TimelineSpan): string {
  return detail === '' ? figure : `${figure}, ${detail}`;
}

function description(spans: readonly TimelineSpan[]): string {
  return spans.filter(({ isMuted }) => isMuted !== true).map(({ label, figure }) => `${label} ${figure}`).join(', then ');
}

function rowShape(span: TimelineSpan, top: number, axis: TimeAxis): Html {
  const start = xAt(axis, span.fromSeconds);
  const width = Math.max(NARROWEST_BAR, Math.round((xAt(axis, span.toSeconds) - start) * 10) / 10);
  const baseline = top + 16;
  const noteLeft = axis.left + axis.width + 2 * GAP;
  return html`<g class="${span.isMuted ? 'other' : 'critical'}">${span.tooltip === undefined ? [] : html`<title>${span.tooltip}</title>`}
${textShape(span.label, { x: axis.left - GAP, y: baseline, width: axis.left - GAP }, 'label', 'end')}
${boxShape({ x: start, y: top + (ROW_HEIGHT - BAR_HEIGHT) / 2, width, height: BAR_HEIGHT }, 'span')}
${textShape(noteOf(span), { x: noteLeft, y: baseline, width: WIDTH - noteLeft }, 'small')}</g>`;
}

function markShape({ atSeconds, label }: NonNullable<Timeline['mark']>, axis: TimeAxis): Html {
  const x = xAt(axis, atSeconds);
  return html`<line class="ready-line" x1="${x}" y1="${axis.top}" x2="${x}" y2="${axis.bottom + 4}" />
${textShape(label, { x, y: axis.bottom + 19, width: 300 }, 'label', 'end')}`;
}
