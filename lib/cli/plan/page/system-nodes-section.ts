import type { NodeResources, PlanResult, SystemNodeFit } from '../../../actions/plan-result';
import { countText, cpuText, memoryText } from '../../format/quantity-text';
import { html, type Html } from '../../html/html';
import { systemNodeRoom } from '../system-node-room';
import { pageTable, type PageRow } from '../../html/page-table';

/** What runs on the system nodes, and the sum that says whether it fits. */
export function systemNodesSection({ systemNodes }: PlanResult): Html {
  return html`<h2>System nodes${verdict(systemNodes)}</h2>
${pageTable(`${systemNodes.nodeCount} × ${systemNodes.instanceType}, requests of what runs there`, [
    { heading: 'Pod' }, { heading: 'Pods', isFigure: true }, { heading: 'CPU', isFigure: true }, { heading: 'Memory', isFigure: true },
  ], [
    ...systemNodes.pods.map((pod) => ({
      cells: [
        pod.isDaemonSet ? `${pod.name} (DaemonSet)` : pod.name,
        countText(pod.count),
        cpuText(pod.count * pod.cpuMillis),
        memoryText(pod.count * pod.memoryMiB),
      ],
    })),
    sumRow('Requested', systemNodes.requested),
    ...(systemNodes.unavailable === undefined ? [sumRow('Allocatable', systemNodes.allocatable), sumRow('Free', systemNodeRoom(systemNodes).free)] : []),
  ])}
${systemNodes.unavailable === undefined ? [] : html`<p>${systemNodes.unavailable}</p>`}`;
}

function verdict(systemNodes: SystemNodeFit): Html {
  if (systemNodes.unavailable !== undefined) return html`<span class="badge bad">unknown</span>`;
  return systemNodeRoom(systemNodes).isEnough ? html`<span class="badge good">fits</span>` : html`<span class="badge bad">does not fit</span>`;
}

function sumRow(what: string, resources: NodeResources): PageRow {
  return { cells: [what, countText(resources.pods), cpuText(resources.cpuMillis), memoryText(resources.memoryMiB)], isTotal: true };
}
