import { arrayAt, type JsonObject, numberAt, objectAt, textAt } from '../json';
import { SIMULATED_ANNOTATION } from '../well-known-keys';
import { type Conditioned, isTrue, type ObjectMetadata, readChangedAt, readConditions, readMetadata, readTexts, type ResourceKind } from './objects';

/** A namespace. */
export interface Namespace extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** `Active` or `Terminating`. */
  readonly phase: string;
}

/** Namespaces. */
export const NAMESPACES: ResourceKind<Namespace> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  isNamespaced: false,
  read: (body) => ({ metadata: readMetadata(body), conditions: readConditions(body), phase: textAt(body, 'status', 'phase') ?? '' }),
};

/** A ServiceAccount. */
export interface ServiceAccount {
  readonly metadata: ObjectMetadata;
}

/** ServiceAccounts. */
export const SERVICE_ACCOUNTS: ResourceKind<ServiceAccount> = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  isNamespaced: true,
  read: (body) => ({ metadata: readMetadata(body) }),
};

/** A ConfigMap. */
export interface ConfigMap {
  readonly metadata: ObjectMetadata;
  /** A change that names it fails where somebody else has changed the object since. */
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
}

/** ConfigMaps. */
export const CONFIG_MAPS: ResourceKind<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  isNamespaced: true,
  read: (body) => ({ metadata: readMetadata(body), resourceVersion: textAt(body, 'metadata', 'resourceVersion') ?? '', data: readTexts(objectAt(body, 'data')) }),
};

/** What each container of a pod's spec requests, as quantities by resource. Init containers, which end before the others run, are left out. */
export function readContainerRequests(podSpec: JsonObject): readonly JsonObject[] {
  return arrayAt(podSpec, 'containers').map((container) => objectAt(container, 'resources', 'requests'));
}

/** A Deployment or DaemonSet: it runs pods that are all alike. */
export interface Workload extends Conditioned {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly metadata: ObjectMetadata;
  /** Pods that it should have; 1 for a DaemonSet, which has one on each node. */
  readonly replicas: number;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** What each container requests, as quantities by resource. */
  readonly containerRequests: readonly JsonObject[];
}

/** A Deployment. */
export interface Deployment extends Workload {
  readonly readyReplicas: number;
  /** When somebody last created or applied it, as ISO 8601 in UTC. Scaling does not count. */
  readonly changedAt: string;
  readonly matchLabels: Readonly<Record<string, string>>;
  /** Images of its containers. */
  readonly images: readonly string[];
  /** CPU that the first container requests, as a quantity. @default - none */
  readonly cpuRequest?: string;
}

/** Deployments. */
export const DEPLOYMENTS: ResourceKind<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  isNamespaced: true,
  read: (body) => {
    const containers = arrayAt(body, 'spec', 'template', 'spec', 'containers');
    return {
      ...readWorkload(body, 'Deployment'),
      readyReplicas: numberAt(body, 'status', 'readyReplicas') ?? 0,
      changedAt: readChangedAt(body),
      matchLabels: readTexts(objectAt(body, 'spec', 'selector', 'matchLabels')),
      images: containers.flatMap((container) => textAt(container, 'image') ?? []),
      cpuRequest: textAt(containers[0], 'resources', 'requests', 'cpu'),
    };
  },
};

/** A ReplicaSet: what a Deployment makes for each version of its pods. */
export interface ReplicaSet {
  readonly metadata: ObjectMetadata;
  /** When it was last given another number of pods, as ISO 8601 in UTC. */
  readonly changedAt: string;
}

/** ReplicaSets. */
export const REPLICA_SETS: ResourceKind<ReplicaSet> = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  isNamespaced: true,
  read: (body) => ({ metadata: readMetadata(body), changedAt: readChangedAt(body) }),
};

/** DaemonSets. */
export const DAEMON_SETS: ResourceKind<Workload> = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  isNamespaced: true,
  read: (body) => readWorkload(body, 'DaemonSet'),
};

function readWorkload(body: JsonObject, kind: Workload['kind']): Workload {
  const podSpec = objectAt(body, 'spec', 'template', 'spec');
  return {
    kind,
    metadata: readMetadata(body),
    conditions: readConditions(body),
    replicas: numberAt(body, 'spec', 'replicas') ?? 1,
    nodeSelector: readTexts(podSpec['nodeSelector']),
    containerRequests: readContainerRequests(podSpec),
  };
}

