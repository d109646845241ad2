import type { LabView } from '../assembly/lab-view';
import { cpuMillis, mebibytes } from '../kubernetes/allocatable';
import { type ClusterNode, isRunning, type Pod, selectsPod, takesNoRoom } from '../kubernetes/core-kinds';
import type { NodeClaim, NodePool } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { isTrue } from '../kubernetes/objects';
import { idleCostLines, nodeVolumePricePerHour, unpricedSystemNodes } from '../plan/cost';
import { requestsOf } from '../plan/node-pods';
import { noPriceTable, priceTableOf } from '../plan/price-table';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_GROUP_CAPACITY_TYPE_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from '../well-known-keys';
import { type LabConnection, onLab } from './connected-lab';
import { nodeClassLines, readinessLines } from './diagnosis';
import { RESTORE_NODE_POOL, restoreRelease } from './exercise-commands';
import { pricePerHour } from './exercise-timeline';
import { clusterBegan, type ClusterObjects, labSelections, readLabObjects } from './lab-objects';

/** The state of a lab at one moment. */
export interface LabStatus {
  readonly cluster: string;
  readonly region: string;
  /** When it was seen, as ISO 8601 in UTC. */
  readonly at: string;
  /** Whether Karpenter could launch a node for the exercise now. */
  readonly isReady: boolean;
  /** What keeps it from that, one line each. */
  readonly problems: readonly string[];
  readonly karpenter: { readonly readyReplicas: number; readonly replicas: number };
  /** All NodePools: the lab's, and those that students made. */
  readonly nodePools: readonly NodePoolStatus[];
  readonly nodeClasses: readonly { readonly name: string; readonly isReady: boolean }[];
  /** The exercise's Deployments: the lab's, and those of students. */
  readonly deployments: readonly DeploymentStatus[];
  /** Pods of {@link deployments}. */
  readonly pods: readonly PodStatus[];
  readonly nodeClaims: readonly NodeClaimStatus[];
  readonly nodes: readonly NodeStatus[];
  readonly cost: CostNow;
  /** When AWS deletes the lab by itself, as deployed, in UTC. `lab extend` may have moved it. @default - nothing deletes it */
  readonly expiresAt?: string;
}

/** A NodePool, and how much of its limits its nodes take. */
export interface NodePoolStatus {
  readonly name: string;
  readonly isReady: boolean;
  readonly limits: readonly { readonly resource: string; readonly used: string; readonly limit: string }[];
}

/** A Deployment of the exercise. */
export interface DeploymentStatus {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly readyReplicas: number;
}

/** A pod of the exercise. */
export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  /**
   * - `pending`: it has no node;
   * - `starting`: it has one and does not run yet;
   * - `running`: it runs and is ready;
   * - `ending`: it was asked to go;
   * - `ended`: it has come to an end by itself.
   */
  readonly state: 'pending' | 'starting' | 'running' | 'ending' | 'ended';
  /** @default - it has none */
  readonly nodeName?: string;
}

/** A NodeClaim, and how far it has come. */
export interface NodeClaimStatus {
  readonly name: string;
  readonly nodePoolName: string;
  readonly stage: 'created' | 'launched' | 'registered' | 'initialized' | 'ending';
  /** @default - it is not launched yet */
  readonly instanceType?: string;
  /** @default - it is not launched yet */
  readonly zone?: string;
  /** @default - it is not launched yet */
  readonly capacityType?: string;
}

/** A node, and how full it is. */
export interface NodeStatus {
  readonly name: string;
  /** @default - Karpenter did not launch it: a system node */
  readonly nodePoolName?: string;
  readonly isReady: boolean;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly pods: number;
  /** CPU that its pods request, of what they may, in thousandths of a core. */
  readonly cpuMillis: Fill;
  /** Memory that its pods request, of what they may, in MiB. */
  readonly memoryMiB: Fill;
  /** USD per hour at list price, without its volume. @default - the price table lacks its type */
  readonly pricePerHour?: number;
}

/** How much is requested of what there is. */
export interface Fill {
  readonly requested: number;
  readonly allocatable: number;
}

