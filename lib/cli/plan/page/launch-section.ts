import type { LaunchEstimate, PlannedLab, PlanResult } from '../../../actions/plan-result';
import { cpuText, memoryText } from '../../format/quantity-text';
import { zoneLettersText } from '../../format/zone-text';
import { html, type Html } from '../../html/html';
import { pageTable } from '../../html/page-table';
import { candidateCountText, candidatePriceText, daemonOverheadText, likelyNodesText, PRICE_CALCULATED_MARK } from '../launch-sentences';

const SHOWN_CANDIDATES = 12;

/** What Karpenter will most likely launch, and why; or why that is not known. */
export function launchSection({ lab, launch }: PlanResult): Html {
  return html`<h2>What Karpenter will most likely launch<span class="badge">estimate</span></h2>
${launch.unavailable === undefined ? estimate(lab, launch) : html`<p class="lead">${launch.unavailable}</p>`}`;
}

function estimate(lab: PlannedLab, launch: LaunchEstimate): Html {
  const shown = launch.candidates.slice(0, SHOWN_CANDIDATES);
  return html`<p class="lead">${likelyNodesText(launch.likely)}</p>
<ul>${[...launch.reasons, daemonOverheadText(launch)].map((reason) => html`<li>${reason}</li>`)}</ul>
${pageTable(candidateCountText(launch, shown), [
    { heading: 'Type' },
    { heading: 'vCPU', isFigure: true },
    { heading: 'Memory', isFigure: true },
    { heading: 'Allocatable CPU', isFigure: true },
    { heading: 'USD/h', isFigure: true },
    { heading: 'Capacity' },
    { heading: `Zones of ${lab.region}` },
  ], shown.map((candidate) => ({
    cells: [
      candidate.instanceType,
      candidate.vcpu,
      memoryText(candidate.memoryMiB),
      cpuText(candidate.allocatable.cpuMillis),
      candidatePriceText(candidate),
      candidate.capacityType,
      zoneLettersText(candidate.zones, lab.region),
    ],
  })))}
${shown.some(({ isPriceDerived }) => isPriceDerived) ? html`<p class="muted">${PRICE_CALCULATED_MARK}</p>` : []}`;
}
