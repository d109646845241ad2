import type { LaunchCandidate, LaunchEstimate, PlannedLab, PlanResult } from '../../../actions/plan-result';
import { memoryText } from '../../format/quantity-text';
import { zoneLettersText } from '../../format/zone-text';
import type { TextLayout } from '../../text/text-layout';
import { bulletList, paragraph, sectionHeading } from '../../text/text-section';
import { textTable } from '../../text/text-table';
import { candidatePriceText, likelyNodesText, PRICE_CALCULATED_MARK } from '../launch-sentences';

const SHOWN_CANDIDATES = 3;

/** What Karpenter will most likely launch, and why; or why that is not known. */
export function launchText({ lab, launch }: PlanResult, layout: TextLayout): readonly string[] {
  return launch.unavailable === undefined
    ? [sectionHeading('What Karpenter will most likely launch', 'ESTIMATE', layout), ...estimate(lab, launch, layout)]
    : [sectionHeading('What Karpenter will most likely launch', 'UNKNOWN', layout), ...paragraph(launch.unavailable, layout)];
}

function estimate(lab: PlannedLab, launch: LaunchEstimate, layout: TextLayout): readonly string[] {
  const shown = launch.candidates.slice(0, SHOWN_CANDIDATES);
  return [
    ...paragraph(likelyNodesText(launch.likely), layout).map(layout.style.strong),
    ...bulletList(launch.reasons, layout),
    ...(shown.length === 0 ? [] : candidateTable(shown, lab.region, layout)),
    ...(shown.some(({ isPriceDerived }) => isPriceDerived) ? paragraph(PRICE_CALCULATED_MARK, layout).map(layout.style.muted) : []),
  ];
}

function candidateTable(candidates: readonly LaunchCandidate[], region: string, layout: TextLayout): readonly string[] {
  return textTable([
    { heading: 'Cheapest types', paint: layout.style.name },
    { heading: 'vCPU', align: 'right' },
    { heading: 'Memory', align: 'right' },
    { heading: 'USD/h', align: 'right' },
    { heading: 'Capacity' },
    { heading: 'Zones', isFlexible: true },
  ], candidates.map((candidate) => ({
    cells: [
      candidate.instanceType,
      String(candidate.vcpu),
      memoryText(candidate.memoryMiB),
      candidatePriceText(candidate),
      candidate.capacityType,
      zoneLettersText(candidate.zones, region),
    ],
  })), layout);
}
