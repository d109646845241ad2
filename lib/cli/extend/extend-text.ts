import type { DeadlineChange, ExtendResult } from '../../actions/extend/extend-result';
import { distanceText, momentText } from '../format/moment-text';
import type { TextLayout } from '../text/text-layout';
import { paragraph, sectionHeading } from '../text/text-section';

const HEADINGS: Readonly<Record<ExtendResult['outcome'], string>> = {
  moved: 'Deadline moved',
  unchanged: 'Deadline unchanged',
  declined: 'Deadline not moved',
};

/** What is about to happen, as a question. */
export function extendQuestion(change: DeadlineChange): string {
  return `Move the deadline of ${change.stackName} (account ${change.account}, ${change.region}) ${movedBy(change)}, `
    + `from ${momentText(new Date(change.from))} to ${momentText(new Date(change.to))}?`;
}

/** What became of the deadline, and how it stays so. */
export function extendText(result: ExtendResult, layout: TextLayout): readonly string[] {
  const isMoved = result.outcome === 'moved';
  const now = isMoved ? result.to : result.from;
  return [
    sectionHeading(HEADINGS[result.outcome], result.stackName, layout),
    ...(isMoved ? [`  It was ${momentText(new Date(result.from))}.`] : []),
    ...paragraph(`AWS deletes the lab at ${momentText(new Date(now))}.`, layout),
    ...(result.isEnabled ? [] : paragraph(`But not while the schedule ${result.scheduleName} is switched off: enable it in the EventBridge Scheduler console.`, layout)),
    ...(isMoved ? paragraph(keepText(result), layout) : []),
  ];
}

function keepText({ to }: ExtendResult): string {
  return 'A deployment with the expiresAt of the last one keeps it. One with another takes its place. '
    + `So write it down: expiresAt: ${to} in lab.yaml.`;
}

function movedBy({ from, to }: DeadlineChange): string {
  const millis = Date.parse(to) - Date.parse(from);
  return `${distanceText(millis)} ${millis < 0 ? 'earlier' : 'later'}`;
}
