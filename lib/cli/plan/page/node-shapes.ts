import type { LaunchedNodes, PlanResult } from '../../../actions/plan-result';
import { countedText } from '../../format/quantity-text';
import { html, type Html } from '../../html/html';
import type { DrawnSystemNode } from './drawn-zones';
import { boxShape, textShape, type Box } from '../../html/svg-shapes';

/** Height of every node in the drawing. */
export const NODE_HEIGHT = 84;

const POD_SIZE = 16;
const POD_GAP = 5;
const MOST_PODS = 8;

/** A node of the managed node group, with Karpenter's controller where it runs. */
export function systemNodeShape(node: DrawnSystemNode, { lab, systemNodes }: PlanResult, box: Box): Html {
  const controller: Box = { x: box.x + 10, y: box.y + 50, width: box.width - 20, height: 24 };
  return html`${boxShape(box, 'node')}
${textShape(systemNodes.instanceType, { x: box.x + 10, y: box.y + 20, width: box.width - 20 }, 'label')}
${textShape('system node', { x: box.x + 10, y: box.y + 38, width: box.width - 20 }, 'small')}
${node.hasKarpenter
    ? html`${boxShape(controller, 'karpenter')}${textShape(`Karpenter ${lab.karpenterVersion}`, { x: controller.x + controller.width / 2, y: controller.y + 16, width: controller.width - 12 }, 'small', 'middle')}`
    : []}`;
}

/** A node that Karpenter would launch, with the exercise's pods on it. */
export function launchedNodeShape(nodes: LaunchedNodes, box: Box): Html {
  const shown = Math.min(nodes.podsEach, MOST_PODS);
  const podsEnd = box.x + 10 + shown * (POD_SIZE + POD_GAP);
  const caption = countedText(nodes.podsEach, 'pod');
  return html`${boxShape(box, 'launched')}
${textShape(nodes.instanceType, { x: box.x + 10, y: box.y + 20, width: box.width - 20 }, 'label')}
${textShape('launched by Karpenter', { x: box.x + 10, y: box.y + 38, width: box.width - 20 }, 'small')}
${Array.from({ length: shown }, (_, index) => boxShape(
    { x: box.x + 10 + index * (POD_SIZE + POD_GAP), y: box.y + 54, width: POD_SIZE, height: POD_SIZE }, 'pod'))}
${textShape(caption, { x: podsEnd + 4, y: box.y + 66, width: box.x + box.width - podsEnd - 8 }, 'small')}`;
}
