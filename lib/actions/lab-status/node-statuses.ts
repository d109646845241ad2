import { cpuMillis, mebibytes } from '../../estimates/quantity';
import type { ClusterNode } from '../../kubernetes/cluster-node';
import { isTrue } from '../../kubernetes/condition';
import { takesNoRoom, type Pod } from '../../kubernetes/pod';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from '../../kubernetes/well-known-labels';
import { pricePerHour } from '../exercise/launched-nodes';
import { requestsOf } from '../plan/node-pods';
import type { NodeStatus } from './lab-status-result';

/** Nodes with their price and how full they are, the system's first. */
export function nodeStatuses(nodes: readonly ClusterNode[], pods: readonly Pod[], region: string): readonly NodeStatus[] {
  const podsOf = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (pod.nodeName === undefined || takesNoRoom(pod)) continue;
    const onNode = podsOf.get(pod.nodeName) ?? [];
    onNode.push(pod);
    podsOf.set(pod.nodeName, onNode);
  }
  return nodes
    .map((node) => nodeStatus(node, podsOf.get(node.metadata.name) ?? [], region))
    .toSorted((a, b) => Number(a.nodePoolName !== undefined) - Number(b.nodePoolName !== undefined) || a.name.localeCompare(b.name));
}

function nodeStatus(node: ClusterNode, pods: readonly Pod[], region: string): NodeStatus {
  const { name, labels } = node.metadata;
  const requests = pods.map(({ containerRequests }) => requestsOf(containerRequests));
  const instanceType = labels[INSTANCE_TYPE_LABEL];
  // Nodes of a managed node group say nothing of it; they are on demand unless spot was asked for.
  const capacityType = labels[CAPACITY_TYPE_LABEL] ?? labels['eks.amazonaws.com/capacityType']?.toLowerCase().replace('_', '-') ?? 'on-demand';
  return {
    name,
    nodePoolName: labels[NODE_POOL_LABEL],
    isReady: isTrue(node, 'Ready') && node.metadata.deletedAt === undefined,
    instanceType: instanceType ?? '',
    zone: labels[ZONE_LABEL] ?? '',
    capacityType,
    pods: pods.length,
    cpuMillis: { requested: requests.reduce((sum, each) => sum + each.cpuMillis, 0), allocatable: cpuMillis(node.allocatable['cpu'] ?? '0') },
    memoryMiB: { requested: Math.round(requests.reduce((sum, each) => sum + each.memoryMiB, 0)), allocatable: Math.round(mebibytes(node.allocatable['memory'] ?? '0')) },
    pricePerHour: pricePerHour({ instanceType, capacityType }, region),
  };
}
