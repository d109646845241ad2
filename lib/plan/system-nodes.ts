import type { LabView } from '../assembly/lab-view';
import { allocatableOf, type Resources } from '../kubernetes/allocatable';
import { instanceTypeShape } from './price-table';
import { systemPodsOf, type SystemPodSpec } from './node-pods';
import type { SystemNodeFit, SystemPod } from './plan-result';

const NOTHING: Resources = { cpuMillis: 0, memoryMiB: 0, pods: 0 };

/** What runs on the system nodes, the sum of its requests, and what the nodes have. */
export function planSystemNodes(lab: LabView): SystemNodeFit {
  const [nodeGroup] = lab.nodeGroups;
  const nodeCount = nodeGroup?.desiredSize ?? 0;
  const instanceType = nodeGroup?.instanceType ?? '';
  const shape = instanceTypeShape(instanceType);
  const allocatable = shape === undefined ? NOTHING : allocatableOf(shape);
  const pods = systemPodsOf(lab).pods.map((pod): SystemPod => ({
    name: pod.name,
    count: pod.isDaemonSet ? nodeCount : pod.replicas,
    cpuMillis: pod.cpuMillis,
    memoryMiB: pod.memoryMiB,
    isDaemonSet: pod.isDaemonSet,
  }));
  return {
    instanceType,
    nodeCount,
    pods,
    requested: pods.reduce((sum, pod) => ({
      cpuMillis: sum.cpuMillis + pod.count * pod.cpuMillis,
      memoryMiB: sum.memoryMiB + pod.count * pod.memoryMiB,
      pods: sum.pods + pod.count,
    }), NOTHING),
    allocatable: {
      cpuMillis: nodeCount * allocatable.cpuMillis,
      memoryMiB: nodeCount * allocatable.memoryMiB,
      pods: nodeCount * allocatable.pods,
    },
    ...(shape === undefined && { unavailable: `The size of ${instanceType} is in no table, so nothing says whether they fit.` }),
  };
}

/**
 * Names of pods for which no system node has room left, when the largest are placed first, each on
 * the emptiest node. A sum that fits can still leave a pod without a node.
 */
export function podsWithoutRoom(fit: SystemNodeFit): readonly string[] {
  const perNode = fit.pods.filter(({ isDaemonSet }) => isDaemonSet);
  const nodes = Array.from({ length: fit.nodeCount }, (): Resources => ({
    cpuMillis: fit.allocatable.cpuMillis / fit.nodeCount - sum(perNode.map((pod) => pod.cpuMillis)),
    memoryMiB: fit.allocatable.memoryMiB / fit.nodeCount - sum(perNode.map((pod) => pod.memoryMiB)),
    pods: fit.allocatable.pods / fit.nodeCount - perNode.length,
  }));
  const crowdedOut = nodes.some((free) => !holds(free, { cpuMillis: 0, memoryMiB: 0 })) ? perNode.map(({ name }) => name) : [];

  const largestFirst = fit.pods
    .filter(({ isDaemonSet }) => !isDaemonSet)
    .flatMap((pod) => Array.from({ length: pod.count }, () => pod))
    .toSorted((a, b) => b.cpuMillis - a.cpuMillis || b.memoryMiB - a.memoryMiB);
  const unplaced = largestFirst.filter((pod) => {
    const emptiestFirst = nodes.map((free, index) => ({ free, index })).toSorted((a, b) => b.free.cpuMillis - a.free.cpuMillis);
    const node = emptiestFirst.find(({ free }) => free.pods >= 1 && holds(free, pod));
    if (node === undefined) return true;
    nodes[node.index] = {
      cpuMillis: node.free.cpuMillis - pod.cpuMillis,
      memoryMiB: node.free.memoryMiB - pod.memoryMiB,
      pods: node.free.pods - 1,
    };
    return false;
  });
  return [...new Set([...crowdedOut, ...unplaced.map(({ name }) => name)])];
}

function holds(free: Resources, pod: Pick<SystemPodSpec, 'cpuMillis' | 'memoryMiB'>): boolean {
  return free.pods >= 0 && free.cpuMillis >= pod.cpuMillis && free.memoryMiB >= pod.memoryMiB;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
