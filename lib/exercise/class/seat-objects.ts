import { TEAM_LABEL } from '../../config/names';
import { STUDENT_ACCOUNT } from '../../config/seats';
import { type ClusterSnapshot, nodeNamesOf } from '../../kubernetes/cluster-model';
import { type ClusterNode, type Deployment, hasMade, hasPodEnded, isRunning, type Pod, type ReplicaSet, type ServiceAccount } from '../../kubernetes/core-kinds';
import { labelOf, type NodeClaim } from '../../kubernetes/karpenter-kinds';
import { trueCondition } from '../../kubernetes/objects';
import { counted } from '../../words';
import { EXERCISE_DEADLINES } from '../deadlines';
import type { SeatMark, SeatStatus, SeatStep } from './class-status';

/** The objects that a look reads. */
export interface ClassSnapshot extends ClusterSnapshot {
  readonly serviceAccounts: readonly ServiceAccount[];
  readonly replicaSets: readonly ReplicaSet[];
}

/** The objects of one seat. */
export interface SeatObjects {
  /** When its namespace was made, as ISO 8601 in UTC. @default - there is none */
  readonly madeAt?: string;
  readonly account?: ServiceAccount;
  /** Each with the last change of itself or of its ReplicaSets, in which the API server notes a scaling. */
  readonly deployments: readonly Deployment[];
  /** Pods of its namespace that nobody has asked to delete. */
  readonly pods: readonly Pod[];
  /** NodeClaims whose node is the seat's by its label. */
  readonly claims: readonly NodeClaim[];
  /** NodeClaims and nodes that its pods run on, whosever they are. */
  readonly used: { readonly claims: readonly NodeClaim[]; readonly nodes: readonly ClusterNode[] };
}

/** Sorts the objects of the cluster once, for all seats. */
export function objectsBySeat(cluster: ClassSnapshot): (seat: string) => SeatObjects {
  const namespaces = new Map(cluster.namespaces.map(({ metadata }) => [metadata.name, metadata.createdAt]));
  const accounts = new Map(cluster.serviceAccounts.filter(({ metadata }) => metadata.name === STUDENT_ACCOUNT).map((account) => [account.metadata.namespace, account]));
  const scaledAt = grouped(cluster.replicaSets, ({ metadata }) => ownerKey(metadata.namespace, metadata.owners.find(({ kind }) => kind === 'Deployment')?.name));
  const withScaling = (deployment: Deployment): Deployment => {
    const { namespace, name } = deployment.metadata;
    const changes = (scaledAt.get(ownerKey(namespace, name)) ?? []).map(({ changedAt }) => changedAt);
    return { ...deployment, changedAt: latest([deployment.changedAt, ...changes]) ?? deployment.changedAt };
  };
  const deployments = grouped(cluster.deployments, ({ metadata }) => metadata.namespace);
  const pods = grouped(cluster.pods.filter((pod) => pod.metadata.deletedAt === undefined && !hasPodEnded(pod)), ({ metadata }) => metadata.namespace);
  const claims = grouped(cluster.nodeClaims, (claim) => labelOf(claim, TEAM_LABEL));
  const claimsByNode = new Map(cluster.nodeClaims.map((claim) => [claim.nodeName, claim]));
  const nodes = new Map(cluster.nodes.map((node) => [node.metadata.name, node]));
  return (seat) => {
    const podsOfSeat = pods.get(seat) ?? [];
    const names = nodeNamesOf(podsOfSeat);
    return {
      madeAt: namespaces.get(seat),
      account: accounts.get(seat),
      deployments: (deployments.get(seat) ?? []).map(withScaling),
      pods: podsOfSeat,
      claims: claims.get(seat) ?? [],
      used: { claims: names.flatMap((name) => claimsByNode.get(name) ?? []), nodes: names.flatMap((name) => nodes.get(name) ?? []) },
    };
  };
}

