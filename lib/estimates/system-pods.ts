import { cpuMillis, mebibytes } from './quantity';
import { numberAt, textAt, type JsonObject } from '../assembly/json';

/** Pods of one kind that an add-on or chart runs, with what each requests. */
export interface SystemPodSpec {
  readonly name: string;
  readonly isDaemonSet: boolean;
  /** Pods of a Deployment; 1, a node, for a DaemonSet. */
  readonly replicas: number;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/** A row of the table: the defaults, and where an add-on's configuration or a chart's values override them. */
interface SystemPodRow extends SystemPodSpec {
  readonly replicasPath?: readonly string[];
  /** Where `requests` of the only container stands. */
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
