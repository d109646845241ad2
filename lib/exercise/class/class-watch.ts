import { TEAM_LABEL } from '../../config/names';
import { ClusterModel, nodeNamesOf } from '../../kubernetes/cluster-model';
import { isRunning, type Pod } from '../../kubernetes/core-kinds';
import { labelOf, type NodeClaim } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { trueCondition } from '../../kubernetes/objects';

/** Whose pods to watch. */
export interface ClassWatchOptions {
  /** Names of the seats. */
  readonly seats: readonly string[];
  /** Pods that each student scales to. */
  readonly replicas: number;
}

/** The moment at which all pods of a student ran for the first time. */
export interface SeatOutcome {
  /** Seconds from the scaling to the last pod, as the API server tells both. */
  readonly seconds: number;
  /** Names of the nodes that the pods ran on. */
  readonly nodeNames: readonly string[];
}

/** What the API server tells of a class while its students work. It takes two watches, however large the class is. */
export class ClassWatch {
  /** Begins to watch. */
  static async start(api: KubernetesApi, options: ClassWatchOptions): Promise<ClassWatch> {
    return new ClassWatch(await ClusterModel.start(api, { pods: {}, nodeClaims: {} }), options);
  }

  /** When all pods of a seat ran for the first time, by the name of the seat. */
  readonly outcomes = new Map<string, SeatOutcome>();
  /** Pods that run now, by uid, for each seat: counting all pods again at each change would be slow. */
  private readonly running: ReadonlyMap<string, Map<string, Pod>>;
  /** NodeClaims of nodes that pods of a seat were on, by {@link placeOf}, those that are gone included. */
  private readonly own = new Map<string, NodeClaim>();
  /** Pods that are not known to be on a node of their own seat, by uid. A NodeClaim may be told of after the pods on its node. */
  private readonly elsewhere = new Map<string, { readonly seat: string; readonly nodeName: string }>();

  /** Uids of pods that are known to be on a node of their own seat. */
  private readonly placed = new Set<string>();

  private constructor(private readonly cluster: ClusterModel, private readonly options: ClassWatchOptions) {
    this.running = new Map(options.seats.map((seat) => [seat, new Map<string, Pod>()]));
    cluster.onEachPod((change) => {
      if (change !== undefined) this.see(change.item, change.type === 'deleted');
    });
    cluster.onNodeClaimChange(() => this.seeClaims());
    for (const pod of cluster.pods) this.see(pod, false);
    this.seeClaims();
  }

  /** Pods of the class that run now. */
  get runningPods(): number {
    return [...this.running.values()].reduce((sum, pods) => sum + pods.size, 0);
  }

  /** Pods of the class that do not run, and that nobody asked to go. */
  get waitingPods(): readonly Pod[] {
    return this.cluster.pods.filter((pod) => this.running.has(pod.metadata.namespace ?? '') && !isRunning(pod) && pod.metadata.deletedAt === undefined);
  }

  /** NodeClaims of the nodes that the pods of students ran on when all of them ran. */
  get nodes(): readonly NodeClaim[] {
    return [...this.outcomes].flatMap(([seat, { nodeNames }]) => nodeNames.flatMap((nodeName) => this.own.get(placeOf({ seat, nodeName })) ?? []));
  }

  /** Pods that were not on a node of their own seat, a line for each seat and node: it should be empty. */
  get strays(): readonly string[] {
    return [...new Set([...this.elsewhere.values()].map(({ seat, nodeName }) => `Pods of ${seat} ran on ${nodeName}, which is not a node of that seat.`))];
  }

  /** Ends the watches. */
  stop(): void {
    this.cluster.stop();
  }

  private see(pod: Pod, isDeleted: boolean): void {
    const { metadata: { uid, namespace: seat = '' }, nodeName } = pod;
    const running = this.running.get(seat);
    if (running === undefined) return;
    if (nodeName !== undefined) this.place(uid, { seat, nodeName });
    if (isDeleted || !isRunning(pod)) running.delete(uid);
    else running.set(uid, pod);
    if (running.size >= this.options.replicas && !this.outcomes.has(seat)) this.outcomes.set(seat, outcomeOf([...running.values()]));
  }

  private seeClaims(): void {
    for (const [uid, place] of this.elsewhere) this.place(uid, place);
  }

  /** Notes whether a pod is on a node of its seat. Names of nodes are used again, so only NodeClaims that are there count. */
  private place(uid: string, place: { readonly seat: string; readonly nodeName: string }): void {
    const claim = this.cluster.nodeClaims.find((each) => each.nodeName === place.nodeName && labelOf(each, TEAM_LABEL) === place.seat);
    if (claim === undefined) {
      if (!this.placed.has(uid)) this.elsewhere.set(uid, place);
      return;
    }
    this.own.set(placeOf(place), claim);
    this.placed.add(uid);
    this.elsewhere.delete(uid);
  }
}

function placeOf({ seat, nodeName }: { readonly seat: string; readonly nodeName: string }): string {
  return `${seat}/${nodeName}`;
}

function outcomeOf(pods: readonly Pod[]): SeatOutcome {
  const last = pods.map((pod) => trueCondition(pod, 'Ready')?.since ?? pod.metadata.createdAt).toSorted().at(-1) ?? '';
  // The API server notes no time of a scaling. The first pod is made a moment after it.
  const scaledAt = pods.map(({ metadata }) => metadata.createdAt).toSorted()[0] ?? last;
  return { seconds: Math.max(0, (Date.parse(last) - Date.parse(scaledAt)) / 1000), nodeNames: nodeNamesOf(pods) };
}