/** `app=inflate` for the labels `app: inflate`. */
export function selectorText(matchLabels: Readonly<Record<string, string>>): string {
  return Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`).join(',');
}

/** Whether a Deployment selects a pod, by the pod's namespace and labels. */
export function selectsPod({ metadata: { namespace }, matchLabels }: Deployment, pod: { readonly metadata: ObjectMetadata }): boolean {
  return pod.metadata.namespace === namespace && Object.entries(matchLabels).every(([key, value]) => pod.metadata.labels[key] === value);
}

/** Whether a Deployment has made a pod, by the ReplicaSet that owns it. A pod that only has the labels was made by somebody else. */
export function hasMade({ metadata: { namespace, name } }: Deployment, pod: { readonly metadata: ObjectMetadata }): boolean {
  return pod.metadata.namespace === namespace && pod.metadata.owners.some((owner) =>
    owner.kind === 'ReplicaSet' && owner.name.startsWith(`${name}-`) && !owner.name.slice(name.length + 1).includes('-'));
}

/** A pod. */
export interface Pod extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
  readonly phase: string;
  /** @default - it is not scheduled yet */
  readonly nodeName?: string;
  readonly containerNames: readonly string[];
  /** What each container requests, as quantities by resource. */
  readonly containerRequests: readonly JsonObject[];
}

/** Pods. */
export const PODS: ResourceKind<Pod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  isNamespaced: true,
  read: (body) => ({
    metadata: readMetadata(body),
    conditions: readConditions(body),
    phase: textAt(body, 'status', 'phase') ?? 'Unknown',
    nodeName: textAt(body, 'spec', 'nodeName'),
    containerNames: arrayAt(body, 'spec', 'containers').flatMap((container) => textAt(container, 'name') ?? []),
    containerRequests: readContainerRequests(objectAt(body, 'spec')),
  }),
};

/** Whether a pod runs and is ready, and nobody has asked for its deletion. */
export function isRunning(pod: Pod): boolean {
  return pod.phase === 'Running' && isTrue(pod, 'Ready') && pod.metadata.deletedAt === undefined;
}

/** Whether a pod has ended and no longer takes CPU, memory or a pod slot of its node. */
export function hasPodEnded({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** A node of the cluster. */
export interface ClusterNode extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** Such as `aws:///ap-northeast-2b/i-02fd00557cbb11e88`. @default - nobody has set it yet */
  readonly providerId?: string;
  /** Version of the kubelet. */
  readonly kubeletVersion: string;
  /** Quantities that all its pods together may request. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Nodes. */
export const NODES: ResourceKind<ClusterNode> = {
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  isNamespaced: false,
  read: (body) => ({
    metadata: readMetadata(body),
    conditions: readConditions(body),
    providerId: textAt(body, 'spec', 'providerID'),
    kubeletVersion: textAt(body, 'status', 'nodeInfo', 'kubeletVersion') ?? '',
    allocatable: readTexts(objectAt(body, 'status', 'allocatable')),
  }),
};

/** Whether a node is a rehearsal's, so that no container runs on it: its annotation says so. */
export function isSimulatedNode({ metadata }: ClusterNode): boolean {
  return SIMULATED_ANNOTATION in metadata.annotations;
}

/** An event: what a controller reports about an object. */
export interface ClusterEvent {
  readonly metadata: ObjectMetadata;
  /** `Normal` or `Warning`. */
  readonly type: string;
  /** Such as `FailedScheduling`. */
  readonly reason: string;
  readonly message: string;
  /** Who reports it, such as `karpenter` or `default-scheduler`. */
  readonly reporter: string;
  /** What it is about. */
  readonly subject: EventSubject;
  readonly count: number;
  /** When it was last seen, as ISO 8601 in UTC. */
  readonly lastSeenAt: string;
}

/** An object that an event is about. */
export interface EventSubject {
  readonly kind: string;
  readonly name: string;
  /** @default - it is cluster-wide */
  readonly namespace?: string;
}

/** Events of the core API. Those that controllers report through `events.k8s.io` appear here too. */
export const EVENTS: ResourceKind<ClusterEvent> = {
  apiVersion: 'v1',
  kind: 'Event',
  plural: 'events',
  isNamespaced: true,
  read: (body) => {
    const metadata = readMetadata(body);
    const lastSeen = [textAt(body, 'series', 'lastObservedTime'), textAt(body, 'lastTimestamp'), textAt(body, 'eventTime')];
    const reporters = [textAt(body, 'reportingComponent'), textAt(body, 'source', 'component')];
    return {
      metadata,
      type: textAt(body, 'type') ?? 'Normal',
      reason: textAt(body, 'reason') ?? '',
      message: textAt(body, 'message') ?? '',
      reporter: reporters.find((name) => name !== undefined && name !== '') ?? '',
      subject: {
        kind: textAt(body, 'involvedObject', 'kind') ?? '',
        name: textAt(body, 'involvedObject', 'name') ?? '',
        namespace: textAt(body, 'involvedObject', 'namespace'),
      },
      count: numberAt(body, 'series', 'count') ?? numberAt(body, 'count') ?? 1,
      lastSeenAt: lastSeen.find((time) => time !== undefined && time !== '') ?? metadata.createdAt,
    };
  },
};
