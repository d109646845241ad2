import { TEAM_LABEL } from '../../config/names';
import { ClusterModel, nodeNamesOf } from '../../kubernetes/cluster-model';
import { isRunning, type Pod } from '../../kubernetes/core-kinds';
import { labelOf, type NodeClaim } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { trueCondition } from '../../kubernetes/objects';
import { counted, listed } from '../../words';

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
  /** NodeClaims by the name of their node, those that are gone included. */
  private readonly claims = new Map<string, NodeClaim>();
  /** Nodes that pods of a seat were on at some moment, by the name of the seat. */
  private readonly usedNodes = new Map<string, Set<string>>();

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
    return [...new Set([...this.outcomes.values()].flatMap(({ nodeNames }) => nodeNames))].flatMap((name) => this.claims.get(name) ?? []);
  }

  /** Pods that were not on a node of their own seat, a line for each seat: it should be empty. */
  get strays(): readonly string[] {
    return [...this.usedNodes].flatMap(([seat, names]) => {
      const others = [...names].filter((name) => this.teamOf(name) !== seat);
      return others.length === 0 ? [] : [`${counted(others.length, 'node')} that pods of ${seat} ran on ${others.length === 1 ? 'is' : 'are'} not its own: ${
        listed(others.map((name) => `${name} (${this.teamOf(name) ?? 'no node of Karpenter\'s'})`))}.`];
    });
  }

  /** Ends the watches. */
  stop(): void {
    this.cluster.stop();
  }

  private teamOf(nodeName: string): string | undefined {
    const claim = this.claims.get(nodeName);
    return claim === undefined ? undefined : labelOf(claim, TEAM_LABEL);
  }

  private see(pod: Pod, isDeleted: boolean): void {
    const { metadata: { uid, namespace: seat = '' }, nodeName } = pod;
    const running = this.running.get(seat);
    if (running === undefined) return;
    if (nodeName !== undefined) this.usedNodes.set(seat, (this.usedNodes.get(seat) ?? new Set()).add(nodeName));
    if (isDeleted || !isRunning(pod)) running.delete(uid);
    else running.set(uid, pod);
    if (running.size >= this.options.replicas && !this.outcomes.has(seat)) this.outcomes.set(seat, outcomeOf([...running.values()]));
  }

  private seeClaims(): void {
    for (const claim of this.cluster.nodeClaims) {
      if (claim.nodeName !== undefined) this.claims.set(claim.nodeName, claim);
    }
  }
}

function outcomeOf(pods: readonly Pod[]): SeatOutcome {
  const last = pods.map((pod) => trueCondition(pod, 'Ready')?.since ?? pod.metadata.createdAt).toSorted().at(-1) ?? '';
  // The API server notes no time of a scaling. The first pod is made a moment after it.
  const scaledAt = pods.map(({ metadata }) => metadata.createdAt).toSorted()[0] ?? last;
  return { seconds: Math.max(0, (Date.parse(last) - Date.parse(scaledAt)) / 1000), nodeNames: nodeNamesOf(pods) };
}
