import type { ExerciseMark } from '../../actions/exercise-result';
import { secondsText } from '../format/duration-text';
import { html, type Html } from '../html/html';
import { boxShape, textShape } from '../html/svg-shapes';
import { timeAxisShapes, xAt, type TimeAxis } from '../html/time-axis';
import { timelineEnd, timelineSpans, type TimelineSpan } from './timeline-spans';

const WIDTH = 1080;
const CHART_LEFT = 190;
const CHART_WIDTH = 480;
const DETAIL_LEFT = 700;
const AXIS_HEIGHT = 30;
const ROW_HEIGHT = 28;
const BAR_HEIGHT = 14;
const FOOT_HEIGHT = 12;
const NARROWEST_BAR = 3;

/** From scaling to Running: a bar for each wait, with what ended it. */
export function exerciseTimelineDrawing(marks: readonly ExerciseMark[]): Html {
  const bottom = AXIS_HEIGHT + marks.length * ROW_HEIGHT;
  const axis: TimeAxis = { left: CHART_LEFT, width: CHART_WIDTH, top: AXIS_HEIGHT - 6, bottom, endSeconds: Math.max(1, timelineEnd(marks)) };
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${bottom + FOOT_HEIGHT}" role="img" aria-labelledby="timeline-title timeline-description">
<title id="timeline-title">Timeline of the exercise, seconds since scaling</title>
<desc id="timeline-description">${description(marks)}</desc>
${timeAxisShapes(axis)}
${timelineSpans(marks).map((span, row) => rowShape(span, AXIS_HEIGHT + row * ROW_HEIGHT, axis))}
</svg>`;
}

function rowShape(span: TimelineSpan, top: number, axis: TimeAxis): Html {
  const start = xAt(axis, span.fromSeconds);
  const width = Math.max(NARROWEST_BAR, Math.round((xAt(axis, span.toSeconds) - start) * 10) / 10);
  const baseline = top + 18;
  return html`<g class="critical">
${textShape(span.event, { x: CHART_LEFT - 14, y: baseline, width: CHART_LEFT - 20 }, 'label', 'end')}
${boxShape({ x: start, y: top + (ROW_HEIGHT - BAR_HEIGHT) / 2, width, height: BAR_HEIGHT }, 'span')}
${textShape(`${secondsText(span.toSeconds)}${span.detail === '' ? '' : `  ${span.detail}`}`, { x: DETAIL_LEFT, y: baseline, width: WIDTH - DETAIL_LEFT - 4 }, 'small')}
</g>`;
}

function description(marks: readonly ExerciseMark[]): string {
  return timelineSpans(marks).map(({ event, toSeconds }) => `${event} after ${secondsText(toSeconds)}`).join(', ');
}
