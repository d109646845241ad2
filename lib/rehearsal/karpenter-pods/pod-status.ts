import { arrayAt, type JsonObject, objectAt, textAt, valueAt } from '../../json';
import type { KarpenterPod } from './karpenter-pod';
import { KARPENTER_CONTAINER } from './kwok-documents';

/** How a process of a pod has ended. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** What a pod's process does now. */
export type ContainerState =
  | { readonly is: 'waiting'; readonly reason: 'ContainerCreating' | 'CrashLoopBackOff' | 'CreateContainerConfigError'; readonly message?: string }
  | { readonly is: 'running'; readonly startedAt: Date; readonly isReady: boolean };

/** What a kubelet would say of a pod. */
export interface PodReport {
  readonly state: ContainerState;
  /** How the process before has ended. @default - there was none */
  readonly lastEnd?: ContainerEnd;
  readonly restartCount: number;
}

/** The fields of a pod's status that its kubelet writes, but its addresses. */
export function podStatus(pod: KarpenterPod, report: PodReport, now: Date): JsonObject {
  const { state } = report;
  const isReady = state.is === 'running' && state.isReady;
  // Other containers than Karpenter's have no process: they run as soon as it does, as all of kwok's.
  const others = pod.otherContainers.map((container) => containerStatus(container, { ...report, restartCount: 0, lastEnd: undefined }, isReady));
  return {
    phase: state.is === 'waiting' && report.restartCount === 0 ? 'Pending' : 'Running',
    conditions: conditions(pod, {
      PodReadyToStartContainers: true,
      Initialized: true,
      ContainersReady: isReady,
      Ready: isReady,
    }, now),
    containerStatuses: [containerStatus(pod.container ?? {}, report, isReady), ...others],
  };
}

/** All conditions of the pod: what others have written stays. */
function conditions(pod: KarpenterPod, wanted: Readonly<Record<string, boolean>>, now: Date): readonly JsonObject[] {
  const before = arrayAt(pod.body, 'status', 'conditions');
  const kept = before.filter((condition) => !((textAt(condition, 'type') ?? '') in wanted)).map((condition) => objectAt(condition));
  const own = Object.entries(wanted).map(([type, holds]): JsonObject => {
    const status = holds ? 'True' : 'False';
    const old = before.find((condition) => textAt(condition, 'type') === type);
    const since = textAt(old, 'status') === status ? textAt(old, 'lastTransitionTime') : undefined;
    return {
      type,
      status,
      lastTransitionTime: since ?? wholeSeconds(now),
      ...(holds ? {} : { reason: 'ContainersNotReady', message: `containers with unready status: [${KARPENTER_CONTAINER}]` }),
    };
  });
  return [...kept, ...own];
}

function containerStatus(container: JsonObject, { state, lastEnd, restartCount }: PodReport, isReady: boolean): JsonObject {
  return {
    name: valueAt(container, 'name') ?? '',
    image: valueAt(container, 'image') ?? '',
    imageID: '',
    ready: isReady,
    started: state.is === 'running',
    restartCount,
    state: state.is === 'running'
      ? { running: { startedAt: wholeSeconds(state.startedAt) } }
      : { waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) } },
    lastState: lastEnd === undefined ? {} : {
      terminated: {
        exitCode: lastEnd.exitCode,
        reason: lastEnd.exitCode === 0 ? 'Completed' : 'Error',
        startedAt: wholeSeconds(lastEnd.startedAt),
        finishedAt: wholeSeconds(lastEnd.finishedAt),
      },
    },
  };
}

/** The event by which a kubelet says that it waits before it starts a container again. `kubectl describe pod` shows it. */
export function backOffEvent({ metadata: { namespace = '', name, uid }, nodeName = '' }: KarpenterPod, now: Date): JsonObject {
  const time = wholeSeconds(now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: `${name}.${now.getTime().toString(16)}` },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, fieldPath: `spec.containers{${KARPENTER_CONTAINER}}` },
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${KARPENTER_CONTAINER} in pod ${name}_${namespace}(${uid})`,
    source: { component: 'kubelet', host: nodeName },
    reportingComponent: 'kubelet',
    reportingInstance: nodeName,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

/** The form in which Kubernetes keeps times. */
function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
