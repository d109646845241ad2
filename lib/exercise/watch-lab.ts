import type { LabView } from '../assembly/lab-view';
import { ClusterModel } from '../kubernetes/cluster-model';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { RunContext } from '../run-context';
import { asError, Ticker } from '../wait-for';
import { type LabConnection, onLab } from './connected-lab';
import { clusterBegan, type LabStatus, type NodeClaimStatus, type NodeStatus, type PodStatus, STATUS_SCOPE, statusOf, type StatusOptions } from './lab-status';

/** A change between two states of the lab. */
export interface LabChange {
  /** When it was seen, as ISO 8601 in UTC. */
  readonly at: string;
  readonly kind: 'Deployment' | 'Pod' | 'NodeClaim' | 'Node' | 'NodePool' | 'lab' | 'connection';
  /** With its namespace where it has one: `karpenter-test/inflate`. */
  readonly name: string;
  /** The new state in a word or two: `running`, `launched`, `removed`. */
  readonly state: string;
  /** More about it. Empty where there is nothing more. */
  readonly detail: string;
}

/** What differs between two states of a lab, causes before their effects. */
export function changesBetween(before: LabStatus, after: LabStatus): readonly LabChange[] {
  const { at } = after;
  const namespaced = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string => `${namespace}/${name}`;
  const named = ({ name }: { readonly name: string }): string => name;
  return [
    ...compared({ at, kind: 'Deployment', before: before.deployments, after: after.deployments, nameOf: namespaced,
      stateOf: ({ replicas }) => ['scaled', `to ${replicas}`], goneState: 'removed' }),
    ...compared({ at, kind: 'NodePool', before: before.nodePools, after: after.nodePools, nameOf: named,
      stateOf: ({ isReady }) => [isReady ? 'ready' : 'not ready', ''], goneState: 'removed' }),
    ...compared({ at, kind: 'Pod', before: before.pods, after: after.pods, nameOf: namespaced, stateOf: podState, goneState: 'gone' }),
    ...compared({ at, kind: 'NodeClaim', before: before.nodeClaims, after: after.nodeClaims, nameOf: named, stateOf: claimState, goneState: 'removed' }),
    ...compared({ at, kind: 'Node', before: before.nodes, after: after.nodes, nameOf: named, stateOf: nodeState, goneState: 'removed' }),
    ...(before.isReady === after.isReady ? [] : [{
      at, kind: 'lab' as const, name: after.cluster, state: after.isReady ? 'ready' : 'not ready', detail: after.problems.join(' '),
    }]),
  ];
}

interface Comparison<T> {
  readonly at: string;
  readonly kind: LabChange['kind'];
  readonly before: readonly T[];
  readonly after: readonly T[];
  readonly nameOf: (item: T) => string;
  /** Its state, and details of that. */
  readonly stateOf: (item: T) => readonly [state: string, detail: string];
  /** State of an item that no longer exists. */
  readonly goneState: string;
}

function compared<T>({ at, kind, before, after, nameOf, stateOf, goneState }: Comparison<T>): readonly LabChange[] {
  const was = new Map(before.map((item) => [nameOf(item), stateOf(item)]));
  const isThere = new Set(after.map(nameOf));
  const changed = after.flatMap((item) => {
    const [state, detail] = stateOf(item);
    const [oldState, oldDetail] = was.get(nameOf(item)) ?? [];
    return state === oldState && detail === oldDetail ? [] : [{ at, kind, name: nameOf(item), state, detail }];
  });
  const gone = [...was.keys()].filter((name) => !isThere.has(name)).map((name) => ({ at, kind, name, state: goneState, detail: '' }));
  return [...changed, ...gone];
}

function podState({ state, nodeName }: PodStatus): readonly [string, string] {
  return [state, nodeName === undefined || state === 'ending' ? '' : `on ${nodeName}`];
}

function claimState({ stage, instanceType, zone, capacityType }: NodeClaimStatus): readonly [string, string] {
  // These never change after the launch, so they are told once.
  return [stage, stage === 'launched' ? [instanceType, zone, capacityType].filter((part) => part !== undefined).join(', ') : ''];
}

function nodeState({ isReady }: NodeStatus): readonly [string, string] {
  return [isReady ? 'ready' : 'not ready', ''];
}

/** What to watch, and until when. */
export interface WatchOptions extends StatusOptions {
  /** Ends when this many pods of the exercise run. @default - when the user interrupts */
  readonly untilRunning?: number;
  /** Seconds after which the state is told again without a change, because ages and costs grow. */
  readonly intervalSeconds: number;
  /** Is called with the first state, after every change, and after each interval. */
  readonly onNews: (news: LabNews) => void;
}

