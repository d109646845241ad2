import type { LabView } from '../assembly/lab-view';
import { mostReplicas, smallestCpuLimit } from '../config/rules';
import { cpuMillis, mebibytes, quantity, type Resources } from '../kubernetes/allocatable';
import { type ClusterSnapshot, clusterSnapshot, nodeOf } from '../kubernetes/cluster-model';
import { type Deployment, hasPodEnded, type Pod, selectorText, selectsPod } from '../kubernetes/core-kinds';
import type { NodeClaim, NodePool } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LabError } from '../lab-error';
import { nodeVolumePricePerHour } from '../plan/cost';
import { launchOptions, podsThatFit } from '../plan/launch-options';
import { packPods, remainingLimits, type RemainingLimits } from '../plan/node-packing';
import { daemonRequests, requestsOf } from '../plan/node-pods';
import { type PriceTable, priceTableOf } from '../plan/price-table';
import { counted, listed } from '../words';
import { labelLines, limitLines, serves } from './diagnosis';
import { exerciseCommands, RESTORE_NODE_POOL } from './exercise-commands';
import { expectationsOf } from './expectations';

/** What decides how many pods of a Deployment a NodePool has room for. */
export interface RoomQuestion {
  readonly lab: LabView;
  /** Prices of the region, by which Karpenter's choice is estimated. @default - unknown: only the CPU limit decides */
  readonly prices?: PriceTable;
  readonly deployment: Deployment;
  /** The NodePool as it is in the cluster: its limits may have been changed. */
  readonly nodePool: NodePool;
  /** NodeClaims, nodes and pods of the whole cluster. */
  readonly cluster: Pick<ClusterSnapshot, 'nodeClaims' | 'nodes' | 'pods'>;
}

/** How many pods have room, and where. */
export interface ReplicaRoom {
  /** How many of the pods have room. */
  readonly held: number;
  /** Present nodes of the NodePool, those on their way included. */
  readonly nodesThere: number;
  /** New nodes that Karpenter may still launch for the rest, by instance type. */
  readonly newNodes: Readonly<Record<string, number>>;
  /** USD per hour of the new nodes with their volumes, at list price. @default - unknown */
  readonly newNodesPerHour?: number;
}

/**
 * Estimates how many pods a NodePool has room for within its limits: on its present nodes beside the pods of other Deployments,
 * and on nodes that Karpenter may still launch. It is the plan's estimate, with the cluster's own figures.
 *
 * @param replicas all pods of the Deployment, those that run already included
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

/** A present node of the NodePool, or one on its way. */
interface NodeThere {
  readonly capacity: RemainingLimits;
  readonly allocatable: Resources;
  /** What pods of other Deployments request on it. @default - unknown: it is not registered yet */
  readonly taken?: Resources;
}

/** Nodes that nobody is removing: a node that is being removed frees its part of the limit. */
function nodesThere({ nodePool, cluster, deployment }: RoomQuestion): readonly NodeThere[] {
  return cluster.nodeClaims
    .filter(({ metadata, nodePoolName, capacity }) => nodePoolName === nodePool.metadata.name && metadata.deletedAt === undefined && 'cpu' in capacity)
    .map((claim) => {
      const node = nodeOf(cluster, claim);
      const others = cluster.pods.filter((pod) => node !== undefined && pod.nodeName === node.metadata.name && !hasPodEnded(pod) && !selectsPod(deployment, pod));
      return {
        capacity: { cpuMillis: cpuMillis(claim.capacity['cpu'] ?? '0'), memoryMiB: mebibytes(claim.capacity['memory'] ?? '0') },
        allocatable: resourcesOf(node?.allocatable ?? {}, claim),
        taken: node === undefined ? undefined : sumOf(others),
      };
    });
}

/** Allocatable resources by the node itself, or, before it is registered, by its NodeClaim. */
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

