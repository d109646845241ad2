import { type ClusterNode, type Deployment, isRunning, NODES, type Pod, PODS, selectorText } from '../kubernetes/core-kinds';
import { NODE_CLAIMS, type NodeClaim } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LiveList } from '../kubernetes/live-list';
import { type Conditioned, isTrue, type ObjectMetadata } from '../kubernetes/objects';
import type { Watched } from '../wait-for';
import type { ObjectMoment } from './exercise-timeline';
import type { ExerciseExpectations } from './expectations';

/** Moments that are conditions of an object. */
const CONDITION_MOMENTS: readonly ObjectMoment[] = ['Launched', 'Ready'];

/** When watches saw objects come to a moment, by this machine's steady clock. */
export class MomentLog {
  /** By uid and moment; undefined for what had come before anybody watched. */
  private readonly seen = new Map<string, number | undefined>();
  private origin = performance.now();

  /** Sets the moment that others are counted from to now. */
  begin(): void {
    this.origin = performance.now();
  }

  /** Seconds since {@link begin}. */
  elapsedSeconds(): number {
    return (performance.now() - this.origin) / 1000;
  }

  /** Records what comes to the objects of a list from now on. What has come to them before is not seen. */
  follow<T extends Conditioned & { readonly metadata: ObjectMetadata }>(list: LiveList<T>): void {
    for (const item of list.items) this.record(item, undefined);
    list.onEach((change) => {
      if (change !== undefined) this.record(change.item, performance.now());
    });
  }

  /** Seconds after {@link begin} at which a moment was first seen; undefined for what was not seen to come. */
  seenAt(uid: string, moment: ObjectMoment): number | undefined {
    const at = this.seen.get(`${uid} ${moment}`);
    return at === undefined ? undefined : (at - this.origin) / 1000;
  }

  private record(item: Conditioned & { readonly metadata: ObjectMetadata }, at: number | undefined): void {
    const { uid } = item.metadata;
    for (const moment of ['created' as const, ...CONDITION_MOMENTS.filter((type) => isTrue(item, type))]) {
      const key = `${uid} ${moment}`;
      if (!this.seen.has(key)) this.seen.set(key, at);
    }
  }
}

/** The pods of a Deployment, and the NodeClaims and nodes of the cluster, as they are now. */
export class ExerciseWatch {
  /** Begins to watch. */
  static async start(
    api: KubernetesApi, deployment: Deployment, { nodeSelector }: Pick<ExerciseExpectations, 'nodeSelector'>
  ): Promise<ExerciseWatch> {
    const [pods, nodeClaims, nodes] = await Promise.all([
      LiveList.start(api, PODS, { namespace: deployment.metadata.namespace, labelSelector: selectorText(deployment.matchLabels) }),
      LiveList.start(api, NODE_CLAIMS, {}),
      LiveList.start(api, NODES, { labelSelector: selectorText(nodeSelector) }),
    ]);
    return new ExerciseWatch(pods, nodeClaims, nodes, nodeSelector);
  }

  readonly moments = new MomentLog();
  private claimsBefore: ReadonlySet<string>;

  private constructor(
    readonly pods: LiveList<Pod>,
    readonly nodeClaims: LiveList<NodeClaim>,
    readonly nodes: LiveList<ClusterNode>,
    private readonly nodeSelector: Readonly<Record<string, string>>,
  ) {
    this.moments.follow(pods);
    this.moments.follow(nodeClaims);
    this.moments.follow(nodes);
    this.claimsBefore = this.presentClaims();
  }

  /** Everything that is watched, for a wait. */
  get all(): readonly Watched[] {
    return [this.pods, this.nodeClaims, this.nodes];
  }

  /** Takes what is there now for what was there before; what comes from now on is new. */
  begin(): void {
    this.claimsBefore = this.presentClaims();
    this.moments.begin();
  }

  /** Pods that nobody has asked to go. */
  get livePods(): readonly Pod[] {
    return this.pods.items.filter(({ metadata }) => metadata.deletedAt === undefined);
  }

  get runningPods(): readonly Pod[] {
    return this.pods.items.filter(isRunning);
  }

  /** NodeClaims that came since {@link begin} and whose nodes the pods may run on. */
  get newClaims(): readonly NodeClaim[] {
    return this.nodeClaims.items.filter(({ metadata }) => !this.claimsBefore.has(metadata.uid)
      && Object.entries(this.nodeSelector).every(([key, value]) => metadata.labels[key] === value));
  }

  /** NodeClaims that came since {@link begin} and whose node runs at least one of the pods. */
  get usedClaims(): readonly NodeClaim[] {
    const names = new Set(this.livePods.flatMap(({ nodeName }) => nodeName ?? []));
    return this.newClaims.filter(({ nodeName }) => nodeName !== undefined && names.has(nodeName));
  }

  /** The node of a NodeClaim. */
  nodeOf({ nodeName }: NodeClaim): ClusterNode | undefined {
    return this.nodes.items.find(({ metadata }) => metadata.name === nodeName);
  }

  /** Whether the node of a NodeClaim is registered and Ready. */
  isNodeReady(claim: NodeClaim): boolean {
    const node = this.nodeOf(claim);
    return isTrue(claim, 'Registered') && node !== undefined && isTrue(node, 'Ready');
  }

  /**
   * Whether it is known which new NodeClaims the pods run on, and that their nodes are Ready and Initialized.
   *
   * Pods may run a moment before Karpenter writes the name of the node, and that it is initialized, on its NodeClaim, and each kind is watched on its own.
   */
  get areNodesKnown(): boolean {
    const named = new Set(this.nodeClaims.items.flatMap(({ nodeName }) => nodeName ?? []));
    const isAnyPodElsewhere = this.runningPods.some(({ nodeName }) => nodeName !== undefined && !named.has(nodeName));
    const isAnyClaimUnnamed = this.newClaims.some((claim) => claim.nodeName === undefined && isTrue(claim, 'Launched'));
    return !(isAnyPodElsewhere && isAnyClaimUnnamed) && this.usedClaims.every((claim) => this.isNodeReady(claim) && isTrue(claim, 'Initialized'));
  }

  /** Ends the watches. */
  stop(): void {
    this.pods.stop();
    this.nodeClaims.stop();
    this.nodes.stop();
  }

  private presentClaims(): ReadonlySet<string> {
    return new Set(this.nodeClaims.items.map(({ metadata }) => metadata.uid));
  }
}