/** The state of a lab, and what has changed since the last news. */
export interface LabNews {
  readonly status: LabStatus;
  /** Empty for the first news, and where only time has passed. */
  readonly changes: readonly LabChange[];
}

/** How a watch ended, and the last state. */
export interface WatchResult {
  readonly endedBy: 'interruption' | 'running pods';
  readonly status: LabStatus;
}

/** Milliseconds to collect changes, so that those that come together, such as the five pods of a scaling, are told together. */
const SETTLING_MILLIS = 100;

/**
 * Watches the state of the lab through watches of the API server, without polling. When the connection is lost, it says so and
 * reconnects.
 *
 * @throws what {@link onLab} throws; `KubernetesRequestRefused` where the user may not look; the reason of the signal when it
 * is aborted before as many pods run as were waited for
 */
export async function watchLab(options: WatchOptions & LabConnection, run: RunContext): Promise<WatchResult> {
  return onLab(options, run, ({ lab, api }) => watchOn(api, lab, options, run));
}

/** {@link watchLab} on a cluster that is already connected. */
export async function watchOn(api: KubernetesApi, lab: LabView, options: WatchOptions, { signal, clock }: RunContext): Promise<WatchResult> {
  const { namespace, untilRunning, onNews, intervalSeconds } = options;
  const began = await clusterBegan(api);
  const cluster = await ClusterModel.start(api, STATUS_SCOPE, { patienceSeconds: Infinity });
  try {
    const look = (): LabStatus => statusOf(cluster, lab, { namespace, began, now: clock.now() });
    let status = look();
    let isCutOff = false;
    onNews({ status, changes: [] });
    const tell = (isTick: boolean): void => {
      const after = look();
      const changes = [...connectionChanges(cluster, isCutOff, after), ...changesBetween(status, after)];
      status = after;
      isCutOff = cluster.interruption !== undefined;
      if (changes.length > 0 || isTick) onNews({ status, changes });
    };
    const isDone = (): boolean => untilRunning !== undefined && runningPodCount(status) >= untilRunning;
    const endedBy = await untilEnd({ cluster, intervalSeconds, signal, tell, isDone });
    if (endedBy === 'interruption' && untilRunning !== undefined) signal.throwIfAborted();
    return { endedBy, status };
  } finally {
    cluster.stop();
  }
}

/** Pods of the exercise that run. */
export function runningPodCount({ pods }: LabStatus): number {
  return pods.filter(({ state }) => state === 'running').length;
}

interface Watching {
  readonly cluster: ClusterModel;
  readonly intervalSeconds: number;
  readonly signal: AbortSignal;
  /** Reads the state and tells what is new. With `isTick` it tells the state even without a change. */
  readonly tell: (isTick: boolean) => void;
  readonly isDone: () => boolean;
}

async function untilEnd({ cluster, intervalSeconds, signal, tell, isDone }: Watching): Promise<WatchResult['endedBy']> {
  if (isDone()) return 'running pods';
  return new Promise((resolve, reject) => {
    let settling: NodeJS.Timeout | undefined;
    const endings: (() => void)[] = [];
    const end = (settle: () => void): void => {
      clearTimeout(settling);
      for (const each of endings.splice(0)) each();
      settle();
    };
    const tellNow = (isTick: boolean): void => {
      settling = undefined;
      try {
        if (cluster.failure !== undefined) throw asError(cluster.failure);
        tell(isTick);
      } catch (error) {
        end(() => reject(asError(error)));
        return;
      }
      if (isDone()) end(() => resolve('running pods'));
    };
    const abort = (): void => end(() => resolve('interruption'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    endings.push(
      () => signal.removeEventListener('abort', abort),
      new Ticker(intervalSeconds).onChange(() => tellNow(true)),
      cluster.onChange(() => {
        settling ??= setTimeout(() => tellNow(false), SETTLING_MILLIS);
      }),
    );
    // Tells what changed while the first state was told.
    settling = setTimeout(() => tellNow(false), SETTLING_MILLIS);
  });
}

function connectionChanges({ interruption }: ClusterModel, wasCutOff: boolean, { at, cluster }: LabStatus): readonly LabChange[] {
  const isCutOff = interruption !== undefined;
  if (isCutOff === wasCutOff) return [];
  const detail = isCutOff ? `${interruption instanceof Error ? interruption.message : 'The Kubernetes API does not answer.'} It is tried again.` : 'What was missed is told now.';
  return [{ at, kind: 'connection', name: cluster, state: isCutOff ? 'lost' : 'back', detail }];
}
