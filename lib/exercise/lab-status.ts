import type { LabView } from '../assembly/lab-view';
import { cpuMillis, mebibytes } from '../kubernetes/allocatable';
import { type ClusterScope, type ClusterSnapshot, clusterSnapshot } from '../kubernetes/cluster-model';
import { type ClusterNode, type Deployment, hasPodEnded, isRunning, NAMESPACES, type Pod, selectsPod } from '../kubernetes/core-kinds';
import type { NodeClaim, NodePool } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { unreadyLines, unreadyObjects } from '../kubernetes/node-provisioning';
import { isTrue } from '../kubernetes/objects';
import { requestsOf } from '../plan/node-pods';
import type { RunContext } from '../run-context';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_GROUP_CAPACITY_TYPE_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from '../well-known-keys';
import { type LabConnection, onLab } from './connected-lab';
import { type CostNow, costNow } from './cost-now';
import { RESTORE_NODE_POOL, restoreRelease } from './exercise-commands';
import { pricePerHour } from './exercise-timeline';

/** The state of a lab at one moment. */
export interface LabStatus {
  readonly cluster: string;
  readonly region: string;
  /** When it was seen, as ISO 8601 in UTC. */
  readonly at: string;
  /** Whether Karpenter could launch a node for the exercise now. */
  readonly isReady: boolean;
  /** Why Karpenter could not, one line each. */
  readonly problems: readonly string[];
  readonly karpenter: { readonly readyReplicas: number; readonly replicas: number };
  /** All NodePools, those of students included. */
  readonly nodePools: readonly NodePoolStatus[];
  readonly nodeClasses: readonly { readonly name: string; readonly isReady: boolean }[];
  /** The exercise's Deployments, those of students included. */
  readonly deployments: readonly DeploymentStatus[];
  /** Pods of {@link deployments}. */
  readonly pods: readonly PodStatus[];
  readonly nodeClaims: readonly NodeClaimStatus[];
  readonly nodes: readonly NodeStatus[];
  readonly cost: CostNow;
  /** When AWS deletes the lab by itself, as deployed, in UTC. `lab extend` may have moved it. @default - nothing deletes it */
  readonly expiresAt?: string;
}

/** A NodePool, and how much of its limits its nodes use. */
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
   * - `starting`: it has a node and is not ready yet;
   * - `running`: it runs and is ready;
   * - `ending`: somebody has asked for its deletion;
   * - `ended`: it has succeeded or failed.
   */
  readonly state: 'pending' | 'starting' | 'running' | 'ending' | 'ended';
  /** @default - it has no node */
  readonly nodeName?: string;
}

/** A NodeClaim and its stage. */
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
  /** CPU in thousandths of a core. */
  readonly cpuMillis: Fill;
  /** Memory in MiB. */
  readonly memoryMiB: Fill;
  /** USD per hour at list price, without its volume. @default - the price table lacks its type */
  readonly pricePerHour?: number;
}

/** What the pods of a node request, and what they may request together. */
export interface Fill {
  readonly requested: number;
  readonly allocatable: number;
}

/** Which exercises a status shows. */
export interface StatusOptions {
  /** Only the exercise of this namespace. @default - those of all namespaces */
  readonly namespace?: string;
}

/**
 * Reads the state of the lab. It changes nothing, and asks Kubernetes only.
 *
 * @throws what {@link onLab} throws, and `KubernetesRequestRefused` where the user may not look
 */
export async function labStatus(options: StatusOptions & LabConnection, run: RunContext): Promise<LabStatus> {
  return onLab(options, run, ({ lab, api }) => statusOn(api, lab, options, run));
}

/** {@link labStatus} on a cluster that is already connected. */
export async function statusOn(api: KubernetesApi, lab: LabView, { namespace }: StatusOptions, run: RunContext): Promise<LabStatus> {
  const [cluster, began] = await Promise.all([clusterSnapshot(api, STATUS_SCOPE), clusterBegan(api)]);
  return statusOf(cluster, lab, { namespace, began, now: run.clock.now() });
}

/** What a status reads. It reads all pods of the cluster, because pods of other Deployments fill nodes too. */
export const STATUS_SCOPE: ClusterScope = { deployments: {}, pods: {}, nodes: {}, nodeClaims: {}, nodePools: {}, nodeClasses: {} };

