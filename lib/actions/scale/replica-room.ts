import type { LabView } from '../../assembly/lab-view';
import { mostReplicas } from '../../config/capacity';
import type { Resources } from '../../estimates/allocatable';
import type { PriceTable } from '../../estimates/price-table';
import { cpuMillis, mebibytes, quantity } from '../../estimates/quantity';
import type { ClusterNode } from '../../kubernetes/cluster-node';
import { selectsPod, type Deployment } from '../../kubernetes/deployment';
import type { NodeClaim } from '../../kubernetes/node-claim';
import type { NodePool } from '../../kubernetes/node-pool';
import { takesNoRoom, type Pod } from '../../kubernetes/pod';
import { nodeVolumePricePerHour } from '../plan/cost';
import { launchOptions, podsThatFit } from '../plan/launch-options';
import { packPods, remainingLimits, type RemainingLimits } from '../plan/node-packing';
import { daemonRequests, requestsOf } from '../plan/node-pods';

/** What decides how many pods of a Deployment a NodePool can hold now. */
export interface RoomQuestion {
  readonly lab: LabView;
  /** Prices of the region, by which Karpenter's choice is estimated. @default - unknown: only the limit itself decides */
  readonly prices?: PriceTable;
  readonly deployment: Deployment;
  /** The NodePool as it is in the cluster: its limits may have been changed. */
  readonly nodePool: NodePool;
  /** NodeClaims, nodes and pods of the whole cluster. */
  readonly nodeClaims: readonly NodeClaim[];
  readonly nodes: readonly ClusterNode[];
  readonly pods: readonly Pod[];
}

/** How many pods find a place. */
export interface ReplicaRoom {
  /** Of the pods asked about, those that find one. */
  readonly held: number;
  /** Nodes that are there and that pods of other Deployments share or fill. */
  readonly nodesThere: number;
  /** New nodes that Karpenter may still launch for the rest, by instance type. */
  readonly newNodes: Readonly<Record<string, number>>;
  /** USD per hour of the new nodes with their volumes, at list price. @default - unknown */
  readonly newNodesPerHour?: number;
}

/**
 * How many of so many pods a NodePool can hold within its limits: those that fit on its nodes beside the pods of others, and
 * those on nodes that it may still launch. The same estimate as the plan's, with the cluster's own figures.
 */
export function replicaRoom(replicas: number, question: RoomQuestion): ReplicaRoom {
  const { nodePool, prices, lab, deployment } = question;
  const pod: Resources = { ...requestsOf(deployment.containerRequests), pods: 1 };
  const { limits } = nodePool;
  if (limits['cpu'] === undefined && limits['memory'] === undefined) return { held: replicas, nodesThere: 0, newNodes: {} };
  const there = nodesThere(question);
  if (prices === undefined) {
    const { cpu } = limits;
    const request = `${pod.cpuMillis}m`;
    return { held: cpu === undefined || pod.cpuMillis === 0 ? replicas : Math.min(replicas, mostReplicas(quantity(cpu), request)), nodesThere: there.length, newNodes: {} };
  }
  const daemons = daemonRequests(lab);
  const onNodesThere = there.reduce((sum, node) => sum + podsThatFit(node.allocatable, node.taken ?? daemons, pod), 0);
  const left = Math.max(0, replicas - onNodesThere);
  const packing = packPods(left, launchOptions(lab, prices, pod, daemons).options, stillLaunchable(limits, there));
  const newNodes: Record<string, number> = {};
  for (const { chosen } of packing.nodes) newNodes[chosen.type.name] = (newNodes[chosen.type.name] ?? 0) + 1;
  const volume = nodeVolumePricePerHour(lab, prices);
  const newNodesPerHour = packing.nodes.reduce((sum, { chosen }) => sum + chosen.pricePerHour + volume, 0);
  return { held: replicas - packing.pendingPods, nodesThere: there.length, newNodes, newNodesPerHour };
}

/** A node of the NodePool, or one that is on its way. */
interface NodeThere {
  readonly capacity: RemainingLimits;
  readonly allocatable: Resources;
  /** What pods of others take of it. @default - unknown: it is not registered yet */
  readonly taken?: Resources;
}

/** Nodes that stay: what is being removed frees its part of the limit. */
function nodesThere({ nodePool, nodeClaims, nodes, pods, deployment }: RoomQuestion): readonly NodeThere[] {
  return nodeClaims
    .filter(({ metadata, nodePoolName, capacity }) => nodePoolName === nodePool.metadata.name && metadata.deletedAt === undefined && 'cpu' in capacity)
    .map((claim) => {
      const node = nodes.find(({ metadata }) => metadata.name === claim.nodeName);
      const others = pods.filter((pod) => node !== undefined && pod.nodeName === node.metadata.name && !takesNoRoom(pod) && !selectsPod(deployment, pod));
      return {
        capacity: { cpuMillis: cpuMillis(claim.capacity['cpu'] ?? '0'), memoryMiB: mebibytes(claim.capacity['memory'] ?? '0') },
        allocatable: resourcesOf(node?.allocatable ?? {}, claim),
        taken: node === undefined ? undefined : sumOf(others),
      };
    });
}

/** What the node says of itself, or, where it does not yet, what Karpenter expects of it. */
function resourcesOf(allocatable: Readonly<Record<string, string>>, claim: NodeClaim): Resources {
  const value = (resource: string): string => allocatable[resource] ?? claim.allocatable[resource] ?? claim.capacity[resource] ?? '0';
  return { cpuMillis: cpuMillis(value('cpu')), memoryMiB: mebibytes(value('memory')), pods: quantity(value('pods')) };
}

function stillLaunchable(limits: Readonly<Record<string, string>>, there: readonly NodeThere[]): RemainingLimits {
  const all = remainingLimits(limits);
  return {
    cpuMillis: there.reduce((left, { capacity }) => left - capacity.cpuMillis, all.cpuMillis),
    memoryMiB: there.reduce((left, { capacity }) => left - capacity.memoryMiB, all.memoryMiB),
  };
}

function sumOf(pods: readonly Pod[]): Resources {
  const requests = pods.map(({ containerRequests }) => requestsOf(containerRequests));
  return {
    cpuMillis: requests.reduce((sum, each) => sum + each.cpuMillis, 0),
    memoryMiB: requests.reduce((sum, each) => sum + each.memoryMiB, 0),
    pods: pods.length,
  };
}
