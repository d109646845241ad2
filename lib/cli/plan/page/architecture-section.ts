import type { PlanResult } from '../../../actions/plan-result';
import { countText } from '../../format/quantity-text';
import { html, type Html } from '../../html/html';
import { architectureDrawing } from './architecture-drawing';
import { pageTable } from '../../html/page-table';

/** The drawing, and the subnets behind it. */
export function architectureSection(plan: PlanResult): Html {
  return html`<h2>Architecture</h2>
<figure>
${architectureDrawing(plan)}
<figcaption>Drawn from the template. Which zone a node lands in is an example: the node group and EC2 decide.</figcaption>
</figure>
${pageTable('Subnets and the addresses in them', [
    { heading: 'Subnet' }, { heading: 'Kind' }, { heading: 'Availability Zone' }, { heading: 'Addresses', isFigure: true }, { heading: 'Logical id' },
  ], plan.network.subnets.map((subnet) => ({
    cells: [subnet.cidr, subnet.kind, subnet.availabilityZone, countText(subnet.usableAddresses), html`<code>${subnet.logicalId}</code>`],
  })))}`;
}
