import type { PlanResult } from '../../../actions/plan-result';
import { clockText, durationText } from '../../format/duration-text';
import { countedText } from '../../format/quantity-text';
import { withFullStop } from '../../format/sentence-text';
import { html, type Html } from '../../html/html';
import { pageTable } from '../../html/page-table';
import { drawnTimeline, timelineDrawing } from './timeline-drawing';

/** When the lab is ready: the timeline drawn, and its critical path as a table. */
export function timeSection({ time }: PlanResult): Html {
  const left = time.timeline.length - drawnTimeline(time).length;
  const others = left === 0 ? '' : `${countedText(left, 'short resource')} off the critical path not drawn. `;
  return html`<h2>Time to ready<span class="badge">estimate</span></h2>
<p class="lead">About ${durationText(time.readySeconds)}</p>
<p>${time.ratioToFloor.toFixed(2)}x of the least possible, which is control plane + node group + Karpenter chart.</p>
<figure>
${timelineDrawing(time)}
<figcaption>Bold names are on the critical path. ${others}Durations: ${withFullStop(time.durationsSource)}</figcaption>
</figure>
${pageTable('The critical path: a shorter lab needs one of these to be shorter.', [
    { heading: 'Resource' }, { heading: 'Type' }, { heading: 'From (min:s)', isFigure: true }, { heading: 'Takes', isFigure: true },
  ], time.criticalPath.map((entry) => ({
    cells: [entry.label, html`<code>${entry.type}</code>`, clockText(entry.startSeconds), durationText(entry.durationSeconds)],
  })))}`;
}
