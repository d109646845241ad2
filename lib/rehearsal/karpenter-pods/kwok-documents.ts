import type { JsonObject } from '../../json';
import { type ObjectMetadata, readMetadata, type ResourceKind } from '../../kubernetes/objects';
import { APP_NAME_LABEL } from '../../well-known-keys';

/** Value of the label `app.kubernetes.io/name` of Karpenter's pods. */
export const KARPENTER_APP = 'karpenter';

/** Name of the container in Karpenter's pods, as in its chart. */
export const KARPENTER_CONTAINER = 'controller';

/**
 * Kinds of kwok that the API server must serve (`options.enableCRDs` of kwokctl's configuration). With `Logs` in it, the file of
 * a pod's log can be named once the pod is there; the configuration alone takes only names that are known before.
 */
export const KWOK_KINDS: readonly string[] = ['Logs'];

/**
 * What kwok does with nodes and pods, as documents of kwokctl's configuration. Nodes become ready, pods run at once, those of
 * Jobs end, deleted ones go. Karpenter's pods only get their addresses: whether they are ready depends on their processes.
 *
 * kwok drops its own stages as soon as it is given one, so these are all of them.
 *
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */
export function karpenterPodStages(): readonly JsonObject[] {
  return [
    stage('node-ready', 'Node', [where(READY, 'NotIn', 'True')], { statusTemplate: NODE_STATUS }),
    stage('node-heartbeat', 'Node', [where(READY, 'In', 'True')], { statusTemplate: NODE_STATUS }, HEARTBEAT_MILLIS),
    stage('pod-runs', 'Pod', [NOT_OF_KARPENTER, NOT_DELETED, where('.status.phase', 'In', 'Pending'), where(READY, 'NotIn', 'True')], {
      statusTemplate: `${POD_ADDRESSES}${POD_RUNS}`,
    }),
    stage('pod-of-job-ends', 'Pod', [
      NOT_OF_KARPENTER, NOT_DELETED, where('.status.phase', 'In', 'Running'), where('.metadata.ownerReferences.[].kind', 'In', 'Job'),
    ], { statusTemplate: POD_ENDS }),
    stage('pod-goes', 'Pod', [NOT_OF_KARPENTER, where('.metadata.deletionTimestamp', 'Exists')], { delete: true }),
    stage('karpenter-pod-has-addresses', 'Pod', [where(APP_NAME, 'In', KARPENTER_APP), NOT_DELETED, where('.status.podIP', 'DoesNotExist')], {
      statusTemplate: POD_ADDRESSES,
    }),
  ];
}

/** An object of kwok that names the files from which `kubectl logs` of a pod is answered. */
export interface PodLogs {
  readonly metadata: ObjectMetadata;
}

/** {@link PodLogs}. They have the namespace and name of their pod. */
export const POD_LOGS: ResourceKind<PodLogs> = {
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Logs',
  plural: 'logs',
  isNamespaced: true,
  read: (body) => ({ metadata: readMetadata(body) }),
};

/** Whose log is where. */
export interface KarpenterPodLogsOptions {
  readonly pod: Pick<ObjectMetadata, 'namespace' | 'name' | 'uid'>;
  /** Absolute path of the log of its process, in the format of container runtimes. */
  readonly file: string;
  /** That of its process before, for `kubectl logs --previous`. @default - there was none */
  readonly previousFile?: string;
}

/** The object that lets kwok answer `kubectl logs` of one of Karpenter's pods. It goes with the pod. */
export function karpenterPodLogs({ pod, file, previousFile }: KarpenterPodLogsOptions): JsonObject {
  return {
    apiVersion: POD_LOGS.apiVersion,
    kind: POD_LOGS.kind,
    metadata: {
      namespace: pod.namespace ?? '',
      name: pod.name,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid }],
    },
    spec: {
      logs: [{ containers: [KARPENTER_CONTAINER], logsFile: file, ...(previousFile === undefined ? {} : { previousLogsFile: previousFile }), follow: true }],
    },
  };
}

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const APP_NAME = `.metadata.labels["${APP_NAME_LABEL}"]`;

const NOT_OF_KARPENTER = where(APP_NAME, 'NotIn', KARPENTER_APP);
const NOT_DELETED = where('.metadata.deletionTimestamp', 'DoesNotExist');

/** Milliseconds between two reports of a node about itself: five minutes, as for a kubelet that has nothing new to say. */
const HEARTBEAT_MILLIS = 300_000;

function where(key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: readonly string[]): JsonObject {
  return { key, operator, ...(values.length === 0 ? {} : { values }) };
}

function stage(name: string, kind: 'Node' | 'Pod', matchExpressions: readonly JsonObject[], next: JsonObject, delayMillis?: number): JsonObject {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions },
      ...(delayMillis === undefined ? {} : { delay: { durationMilliseconds: delayMillis } }),
      next,
    },
  };
}

/**
 * All conditions of a node that is well, and where kwok answers `kubectl logs` for it: the API server asks at the node's host
 * name, which leads nowhere unless it is kwok's.
 */
const NODE_STATUS = `
{{ $created := .metadata.creationTimestamp }}
{{ $hasHostname := false }}
{{ range .status.addresses }}
{{ if eq .type "Hostname" }}
{{ $hasHostname = true }}
{{ end }}
{{ end }}
{{ if not $hasHostname }}
addresses:
- { type: Hostname, address: {{ NodeName | Quote }} }
{{ end }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ or $created Now | Quote }}
{{ end }}
daemonEndpoints:
  kubeletEndpoint:
    Port: {{ NodePort }}
`;

const POD_ADDRESSES = `
startTime: {{ Now | Quote }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
`;

const POD_RUNS = `
phase: Running
conditions:
- { type: Initialized, status: "True", lastTransitionTime: {{ Now | Quote }} }
- { type: ContainersReady, status: "True", lastTransitionTime: {{ Now | Quote }} }
- { type: Ready, status: "True", lastTransitionTime: {{ Now | Quote }} }
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ Now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state: { running: { startedAt: {{ Now | Quote }} } }
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
{{ if eq .restartPolicy "Always" }}
  started: true
  state: { running: { startedAt: {{ Now | Quote }} } }
{{ else }}
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} } }
{{ end }}
{{ end }}
`;

const POD_ENDS = `
phase: Succeeded
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} } }
{{ end }}
`;
