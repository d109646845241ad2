import { type Clock, machineClock } from '../run-context';
import type { Watched } from '../wait-for';
import {
  type ClusterEvent, type ClusterNode, type Deployment, DEPLOYMENTS, EVENTS, isRunning, type Namespace, NAMESPACES, NODES, type Pod, PODS,
} from './core-kinds';
import { EC2_NODE_CLASSES, type Ec2NodeClass, NODE_CLAIMS, NODE_POOLS, type NodeClaim, type NodePool } from './karpenter-kinds';
import type { KubernetesApi, Selection } from './kubernetes-api';
import { type ListChange, LiveList } from './live-list';
import { MomentLog } from './moment-log';
import { isTrue, type ObjectMetadata, type ResourceKind } from './objects';

/** Objects of the cluster at one moment. The lists of kinds outside the scope are empty. */
export interface ClusterSnapshot {
  readonly namespaces: readonly Namespace[];
  readonly deployments: readonly Deployment[];
  readonly pods: readonly Pod[];
  readonly events: readonly ClusterEvent[];
  readonly nodes: readonly ClusterNode[];
  readonly nodeClaims: readonly NodeClaim[];
  readonly nodePools: readonly NodePool[];
  readonly nodeClasses: readonly Ec2NodeClass[];
}

/** Which objects to read, by kind. Kinds that are left out are not read. */
export type ClusterScope = { readonly [Kind in keyof ClusterSnapshot]?: Selection };

/** Lists the objects of a scope once. */
export async function clusterSnapshot(api: KubernetesApi, scope: ClusterScope): Promise<ClusterSnapshot> {
  const read = async <T>(kind: ResourceKind<T>, selection: Selection | undefined): Promise<readonly T[]> =>
    selection === undefined ? [] : (await api.list(kind, selection)).items;
  const [namespaces, deployments, pods, events, nodes, nodeClaims, nodePools, nodeClasses] = await Promise.all([
    read(NAMESPACES, scope.namespaces), read(DEPLOYMENTS, scope.deployments), read(PODS, scope.pods), read(EVENTS, scope.events),
    read(NODES, scope.nodes), read(NODE_CLAIMS, scope.nodeClaims), read(NODE_POOLS, scope.nodePools), read(EC2_NODE_CLASSES, scope.nodeClasses),
  ]);
  return { namespaces, deployments, pods, events, nodes, nodeClaims, nodePools, nodeClasses };
}

/** Pods that run and are ready. */
export function runningPods({ pods }: Pick<ClusterSnapshot, 'pods'>): readonly Pod[] {
  return pods.filter(isRunning);
}

/** Pods whose deletion nobody has asked for. */
export function livePods({ pods }: Pick<ClusterSnapshot, 'pods'>): readonly Pod[] {
  return pods.filter(({ metadata }) => metadata.deletedAt === undefined);
}

/** Names of the nodes that pods are on, each once. */
export function nodeNamesOf(pods: readonly Pod[]): readonly string[] {
  return [...new Set(pods.flatMap(({ nodeName }) => nodeName ?? []))];
}

/** The node of a NodeClaim, once it is registered. */
export function nodeOf({ nodes }: Pick<ClusterSnapshot, 'nodes'>, { nodeName }: NodeClaim): ClusterNode | undefined {
  return nodes.find(({ metadata }) => metadata.name === nodeName);
}

/** Whether the node of a NodeClaim is registered and Ready. */
export function isNodeReady(cluster: Pick<ClusterSnapshot, 'nodes'>, claim: NodeClaim): boolean {
  const node = nodeOf(cluster, claim);
  return isTrue(claim, 'Registered') && node !== undefined && isTrue(node, 'Ready');
}

/** How a model watches. */
export interface ClusterModelOptions {
  /** Seconds that the API server may be out of reach before the model fails; Infinity: it never fails. @default 60 */
  readonly patienceSeconds?: number;
  /** Clock that times moments. @default - the computer's */
  readonly clock?: Clock;
}

type LiveLists = { readonly [Kind in keyof ClusterSnapshot]?: LiveList<ClusterSnapshot[Kind][number]> };

/**
 * The objects of a scope as they are now: listed once, then kept up to date by watches. NodeClaims count as new, and moments are
 * timed, since the start or the last {@link mark}.
 *
 * @example
 * const cluster = await ClusterModel.start(api, { pods: { namespace: 'karpenter-test' }, nodeClaims: {}, nodes: {} });
 * await waitFor(() => runningPods(cluster).length === 5, { what: '5 pods run', deadlineSeconds: 300, on: [cluster], describeMissing: () => [] });
 */
