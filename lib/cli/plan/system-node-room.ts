import type { NodeResources, SystemNodeFit } from '../../actions/plan-result';

/** What is left on the system nodes, and whether that is enough. */
export interface SystemNodeRoom {
  readonly free: NodeResources;
  readonly isEnough: boolean;
}

/** Takes what is requested from what the system nodes have. */
export function systemNodeRoom(fit: SystemNodeFit): SystemNodeRoom {
  const free: NodeResources = {
    cpuMillis: fit.allocatable.cpuMillis - fit.requested.cpuMillis,
    memoryMiB: fit.allocatable.memoryMiB - fit.requested.memoryMiB,
    pods: fit.allocatable.pods - fit.requested.pods,
  };
  return { free, isEnough: Math.min(free.cpuMillis, free.memoryMiB, free.pods) >= 0 };
}