/** What the lab costs, at list price. An estimate: the bill decides. */
export interface CostNow {
  /** USD per hour of what the stack made: the plan's idle cost. */
  readonly idlePerHour: number;
  /** USD per hour of Karpenter's nodes that are there, with their volumes. */
  readonly karpenterPerHour: number;
  readonly totalPerHour: number;
  /** USD since the lab began. @default - nobody knows since when */
  readonly sinceDeploy?: number;
  /** When the lab began, as ISO 8601 in UTC. @default - unknown */
  readonly since?: string;
  /** Types of instances whose price is in no table, so that every figure is less than the bill. @default - none: the figures are complete */
  readonly unpriced?: readonly string[];
  /** What the figures are of, and what they leave out, one sentence each. */
  readonly basis: readonly string[];
  /** Why there are no figures. Where it is set, they are all 0 and mean nothing. @default - they are known */
  readonly unavailable?: string;
}

/** Whose state is asked for. */
export interface StatusOptions {
  /** Only the exercise of this namespace. @default - those of all namespaces */
  readonly namespace?: string;
  /** What time it is, by which the cost is counted. */
  readonly now: () => Date;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/**
 * Says in what state the lab is. It changes nothing, and asks Kubernetes only.
 *
 * @throws what {@link onLab} throws, and `KubernetesRequestRefused` where the user may not look
 */
export async function labStatus(options: StatusOptions & LabConnection): Promise<LabStatus> {
  return onLab(options, ({ lab, api }) => statusOn(api, lab, options));
}

/** {@link labStatus} on a cluster that is already connected. */
export async function statusOn(api: KubernetesApi, lab: LabView, { namespace, now }: StatusOptions): Promise<LabStatus> {
  const [objects, began] = await Promise.all([readLabObjects(api, labSelections(lab, namespace)), clusterBegan(api)]);
  return statusOf(objects, lab, began, now());
}

/**
 * What a lab's objects say of its state.
 *
 * @param began when the cluster came to be, as ISO 8601
 */
export function statusOf(objects: ClusterObjects, lab: LabView, began: string | undefined, now: Date): LabStatus {
  const { nodePools, nodeClasses, nodeClaims, nodes, pods } = objects;
  const [karpenter] = objects.karpenter;
  const problems = problemsOf(objects, lab);
  return {
    cluster: lab.cluster.name,
    region: lab.stack.region,
    at: now.toISOString(),
    isReady: problems.length === 0,
    problems,
    karpenter: { readyReplicas: karpenter?.readyReplicas ?? 0, replicas: karpenter?.replicas ?? 0 },
    nodePools: nodePools.map(nodePoolStatus),
    nodeClasses: nodeClasses.map((nodeClass) => ({ name: nodeClass.metadata.name, isReady: isTrue(nodeClass, 'Ready') })),
    deployments: objects.exercises.map(({ metadata, replicas, readyReplicas }) => ({ namespace: metadata.namespace ?? '', name: metadata.name, replicas, readyReplicas })),
    pods: pods.filter((pod) => objects.exercises.some((deployment) => selectsPod(deployment, pod))).map(podStatus),
    nodeClaims: nodeClaims.map(nodeClaimStatus),
    nodes: nodeStatuses(nodes, pods, lab.stack.region),
    cost: costNow(lab, nodeClaims, began, now),
    expiresAt: lab.deadline?.expiresAt,
  };
}

function problemsOf({ karpenter, nodePools, nodeClasses }: ClusterObjects, lab: LabView): readonly string[] {
  const [controller] = karpenter;
  const nodePool = nodePools.find(({ metadata }) => metadata.name === lab.nodePool.metadata.name);
  const nodeClass = nodeClasses.find(({ metadata }) => metadata.name === lab.nodeClass.metadata.name);
  return [
    ...(controller === undefined ? [`There is no Deployment ${lab.karpenter.release} in namespace ${lab.karpenter.namespace}. Bring it back: ${restoreRelease(lab.karpenter)}.`] : []),
    ...(controller !== undefined && controller.readyReplicas === 0 ? [`No pod of Karpenter is ready: 0 of ${controller.replicas}.`] : []),
    ...(nodePool === undefined ? [`There is no NodePool ${lab.nodePool.metadata.name}. Bring it back: ${RESTORE_NODE_POOL}.`] : isTrue(nodePool, 'Ready') ? [] : linesOr(readinessLines(nodePool), `NodePool ${lab.nodePool.metadata.name} is not Ready.`)),
    ...(nodeClass === undefined ? [`There is no EC2NodeClass ${lab.nodeClass.metadata.name}. Bring it back: ${RESTORE_NODE_POOL}.`] : isTrue(nodeClass, 'Ready') ? [] : linesOr(nodeClassLines(nodeClass), `EC2NodeClass ${lab.nodeClass.metadata.name} is not Ready.`)),
  ];
}

function linesOr(lines: readonly string[], otherwise: string): readonly string[] {
  return lines.length > 0 ? lines : [otherwise];
}

function nodePoolStatus(nodePool: NodePool): NodePoolStatus {
  const { metadata, limits, resources } = nodePool;
  return {
    name: metadata.name,
    isReady: isTrue(nodePool, 'Ready'),
    limits: Object.entries(limits).map(([resource, limit]) => ({ resource, used: resources[resource] ?? '0', limit })),
  };
}

function podStatus(pod: Pod): PodStatus {
  const { namespace = '', name } = pod.metadata;
  return { namespace, name, state: stateOf(pod), nodeName: pod.nodeName };
}

function stateOf(pod: Pod): PodStatus['state'] {
  if (pod.metadata.deletedAt !== undefined) return 'ending';
  if (takesNoRoom(pod)) return 'ended';
  if (isRunning(pod)) return 'running';
  return pod.nodeName === undefined ? 'pending' : 'starting';
}

const STAGES = [['Initialized', 'initialized'], ['Registered', 'registered'], ['Launched', 'launched']] as const;

function nodeClaimStatus(claim: NodeClaim): NodeClaimStatus {
  const { metadata, nodePoolName, instanceType, zone, capacityType } = claim;
  const reached = STAGES.find(([type]) => isTrue(claim, type))?.[1] ?? 'created';
  return { name: metadata.name, nodePoolName, stage: metadata.deletedAt === undefined ? reached : 'ending', instanceType, zone, capacityType };
}

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
  const capacityType = labels[CAPACITY_TYPE_LABEL] ?? labels[NODE_GROUP_CAPACITY_TYPE_LABEL]?.toLowerCase().replace('_', '-') ?? 'on-demand';
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

const MILLIS_PER_HOUR = 3_600_000;

/**
 * What the lab costs an hour, and has cost since it began.
 *
 * @param began when the cluster came to be, as ISO 8601
 */
export function costNow(lab: LabView, nodeClaims: readonly NodeClaim[], began: string | undefined, now: Date): CostNow {
  const { region } = lab.stack;
  const table = priceTableOf(region);
  if (table === undefined) {
    return { idlePerHour: 0, karpenterPerHour: 0, totalPerHour: 0, basis: [], unavailable: `${noPriceTable(region)}, so no price is given.` };
  }
  const launched = nodeClaims.filter(({ instanceType }) => instanceType !== undefined);
  const volume = nodeVolumePricePerHour(lab, table);
  const priceOf = (claim: NodeClaim): number => (pricePerHour(claim, region) ?? 0) + volume;
  const idlePerHour = sum(idleCostLines(lab, table).map((line) => line.pricePerHour));
  const karpenterPerHour = sum(launched.map(priceOf));
  const unpricedClaims = launched.filter((claim) => pricePerHour(claim, region) === undefined);
  const unpriced = [...unpricedSystemNodes(lab, table).map(({ what }) => what), ...new Set(unpricedClaims.map(({ instanceType }) => `Karpenter nodes, ${instanceType}`))];
  const figures = {
    idlePerHour,
    karpenterPerHour,
    totalPerHour: idlePerHour + karpenterPerHour,
    basis: [
      `An estimate at list prices of ${table.ratesAsOf}: what the template makes, and Karpenter's nodes that are there.`,
      ...(unpriced.length === 0 ? [] : [`Incomplete: without ${unpriced.join('; ')}, which the price table lacks.`]),
    ],
    ...(unpriced.length > 0 && { unpriced }),
  };
  if (began === undefined || Number.isNaN(Date.parse(began))) return figures;
  const hoursSince = (time: string): number => Math.max(0, now.getTime() - Date.parse(time)) / MILLIS_PER_HOUR;
  return {
    ...figures,
    since: began,
    sinceDeploy: idlePerHour * hoursSince(began) + sum(launched.map((claim) => priceOf(claim) * hoursSince(claim.metadata.createdAt))),
    basis: [...figures.basis, 'Since the namespace kube-system was made, some minutes after the control plane is billed. Nodes that are gone again, traffic, logs and tax are left out.'],
  };
}

function sum(prices: readonly number[]): number {
  return prices.reduce((total, price) => total + price, 0);
}