export class ClusterModel implements ClusterSnapshot, Watched {
  /** Lists the objects and begins to watch them. The API's signal ends the watches. */
  static async start(api: KubernetesApi, scope: ClusterScope, { patienceSeconds, clock = machineClock }: ClusterModelOptions = {}): Promise<ClusterModel> {
    const live = async <T extends { readonly metadata: ObjectMetadata }>(kind: ResourceKind<T>, selection: Selection | undefined): Promise<LiveList<T> | undefined> =>
      selection === undefined ? undefined : LiveList.start(api, kind, selection, patienceSeconds);
    const [namespaces, deployments, pods, events, nodes, nodeClaims, nodePools, nodeClasses] = await Promise.all([
      live(NAMESPACES, scope.namespaces), live(DEPLOYMENTS, scope.deployments), live(PODS, scope.pods), live(EVENTS, scope.events),
      live(NODES, scope.nodes), live(NODE_CLAIMS, scope.nodeClaims), live(NODE_POOLS, scope.nodePools), live(EC2_NODE_CLASSES, scope.nodeClasses),
    ]);
    return new ClusterModel({ namespaces, deployments, pods, events, nodes, nodeClaims, nodePools, nodeClasses }, clock);
  }

  /** When the watches saw pods, NodeClaims and nodes created, launched and Ready. */
  readonly moments: MomentLog;
  private readonly all: readonly NonNullable<LiveLists[keyof LiveLists]>[];
  private earlierClaims: ReadonlySet<string>;

  private constructor(private readonly lists: LiveLists, clock: Clock) {
    this.all = Object.values(lists).filter((list) => list !== undefined);
    this.moments = new MomentLog(clock);
    if (lists.pods !== undefined) this.moments.follow(lists.pods);
    if (lists.nodeClaims !== undefined) this.moments.follow(lists.nodeClaims);
    if (lists.nodes !== undefined) this.moments.follow(lists.nodes);
    this.earlierClaims = this.presentClaims();
  }

  get namespaces(): readonly Namespace[] {
    return this.lists.namespaces?.items ?? [];
  }

  get deployments(): readonly Deployment[] {
    return this.lists.deployments?.items ?? [];
  }

  get pods(): readonly Pod[] {
    return this.lists.pods?.items ?? [];
  }

  get events(): readonly ClusterEvent[] {
    return this.lists.events?.items ?? [];
  }

  get nodes(): readonly ClusterNode[] {
    return this.lists.nodes?.items ?? [];
  }

  get nodeClaims(): readonly NodeClaim[] {
    return this.lists.nodeClaims?.items ?? [];
  }

  get nodePools(): readonly NodePool[] {
    return this.lists.nodePools?.items ?? [];
  }

  get nodeClasses(): readonly Ec2NodeClass[] {
    return this.lists.nodeClasses?.items ?? [];
  }

  get failure(): unknown {
    return this.all.find(({ failure }) => failure !== undefined)?.failure;
  }

  /** Why a watch is cut off, while it tries to reconnect. Undefined while all are connected. */
  get interruption(): unknown {
    return this.all.find(({ interruption }) => interruption !== undefined)?.interruption;
  }

  onChange(listener: () => void): () => void {
    const endings = this.all.map((list) => list.onChange(listener));
    return () => {
      for (const end of endings) end();
    };
  }

  /** Calls back with every change of a pod; with undefined when the watch fails, is cut off or reconnects. */
  onEachPod(listener: (change: ListChange<Pod> | undefined) => void): () => void {
    return this.lists.pods?.onEach(listener) ?? (() => undefined);
  }

  /** Calls back after every change of a NodeClaim. */
  onNodeClaimChange(listener: () => void): () => void {
    return this.lists.nodeClaims?.onChange(listener) ?? (() => undefined);
  }

  /** Forgets earlier NodeClaims: only those created from now on count as new. Moments are counted from now. */
  mark(): void {
    this.earlierClaims = this.presentClaims();
    this.moments.begin();
  }

  /** NodeClaims created since the mark. */
  get newClaims(): readonly NodeClaim[] {
    return this.nodeClaims.filter(({ metadata }) => !this.earlierClaims.has(metadata.uid));
  }

  /** NodeClaims created since the mark whose node has at least one of the pods. */
  get usedClaims(): readonly NodeClaim[] {
    const names = new Set(nodeNamesOf(livePods(this)));
    return this.newClaims.filter(({ nodeName }) => nodeName !== undefined && names.has(nodeName));
  }

  /**
   * Whether it is known which new NodeClaims the pods run on, and that their nodes are Ready and Initialized.
   *
   * Pods may run a moment before Karpenter writes the node's name and the condition Initialized on its NodeClaim. Besides, each
   * kind has a watch of its own, and their changes may arrive in any order.
   */
  get areNodesKnown(): boolean {
    const named = new Set(this.nodeClaims.flatMap(({ nodeName }) => nodeName ?? []));
    const isAnyPodElsewhere = nodeNamesOf(runningPods(this)).some((name) => !named.has(name));
    const isAnyClaimUnnamed = this.newClaims.some((claim) => claim.nodeName === undefined && isTrue(claim, 'Launched'));
    return !(isAnyPodElsewhere && isAnyClaimUnnamed) && this.usedClaims.every((claim) => isNodeReady(this, claim) && isTrue(claim, 'Initialized'));
  }

  /** Ends the watches. The objects stay as they were last. */
  stop(): void {
    for (const list of this.all) list.stop();
  }

  private presentClaims(): ReadonlySet<string> {
    return new Set(this.nodeClaims.map(({ metadata }) => metadata.uid));
  }
}
