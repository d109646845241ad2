import type { LaunchedNode } from '../../actions/exercise-result';
import { unitPriceText } from '../format/money-text';
import type { TextLayout } from '../text/text-layout';
import { sectionHeading } from '../text/text-section';
import { textTable } from '../text/text-table';
import { nodesPriceText } from './exercise-sentences';

/** Nodes that Karpenter launched, with their prices. Nothing where there is none. */
export function launchedNodesText(nodes: readonly LaunchedNode[], layout: TextLayout): readonly string[] {
  return nodes.length === 0 ? [] : [
    sectionHeading('Nodes that Karpenter launched', nodesPriceText(nodes), layout),
    ...textTable([
      { heading: 'Node', paint: layout.style.name, isFlexible: true },
      { heading: 'Type' },
      { heading: 'Zone' },
      { heading: 'Pods', align: 'right' },
      { heading: 'USD/h', align: 'right' },
    ], nodes.map((node) => ({
      cells: [
        node.name,
        node.capacityType === 'on-demand' ? node.instanceType : `${node.instanceType} ${node.capacityType}`,
        node.zone,
        String(node.exercisePods),
        node.pricePerHour === undefined ? '?' : unitPriceText(node.pricePerHour),
      ],
    })), layout),
  ];
}