/** The first namespace of every cluster. */
const FIRST_NAMESPACE = 'kube-system';

/** When the cluster was created, as ISO 8601: its control plane creates this namespace first. */
export async function clusterBegan(api: KubernetesApi): Promise<string | undefined> {
  const namespace = await api.get(NAMESPACES, { name: FIRST_NAMESPACE });
  return namespace?.metadata.createdAt;
}

/** {@link clusterBegan}, by namespaces that are read already. */
export function clusterBeganIn({ namespaces }: Pick<ClusterSnapshot, 'namespaces'>): string | undefined {
  return namespaces.find(({ metadata }) => metadata.name === FIRST_NAMESPACE)?.metadata.createdAt;
}

/** What a status needs besides the cluster's objects. */
export interface StatusMoment extends StatusOptions {
  /** When the cluster was created, as ISO 8601. @default - unknown */
  readonly began?: string;
  readonly now: Date;
}

/** The state of a lab, by the objects of its cluster. */
export function statusOf(cluster: ClusterSnapshot, lab: LabView, { namespace, began, now }: StatusMoment): LabStatus {
  const { metadata: { name: exerciseName } } = lab.exercise;
  const { nodePools, nodeClasses, nodeClaims, nodes, pods } = cluster;
  const exercises = cluster.deployments.filter(({ metadata }) => metadata.name === exerciseName && (namespace === undefined || metadata.namespace === namespace));
  const karpenter = karpenterOf(cluster, lab);
  const problems = problemsOf(cluster, lab);
  return {
    cluster: lab.cluster.name,
    region: lab.stack.region,
    at: now.toISOString(),
    isReady: problems.length === 0,
    problems,
    karpenter: { readyReplicas: karpenter?.readyReplicas ?? 0, replicas: karpenter?.replicas ?? 0 },
    nodePools: nodePools.map(nodePoolStatus),
    nodeClasses: nodeClasses.map((nodeClass) => ({ name: nodeClass.metadata.name, isReady: isTrue(nodeClass, 'Ready') })),
    deployments: exercises.map(({ metadata, replicas, readyReplicas }) => ({ namespace: metadata.namespace ?? '', name: metadata.name, replicas, readyReplicas })),
    pods: pods.filter((pod) => exercises.some((deployment) => selectsPod(deployment, pod))).map(podStatus),
    nodeClaims: nodeClaims.map(nodeClaimStatus),
    nodes: nodeStatuses(nodes, pods, lab.stack.region),
    cost: costNow(lab, nodeClaims, began, now),
    expiresAt: lab.deadline?.expiresAt,
  };
}

function karpenterOf({ deployments }: ClusterSnapshot, { karpenter }: LabView): Deployment | undefined {
  return deployments.find(({ metadata }) => metadata.name === karpenter.release && metadata.namespace === karpenter.namespace);
}

function problemsOf(cluster: ClusterSnapshot, lab: LabView): readonly string[] {
  const controller = karpenterOf(cluster, lab);
  const unready = unreadyObjects(cluster, { nodeClasses: [lab.nodeClass.metadata.name], nodePools: [lab.nodePool.metadata.name] });
  return [
    ...(controller === undefined ? [`There is no Deployment ${lab.karpenter.release} in namespace ${lab.karpenter.namespace}. Bring it back: ${restoreRelease(lab.karpenter)}.`] : []),
    ...(controller !== undefined && controller.readyReplicas === 0 ? [`No pod of Karpenter is ready: 0 of ${controller.replicas}.`] : []),
    // A NodePool that was Ready before a change, such as of its limits, counts as Ready until Karpenter says otherwise.
    ...unready.filter(({ object }) => object === undefined || !isTrue(object, 'Ready')).flatMap((one) =>
      one.object === undefined ? unreadyLines(one).map((line) => `${line} Bring it back: ${RESTORE_NODE_POOL}.`) : unreadyLines(one)),
  ];
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
  if (hasPodEnded(pod)) return 'ended';
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
    if (pod.nodeName === undefined || hasPodEnded(pod)) continue;
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
  // A node of a managed node group that names no capacity type is on demand.
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
