import { kubeReservedCpuMillis } from '../estimates/allocatable';
import { cpuMillis } from '../estimates/quantity';

/**
 * The most pods of one CPU request that a NodePool with this CPU limit can hold.
 *
 * Karpenter counts the limit in cores of whole instances. The bound is that of one instance with
 * all the cores: more and smaller ones reserve more, and the DaemonSets on each take their part
 * too. So what is beyond it can never run; what is below it is for the plan to estimate.
 */
export function mostReplicas(cpuLimit: number, cpuRequest: string): number {
  return Math.floor((cpuLimit * 1000 - kubeReservedCpuMillis(cpuLimit * 1000)) / cpuMillis(cpuRequest));
}

/** The smallest CPU limit, in cores, whose {@link mostReplicas} are enough. */
export function smallestCpuLimit(replicas: number, cpuRequest: string): number {
  let limit = Math.ceil(replicas * cpuMillis(cpuRequest) / 1000);
  while (mostReplicas(limit, cpuRequest) < replicas) {
    limit += 1;
  }
  return limit;
}
