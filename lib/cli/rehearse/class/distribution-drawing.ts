import type { Distribution } from '../../../actions/exercise-result';
import { secondsText } from '../../format/duration-text';
import { html, type Html } from '../../html/html';
import { boxShape, textShape } from '../../html/svg-shapes';
import { timeAxisShapes, xAt, type TimeAxis } from '../../html/time-axis';

const WIDTH = 1080;
const TOP = 30;
const BAR_TOP = 44;
const BAR_HEIGHT = 26;
const BOTTOM = 84;

/** How long the students took: the whole range, half and 90 of 100 of them, on one axis. */
export function distributionDrawing({ min, median, p90, max }: Distribution): Html {
  const axis: TimeAxis = { left: 40, width: 960, top: TOP - 6, bottom: BOTTOM, endSeconds: Math.max(1, max) };
  const box = (from: number, to: number, className: string): Html =>
    boxShape({ x: xAt(axis, from), y: BAR_TOP, width: Math.max(2, Math.round((xAt(axis, to) - xAt(axis, from)) * 10) / 10), height: BAR_HEIGHT }, className);
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${BOTTOM + 34}" role="img" aria-labelledby="times-title times-description">
<title id="times-title">Seconds from scaling to the last pod running</title>
<desc id="times-description">Fastest ${secondsText(min)}, median ${secondsText(median)}, 90 of 100 within ${secondsText(p90)}, slowest ${secondsText(max)}</desc>
${timeAxisShapes(axis)}
${box(min, max, 'private')}
${box(min, p90, 'launched')}
${box(min, median, 'span-half')}
${textShape(`fastest ${secondsText(min)}, median ${secondsText(median)}, 90 of 100 within ${secondsText(p90)}, slowest ${secondsText(max)}`, { x: axis.left, y: BOTTOM + 22, width: 960 }, 'label')}
</svg>`;
}