/**
 * Refuses a scaling whose pods would stay pending: because no present node and no NodePool matches their nodeSelector, or because
 * the lab's NodePool has no room for so many within its limits in the cluster.
 *
 * @returns where the pods have room
 * @throws LabError `NodePoolMissing`, `NodeSelectorUnserved` or `ReplicasBeyondLimits`
 */
export async function checkRoom(api: KubernetesApi, lab: LabView, deployment: Deployment, replicas: number): Promise<ReplicaRoom> {
  const { name } = lab.nodePool.metadata;
  const cluster = await clusterSnapshot(api, { nodePools: {}, nodeClaims: {}, nodes: {}, pods: {} });
  const { nodePools } = cluster;
  const nodePool = nodePools.find(({ metadata }) => metadata.name === name);
  if (nodePool === undefined) {
    throw new LabError({
      code: 'NodePoolMissing',
      message: 'The cluster lacks the NodePool that launches nodes for the exercise, so no pod would ever run.',
      received: name,
      remedy: `Bring it back: ${RESTORE_NODE_POOL}.`,
    });
  }
  const { nodeSelector } = deployment;
  const isServed = nodePools.some((each) => serves(each, nodeSelector))
    || cluster.nodes.some(({ metadata }) => Object.entries(nodeSelector).every(([key, value]) => metadata.labels[key] === value));
  if (!isServed) throw selectorUnserved(lab, deployment, nodePools);
  const room = replicaRoom(replicas, { lab, prices: priceTableOf(lab.stack.region), deployment, nodePool, cluster });
  if (room.held >= replicas) return room;
  throw beyondLimits(deployment, nodePool, room, replicas);
}

function selectorUnserved(lab: LabView, { metadata, nodeSelector }: Deployment, nodePools: readonly NodePool[]): LabError {
  const lines = labelLines(nodePools, nodeSelector);
  const { namespace } = metadata;
  const { deploy } = exerciseCommands({ ...expectationsOf(lab), ...(namespace === undefined ? {} : { namespace }) });
  return new LabError({
    code: 'NodeSelectorUnserved',
    message: `No pod of ${metadata.name} would ever run. ${lines.length > 0 ? lines.join(' ') : `No NodePool gives its nodes all labels of ${selectorText(nodeSelector)}.`}`,
    received: selectorText(nodeSelector),
    remedy: `Correct the nodeSelector to ${selectorText(lab.exercise.nodeSelector)}, and apply it: ${deploy}.`,
  });
}

function beyondLimits({ metadata, cpuRequest = '0' }: Deployment, nodePool: NodePool, room: ReplicaRoom, replicas: number): LabError {
  const { limits, metadata: { name } } = nodePool;
  const limit = listed(Object.entries(limits).map(([resource, value]) => `${resource} ${value}`));
  const newNodes = Object.entries(room.newNodes).map(([type, count]) => `${count} × ${type}`);
  const places = [
    ...(room.nodesThere === 0 ? [] : [`what is free on ${counted(room.nodesThere, 'node')} that ${room.nodesThere === 1 ? 'is' : 'are'} there`]),
    ...(newNodes.length === 0 ? [] : [`new nodes such as ${listed(newNodes)}`]),
  ];
  const enough = cpuRequest === '0' ? '' : ` to cpu ${smallestCpuLimit(replicas, cpuRequest)} at least`;
  return new LabError({
    code: 'ReplicasBeyondLimits',
    message: [
      `NodePool ${name} may launch ${limit} in all, which holds at most ${counted(room.held, 'pod')} of ${metadata.name} (${cpuRequest} CPU each)`,
      places.length === 0 ? '' : ` on ${places.join(' and ')}`,
      `: ${counted(replicas - room.held, 'pod')} would stay pending. `,
      ...limitLines(nodePool),
    ].join(''),
    received: replicas,
    remedy: `Scale to ${room.held} or fewer, or raise the limit${enough}: karpenter.limits in lab.yaml and deploy again, or kubectl edit nodepool ${name}.`,
  });
}