function ownerKey(namespace = '', name = ''): string {
  return `${namespace}/${name}`;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Seconds that the pods of a seat may wait before they count as stuck: for Karpenter's decision, and for a node that is on its way. */
const PATIENCE_SECONDS: Readonly<Partial<Record<SeatStep, number>>> = {
  scaled: EXERCISE_DEADLINES.claimedSeconds,
  launching: EXERCISE_DEADLINES.nodeReadySeconds,
};

/** Seconds after a node is initialized during which pods without a node are still about to get it. */
const SCHEDULING_SECONDS = 10;

/** Running pods of the seat's Deployments. A pod by itself counts in no scaling. */
export function runningReplicasOf(objects: SeatObjects): number {
  return objects.deployments.reduce((sum, deployment) => sum + runningPodsOf(objects, deployment), 0);
}

/** Replicas that the Deployments of a seat ask for. */
export function replicasOf({ deployments }: SeatObjects): number {
  return deployments.reduce((sum, { replicas }) => sum + replicas, 0);
}

/** How far a seat is. */
export function stepOf(objects: SeatObjects, { finishedAt }: SeatMark, now: Date): SeatStep {
  const { deployments } = objects;
  if (replicasOf(objects) === 0) return finishedAt !== undefined ? 'finished' : deployments.length === 0 ? 'empty' : 'deployed';
  if (waitingPods(objects).length === 0 && deployments.every((deployment) => runningPodsOf(objects, deployment) >= deployment.replicas)) return 'running';
  return isNodeOnItsWay(objects, now) ? 'launching' : 'scaled';
}

function runningPodsOf({ pods }: SeatObjects, deployment: Deployment): number {
  return pods.filter((pod) => isRunning(pod) && hasMade(deployment, pod)).length;
}

/** Pods of the seat's Deployments that do not run yet. */
function waitingPods({ pods, deployments }: SeatObjects): readonly Pod[] {
  return pods.filter((pod) => !isRunning(pod) && deployments.some((deployment) => hasMade(deployment, pod)));
}

function isNodeOnItsWay(objects: SeatObjects, now: Date): boolean {
  return waitingPods(objects).some(({ nodeName }) => nodeName !== undefined)
    || objects.claims.some((claim) => claim.metadata.deletedAt === undefined && !isInitializedFor(claim, SCHEDULING_SECONDS, now));
}

function isInitializedFor(claim: NodeClaim, seconds: number, now: Date): boolean {
  const since = trueCondition(claim, 'Initialized')?.since;
  return since !== undefined && !(Date.parse(since) + seconds * 1000 > now.getTime());
}

/** Since when a seat is at its step, by its objects: the same for every keeper, and after a restart. */
export function sinceOf(step: SeatStep, objects: SeatObjects, { finishedAt }: SeatMark, now: Date): string {
  const changes = objects.deployments.map(({ changedAt }) => changedAt);
  const time = ((): string | undefined => {
    switch (step) {
      case 'empty': return objects.madeAt;
      case 'deployed': return latest(changes);
      case 'scaled': return waitsSince(objects);
      case 'launching': return objects.claims.filter((claim) => !isInitializedFor(claim, 0, now)).map(({ metadata }) => metadata.createdAt).toSorted()[0] ?? waitsSince(objects);
      case 'running': return latest(objects.pods.flatMap((pod) => trueCondition(pod, 'Ready')?.since ?? [])) ?? latest(changes);
      case 'finished': return latest([...changes, ...(finishedAt === undefined ? [] : [finishedAt])]);
    }
  })();
  const millis = Date.parse(time ?? '');
  return new Date(Number.isNaN(millis) ? now : millis).toISOString();
}

/** Since when pods wait: since somebody scaled, or since they were made anew, as after an interruption. */
function waitsSince(objects: SeatObjects): string | undefined {
  const oldest = waitingPods(objects).map(({ metadata }) => metadata.createdAt).toSorted()[0];
  return latest([...objects.deployments.filter(({ replicas }) => replicas > 0).map(({ changedAt }) => changedAt), ...(oldest === undefined ? [] : [oldest])]);
}

/** What a stuck seat shows by itself. Why it is stuck, only a diagnosis tells. */
export function stuckText(step: SeatStep, objects: SeatObjects, now: Date): Pick<SeatStatus, 'stuck'> {
  const patience = PATIENCE_SECONDS[step];
  const since = waitsSince(objects);
  if (patience === undefined || since === undefined || now.getTime() - Date.parse(since) <= patience * 1000) return {};
  return { stuck: `${runningReplicasOf(objects)} of ${counted(replicasOf(objects), 'pod')} run.` };
}

/** When a seat counts as idle: so long after somebody last made, applied or scaled one of its Deployments, or a pod was made. */
export function idleAtOf({ deployments, pods }: SeatObjects, idleMinutes: number): Date {
  const changes = [...deployments.map(({ changedAt }) => changedAt), ...pods.map(({ metadata }) => metadata.createdAt)];
  return new Date(Date.parse(latest(changes) ?? '') + idleMinutes * 60_000);
}

/** The latest of some moments of the API server, all of which are written alike or in milliseconds. */
function latest(moments: readonly string[]): string | undefined {
  return moments.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
}
