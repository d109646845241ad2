import type { NodeResources, PlanResult, SystemNodeFit, SystemPod } from '../../../actions/plan-result';
import { countedText, countText, cpuText, memoryText } from '../../format/quantity-text';
import type { TextLayout } from '../../text/text-layout';
import { paragraph, sectionHeading } from '../../text/text-section';
import { textTable, type TextRow } from '../../text/text-table';
import { systemNodeRoom } from '../system-node-room';

/** What runs on the system nodes, and the sum that says whether it fits. DaemonSets share one line. */
export function systemNodesText({ systemNodes }: PlanResult, layout: TextLayout): readonly string[] {
  const daemons = systemNodes.pods.filter(({ isDaemonSet }) => isDaemonSet);
  const rows: readonly TextRow[] = [
    ...systemNodes.pods.filter(({ isDaemonSet }) => !isDaemonSet).map((pod) => sumRow(pod.name, sumOf([pod]))),
    ...(daemons.length === 0 ? [] : [sumRow(countedText(daemons.length, 'DaemonSet'), sumOf(daemons))]),
    { ...sumRow('Requested', systemNodes.requested), isTotal: true },
    ...(systemNodes.unavailable !== undefined ? [] : [{ ...sumRow(`Allocatable on ${systemNodes.nodeCount} x ${systemNodes.instanceType}`, systemNodes.allocatable), isTotal: true }]),
  ];
  return [
    sectionHeading('System nodes', verdict(systemNodes), layout),
    ...textTable([
      { isFlexible: true },
      { heading: 'Pods', align: 'right' },
      { heading: 'CPU', align: 'right' },
      { heading: 'Memory', align: 'right' },
    ], rows, layout),
    ...(systemNodes.unavailable === undefined ? [] : paragraph(systemNodes.unavailable, layout)),
  ];
}

function verdict(systemNodes: SystemNodeFit): string {
  if (systemNodes.unavailable !== undefined) return 'UNKNOWN';
  const room = systemNodeRoom(systemNodes);
  return `${room.isEnough ? 'FITS' : 'DOES NOT FIT'}, ${cpuText(room.free.cpuMillis)} CPU and ${memoryText(room.free.memoryMiB)} free`;
}

function sumOf(pods: readonly SystemPod[]): NodeResources {
  return {
    pods: pods.reduce((sum, { count }) => sum + count, 0),
    cpuMillis: pods.reduce((sum, { count, cpuMillis }) => sum + count * cpuMillis, 0),
    memoryMiB: pods.reduce((sum, { count, memoryMiB }) => sum + count * memoryMiB, 0),
  };
}

function sumRow(what: string, resources: NodeResources): TextRow {
  return { cells: [what, countText(resources.pods), cpuText(resources.cpuMillis), memoryText(resources.memoryMiB)] };
}
