import type { LaunchCandidate, LaunchEstimate, LaunchedNodes } from '../../actions/plan-result';
import { hourlyText, unitPriceText } from '../format/money-text';
import { countedText, cpuText, memoryText } from '../format/quantity-text';

/** What the mark on a price means. */
export const PRICE_CALCULATED_MARK = '~ calculated from sister types, because no source has the price.';

/** The most likely nodes: `1 x c5a.2xlarge with 5 pods on each, 0.344 USD/h`. */
export function likelyNodesText(likely: readonly LaunchedNodes[]): string {
  return likely.length === 0
    ? 'no node: nothing that the NodePool allows holds these pods'
    : likely.map((nodes) => `${nodes.count} x ${nodes.instanceType} with ${countedText(nodes.podsEach, 'pod')}${nodes.count > 1 ? ' on each' : ''}, ${
      hourlyText(nodes.count * nodes.pricePerHour)}`).join('; ');
}

/** What the DaemonSets take of each node that Karpenter launches. */
export function daemonOverheadText({ daemonOverhead }: LaunchEstimate): string {
  return `DaemonSets take ${cpuText(daemonOverhead.cpuMillis)} CPU, ${memoryText(daemonOverhead.memoryMiB)} and `
    + `${countedText(daemonOverhead.pods, 'pod slot')} on each node.`;
}

/** The price of a candidate, marked where it was calculated. */
export function candidatePriceText({ pricePerHour, isPriceDerived }: LaunchCandidate): string {
  return `${isPriceDerived === true ? '~' : ''}${unitPriceText(pricePerHour)}`;
}

/** How the shown candidates relate to all there are. */
export function candidateCountText(launch: LaunchEstimate, shown: readonly LaunchCandidate[]): string {
  return `${shown.length} of ${countedText(launch.candidates.length, 'type')} that hold all pods on one node; `
    + `the NodePool allows ${countedText(launch.compatibleTypeCount, 'type')}.`;
}
