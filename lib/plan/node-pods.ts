import { type LabView, runsOnNodePool } from '../assembly/lab-view';
import { type JsonObject, numberAt, textAt } from '../json';
import { cpuMillis, mebibytes, type Resources } from '../kubernetes/allocatable';
import type { Workload } from '../kubernetes/core-kinds';

/** Pods of one kind that an add-on or chart runs, with what each requests. */
export interface SystemPodSpec {
  readonly name: string;
  readonly isDaemonSet: boolean;
  /** Replicas of a Deployment; 1 for a DaemonSet, which has one pod on each node. */
  readonly replicas: number;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/** A row of the table: the defaults, and where an add-on's configuration or a chart's values override them. */
interface SystemPodRow extends SystemPodSpec {
  /** Path of the replica count in the values. */
  readonly replicasPath?: readonly string[];
  /** Path of the only container's `requests` in the values. */
  readonly requestsPath?: readonly string[];
}

/**
 * Requests of what runs on a node, by EKS add-on or Helm chart.
 *
 * From the charts that the add-ons are built of, with EKS's replica counts: aws-vpc-cni (two
 * containers of 25m), aws-ebs-csi-driver (three containers of 10m and 40Mi in a node pod, six in a
 * controller pod), eks-pod-identity-agent (requests nothing), metrics-server, karpenter (requests
 * only what its values say); kube-proxy and coredns as `kubectl describe node` shows them.
 * Checked 2026-11-23.
 */
const ADDON_PODS: Readonly<Record<string, readonly SystemPodRow[]>> = {
  'vpc-cni': [
    { name: 'aws-node', isDaemonSet: true, replicas: 1, cpuMillis: 50, memoryMiB: 0 },
  ],
  'kube-proxy': [
    { name: 'kube-proxy', isDaemonSet: true, replicas: 1, cpuMillis: 100, memoryMiB: 0, requestsPath: ['resources', 'requests'] },
  ],
  'eks-pod-identity-agent': [
    { name: 'eks-pod-identity-agent', isDaemonSet: true, replicas: 1, cpuMillis: 0, memoryMiB: 0, requestsPath: ['resources', 'requests'] },
  ],
  'aws-ebs-csi-driver': [
    { name: 'ebs-csi-node', isDaemonSet: true, replicas: 1, cpuMillis: 30, memoryMiB: 120 },
    { name: 'ebs-csi-controller', isDaemonSet: false, replicas: 2, cpuMillis: 60, memoryMiB: 240, replicasPath: ['controller', 'replicaCount'] },
  ],
  coredns: [
    { name: 'coredns', isDaemonSet: false, replicas: 2, cpuMillis: 100, memoryMiB: 70, replicasPath: ['replicaCount'], requestsPath: ['resources', 'requests'] },
  ],
  'metrics-server': [
    { name: 'metrics-server', isDaemonSet: false, replicas: 2, cpuMillis: 100, memoryMiB: 200, replicasPath: ['replicas'], requestsPath: ['resources', 'requests'] },
  ],
};

const CHART_PODS: Readonly<Record<string, readonly SystemPodRow[]>> = {
  karpenter: [
    { name: 'karpenter', isDaemonSet: false, replicas: 2, cpuMillis: 0, memoryMiB: 0, replicasPath: ['replicas'], requestsPath: ['controller', 'resources', 'requests'] },
  ],
  'karpenter-crd': [],
};

/**
 * Pods of an EKS add-on.
 *
 * @returns undefined for an add-on that is not in the table
 */
export function podsOfAddon(name: string, configuration: JsonObject): readonly SystemPodSpec[] | undefined {
  return ADDON_PODS[name]?.map((row) => configured(row, configuration));
}

/**
 * Pods of a Helm chart.
 *
 * @returns undefined for a chart that is not in the table
 */
export function podsOfChart(name: string, values: JsonObject): readonly SystemPodSpec[] | undefined {
  return CHART_PODS[name]?.map((row) => configured(row, values));
}

function configured(row: SystemPodRow, values: JsonObject): SystemPodSpec {
  const cpu = row.requestsPath && textAt(values, ...row.requestsPath, 'cpu');
  const memory = row.requestsPath && textAt(values, ...row.requestsPath, 'memory');
  return {
    name: row.name,
    isDaemonSet: row.isDaemonSet,
    replicas: (row.replicasPath && numberAt(values, ...row.replicasPath)) ?? row.replicas,
    cpuMillis: cpu === undefined ? row.cpuMillis : cpuMillis(cpu),
    memoryMiB: memory === undefined ? row.memoryMiB : mebibytes(memory),
  };
}

/** The pods besides those of the exercise, and what is in no table. */
export interface NodePods {
  readonly pods: readonly SystemPodSpec[];
  /** Add-ons and charts whose requests are in no table. */
  readonly unknown: readonly string[];
}

/** Pods of the add-ons, the charts and the manifests, except those that run only on Karpenter's nodes. */
export function systemPodsOf(lab: LabView): NodePods {
  const sources = [
    ...lab.addons.map(({ name, configuration }) => ({ name, pods: podsOfAddon(name, configuration) })),
    ...lab.charts.map(({ name, values }) => ({ name, pods: podsOfChart(name, values) })),
    ...lab.workloads
      .filter((workload) => !runsOnNodePool(workload, lab.nodePool))
      .map((workload) => ({ name: workload.metadata.name, pods: [podsOfWorkload(workload)] })),
  ];
  return {
    pods: sources.flatMap(({ pods }) => pods ?? []),
    unknown: sources.filter(({ pods }) => pods === undefined).map(({ name }) => name),
  };
}

/** What one pod of a workload requests: the sum over its containers. */
export function podsOfWorkload(workload: Workload): SystemPodSpec {
  return {
    name: workload.metadata.name,
    isDaemonSet: workload.kind === 'DaemonSet',
    replicas: workload.replicas,
    ...requestsOf(workload.containerRequests),
  };
}

/** What all the containers of a pod request together. */
export function requestsOf(containerRequests: readonly JsonObject[]): Omit<Resources, 'pods'> {
  return { cpuMillis: sumOf(containerRequests, 'cpu', cpuMillis), memoryMiB: sumOf(containerRequests, 'memory', mebibytes) };
}

/** What the pods of all DaemonSets request together, on each node. */
export function daemonRequests(lab: LabView): Resources {
  const daemons = systemPodsOf(lab).pods.filter(({ isDaemonSet }) => isDaemonSet);
  return {
    cpuMillis: daemons.reduce((sum, pod) => sum + pod.cpuMillis, 0),
    memoryMiB: daemons.reduce((sum, pod) => sum + pod.memoryMiB, 0),
    pods: daemons.length,
  };
}

function sumOf(requests: readonly JsonObject[], resource: string, parse: (text: string) => number): number {
  return requests.reduce((sum, request) => {
    const text = textAt(request, resource);
    return text === undefined ? sum : sum + parse(text);
  }, 0);
}
