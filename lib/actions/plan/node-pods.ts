import { textAt, type JsonObject } from '../../assembly/json';
import { runsOnNodePool, type LabView } from '../../assembly/lab-view';
import type { WorkloadView } from '../../assembly/workload-view';
import type { Resources } from '../../estimates/allocatable';
import { cpuMillis, mebibytes } from '../../estimates/quantity';
import { podsOfAddon, podsOfChart, type SystemPodSpec } from '../../estimates/system-pods';

/** Everything that runs besides the exercise, and what the tables could not say. */
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
      .map((workload) => ({ name: workload.name, pods: [podsOfWorkload(workload)] })),
  ];
  return {
    pods: sources.flatMap(({ pods }) => pods ?? []),
    unknown: sources.filter(({ pods }) => pods === undefined).map(({ name }) => name),
  };
}

/** What one pod of a workload requests: the sum over its containers. */
export function podsOfWorkload(workload: WorkloadView): SystemPodSpec {
  return {
    name: workload.name,
    isDaemonSet: workload.kind === 'DaemonSet',
    replicas: workload.replicas,
    ...requestsOf(workload.containerRequests),
  };
}

/** What all the containers of a pod request together. */
export function requestsOf(containerRequests: readonly JsonObject[]): Omit<Resources, 'pods'> {
  return { cpuMillis: sumOf(containerRequests, 'cpu', cpuMillis), memoryMiB: sumOf(containerRequests, 'memory', mebibytes) };
}

/** What the DaemonSets of the lab take of each node. */
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
