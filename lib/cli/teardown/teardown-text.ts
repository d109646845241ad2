import type { AccountedLeftover, TeardownInventory, TeardownResult } from '../../actions/teardown/teardown-result';
import { KIND_LABELS } from '../../aws/leftovers/leftover';
import { countedText } from '../format/quantity-text';
import { keptText, leftoversText } from '../sweep/leftovers-text';
import type { TextLayout } from '../text/text-layout';
import { bulletList, paragraph, sectionHeading } from '../text/text-section';
import { textTable } from '../text/text-table';
import { wrapText } from '../text/wrap-text';

/** What there is before anything is changed. */
export function inventoryText(inventory: TeardownInventory, layout: TextLayout): readonly string[] {
  const { stackStatus, stackResourceCount, clusterStatus, objects, leftovers } = inventory;
  return [
    sectionHeading('What there is', '', layout),
    ...paragraph(stackStatus === undefined ? 'There is no stack.' : `The stack has ${countedText(stackResourceCount, 'resource')} and is ${stackStatus}.`, layout),
    ...paragraph(clusterStatus === undefined ? 'There is no cluster.' : `The cluster is ${clusterStatus}.`, layout),
    ...(objects.length === 0 ? [] : [sectionHeading('To drain in the cluster', String(objects.length), layout), ...bulletList(objects, layout)]),
    ...leftoversText('In AWS, by exact tags and paths', leftovers, layout),
  ];
}

const SENTENCES: Readonly<Record<TeardownResult['outcome'], string>> = {
  clean: 'The lab is removed. Nothing of it is left.',
  remained: 'The lab is removed, but something of it is left.',
  listed: 'This is what a teardown would remove. Nothing was changed.',
  declined: 'Nothing was changed.',
};

/** The evidence: what existed, who removed what, and what remains. */
export function teardownText(result: TeardownResult, layout: TextLayout): readonly string[] {
  const { outcome, inventory, stages, terminatedInstances, accounted, kept, remaining, isBillableLeft } = result;
  const headline = `${SENTENCES[outcome]}${outcome === 'remained' && isBillableLeft ? ' AWS bills for it.' : ''}`;
  const shownHeadline = wrapText(headline, layout.width).map(outcome === 'remained' ? layout.style.bad : layout.style.strong);
  if (outcome === 'declined') return shownHeadline;
  if (outcome === 'listed') return [...inventoryText(inventory, layout), '', ...shownHeadline];
  return [
    ...shownHeadline,
    '',
    sectionHeading('Stages', '', layout),
    ...textTable([{ paint: layout.style.name }, {}, { isFlexible: true }], stages.map(({ stage, outcome: done, detail }) => ({ cells: [stage, done, detail] })), layout),
    ...(terminatedInstances.length === 0 ? [] : paragraph(`Karpenter did not end these in time, so they were terminated by their exact tags: ${terminatedInstances.join(', ')}.`, layout)),
    ...accountedText(accounted, layout),
    ...keptText(kept, layout),
    ...leftoversText('Left', remaining, layout),
  ];
}

function accountedText(accounted: readonly AccountedLeftover[], layout: TextLayout): readonly string[] {
  if (accounted.length === 0) return [];
  return [
    '',
    sectionHeading('What existed in AWS, by exact tags and paths', String(accounted.length), layout),
    ...textTable([
      { heading: 'Kind', paint: layout.style.name },
      { heading: 'Name', isFlexible: true },
      { heading: 'Removed by' },
    ], accounted.map(({ kind, name, removedBy }) => ({ cells: [KIND_LABELS[kind], name, removedBy ?? 'nobody: it is left'] })), layout),
  ];
}
