import type { KindCount } from '../../actions/sweep/sweep-result';
import { KIND_LABELS, type Leftover } from '../../aws/leftovers/leftover';
import type { KeptLeftover } from '../../aws/leftovers/remove-leftovers';
import type { TextLayout } from '../text/text-layout';
import { namedParagraph, sectionHeading } from '../text/text-section';
import { textTable } from '../text/text-table';

/** Leftovers, each with the evidence that it is the lab's. */
export function leftoversText(title: string, leftovers: readonly Leftover[], layout: TextLayout): readonly string[] {
  if (leftovers.length === 0) return [];
  return [
    sectionHeading(title, String(leftovers.length), layout),
    ...textTable([
      { heading: 'Kind', paint: layout.style.name },
      { heading: 'Id' },
      { heading: 'Billed' },
      { heading: 'Evidence', isFlexible: true },
    ], leftovers.map(({ kind, id, isBillable, evidence }) => ({ cells: [KIND_LABELS[kind], shortId(id), isBillable ? 'yes' : 'no', evidence] })), layout),
  ];
}

/** How many of each kind there were, went and are left. */
export function countsText(counts: readonly KindCount[], layout: TextLayout): readonly string[] {
  if (counts.length === 0) return [];
  return [
    sectionHeading('Leftovers', '', layout),
    ...textTable([
      { heading: 'Kind', paint: layout.style.name },
      { heading: 'Found', align: 'right' },
      { heading: 'Removed', align: 'right' },
      { heading: 'Left', align: 'right' },
    ], counts.map(({ label, found, removed, remaining }) => ({ cells: [label, String(found), String(removed), String(remaining)] })), layout),
  ];
}

/** What AWS did not remove, and why. */
export function keptText(kept: readonly KeptLeftover[], layout: TextLayout): readonly string[] {
  return kept.flatMap(({ leftover, reason }) => namedParagraph(`${KIND_LABELS[leftover.kind]} ${leftover.name}`, reason, layout.style.bad, layout));
}

/** The last part of an ARN; an id as it is. */
function shortId(id: string): string {
  return id.startsWith('arn:') ? id.slice(id.lastIndexOf(':') + 1) : id;
}
