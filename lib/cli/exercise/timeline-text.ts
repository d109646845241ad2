import type { ExerciseMark } from '../../actions/exercise-result';
import { secondsText } from '../format/duration-text';
import type { TextLayout } from '../text/text-layout';
import { sectionHeading } from '../text/text-section';
import { textTable } from '../text/text-table';
import { timelineEnd, timelineSpans, type TimelineSpan } from './timeline-spans';

/** What part of a line the bars may take. */
const BAR_SHARE = 0.25;

/** From scaling to Running: a line for each wait, with what ended it. Nothing where there is no moment. */
export function timelineText(timeline: readonly ExerciseMark[], layout: TextLayout): readonly string[] {
  const endSeconds = timelineEnd(timeline);
  return timeline.length === 0 ? [] : [
    sectionHeading('Timeline', 'seconds since scaling', layout),
    ...textTable([
      {},
      { align: 'right' },
      { paint: layout.style.name },
      { isFlexible: true },
    ], timelineSpans(timeline).map((span) => ({
      cells: [span.event, secondsText(span.toSeconds), bar(span, endSeconds, layout), span.detail],
    })), layout),
  ];
}

function bar({ fromSeconds, toSeconds }: TimelineSpan, endSeconds: number, layout: TextLayout): string {
  const columns = Math.floor(layout.width * BAR_SHARE);
  const columnsPerSecond = endSeconds > 0 ? columns / endSeconds : 0;
  const start = Math.min(columns - 1, Math.floor(fromSeconds * columnsPerSecond));
  const length = Math.max(1, Math.round((toSeconds - fromSeconds) * columnsPerSecond));
  return ' '.repeat(start) + layout.style.bar.repeat(Math.min(length, columns - start));
}
