import type { PlanResult, TimelineEntry } from '../../../actions/plan-result';
import { clockText, durationText } from '../../format/duration-text';
import { withFullStop } from '../../format/sentence-text';
import type { TextLayout } from '../../text/text-layout';
import { paragraph, sectionHeading } from '../../text/text-section';
import { textTable } from '../../text/text-table';

const BAR_COLUMNS = 20;

/** Neighbours that take less than this share one line. */
const SHORT_SECONDS = 15;

/** When the lab is ready, and the chain of resources that decides it. */
export function timeText({ time }: PlanResult, layout: TextLayout): readonly string[] {
  const ready = `About ${durationText(time.readySeconds)}, ${time.ratioToFloor.toFixed(2)}x of control plane + nodes + Karpenter. Critical path:`;
  return [
    sectionHeading('Time to ready', 'ESTIMATE', layout),
    ...paragraph(ready, layout),
    ...textTable([
      { isFlexible: true },
      { align: 'right' },
      { align: 'right' },
      { paint: layout.style.name },
    ], stretches(time.criticalPath).map((stretch) => ({
      cells: [nameOf(stretch), clockText(stretch.startSeconds), durationText(stretch.durationSeconds), bar(stretch, time.readySeconds, layout)],
    })), layout),
    ...paragraph(`Durations: ${withFullStop(time.durationsSource)}`, layout).map(layout.style.muted),
  ];
}

/** Neighbours on the critical path that share a line. */
interface Stretch {
  readonly labels: readonly string[];
  readonly startSeconds: number;
  readonly durationSeconds: number;
}

function stretches(path: readonly TimelineEntry[]): readonly Stretch[] {
  return path.reduce<readonly Stretch[]>((joined, { label, startSeconds, durationSeconds }) => {
    const last = joined.at(-1);
    const isLong = durationSeconds >= SHORT_SECONDS;
    return last === undefined || isLong || last.durationSeconds >= SHORT_SECONDS
      ? [...joined, { labels: [label], startSeconds, durationSeconds }]
      : [...joined.slice(0, -1), { ...last, labels: [...last.labels, label], durationSeconds: startSeconds + durationSeconds - last.startSeconds }];
  }, []);
}

function nameOf({ labels: [first, ...others] }: Stretch): string {
  return others.length === 0 ? first ?? '' : `${first}, then ${others.length} more`;
}

function bar(stretch: Stretch, readySeconds: number, layout: TextLayout): string {
  const columnsPerSecond = readySeconds > 0 ? BAR_COLUMNS / readySeconds : 0;
  const start = Math.min(BAR_COLUMNS - 1, Math.floor(stretch.startSeconds * columnsPerSecond));
  const length = Math.max(1, Math.round(stretch.durationSeconds * columnsPerSecond));
  return ' '.repeat(start) + layout.style.bar.repeat(Math.min(length, BAR_COLUMNS - start));
}
