import type { TimeEstimate, TimelineEntry } from '../../plan/plan-result';
import { durationText } from '../../words';
import { html, type Html } from '../page/html';
import { boxShape, textShape, type TimeAxis, timeAxisShapes, xAt } from '../page/svg-shapes';

const WIDTH = 1080;
const CHART_LEFT = 320;
const CHART_WIDTH = 650;
const AXIS_HEIGHT = 30;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
const FOOT_HEIGHT = 28;
const NARROWEST_BAR = 3;

/** A resource off the critical path is drawn when it takes as long as this. */
const SHORTEST_DRAWN_SECONDS = 30;

/** The resources that are drawn: all of the critical path, and of the others those that take long enough to be seen. */
export function drawnTimeline(time: TimeEstimate): readonly TimelineEntry[] {
  return time.timeline.filter((entry) => entry.isCritical || entry.durationSeconds >= SHORTEST_DRAWN_SECONDS);
}

/** Which resource is made when: a bar each, the critical path apart from the rest. */
export function timelineDrawing(time: TimeEstimate): Html {
  const endSeconds = Math.max(1, time.readySeconds, ...time.timeline.map((entry) => entry.startSeconds + entry.durationSeconds));
  const entries = drawnTimeline(time);
  const bottom = AXIS_HEIGHT + entries.length * ROW_HEIGHT;
  const axis: TimeAxis = { left: CHART_LEFT, width: CHART_WIDTH, top: AXIS_HEIGHT - 6, bottom, endSeconds };
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${bottom + FOOT_HEIGHT}" role="img" aria-labelledby="timeline-title timeline-description">
<title id="timeline-title">Estimated timeline of the deployment</title>
<desc id="timeline-description">${description(time)}</desc>
${timeAxisShapes(axis)}
${entries.map((entry, row) => rowShape(entry, AXIS_HEIGHT + row * ROW_HEIGHT, axis))}
<line class="ready-line" x1="${xAt(axis, time.readySeconds)}" y1="${AXIS_HEIGHT - 6}" x2="${xAt(axis, time.readySeconds)}" y2="${bottom + 4}" />
${textShape(`ready after about ${durationText(time.readySeconds)}`, { x: xAt(axis, time.readySeconds), y: bottom + 19, width: 300 }, 'label', 'end')}
</svg>`;
}

function rowShape(entry: TimelineEntry, top: number, axis: TimeAxis): Html {
  const start = xAt(axis, entry.startSeconds);
  const width = Math.max(NARROWEST_BAR, round(xAt(axis, entry.startSeconds + entry.durationSeconds) - start));
  const baseline = top + 16;
  return html`<g class="${entry.isCritical ? 'critical' : 'other'}"><title>${entry.label}: ${entry.logicalId}, ${entry.type}</title>
${textShape(entry.label, { x: CHART_LEFT - 14, y: baseline, width: CHART_LEFT - 20 }, 'label', 'end')}
${boxShape({ x: start, y: top + (ROW_HEIGHT - BAR_HEIGHT) / 2, width, height: BAR_HEIGHT }, 'span')}
${textShape(durationText(entry.durationSeconds), { x: WIDTH - 4, y: baseline, width: 96 }, 'small', 'end')}</g>`;
}

function description(time: TimeEstimate): string {
  const path = time.criticalPath.map((entry) => `${entry.label} ${durationText(entry.durationSeconds)}`).join(', then ');
  return `Ready after about ${durationText(time.readySeconds)}. Critical path: ${path}.`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
