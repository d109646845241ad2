import type { LabView } from '../../assembly/lab-view';
import { instanceTypeShape } from '../../estimates/price-table';
import { cpuMillis } from '../../estimates/quantity';
import type { LaunchEstimate } from '../plan-result';
import { allowedCapacityTypes } from '../plan/instance-requirements';
import { isStandardType } from './running-vcpus';

/** vCPUs that the lab asks of EC2, for one kind of capacity. */
export interface VcpuDemand {
  /** System nodes, and what Karpenter will most likely launch for the exercise. */
  readonly needed: number;
  readonly neededFor: string;
  /** The same with all that the NodePool's limit allows. */
  readonly wanted: number;
  readonly wantedFor: string;
}

/** Whether Karpenter may launch spot instances for the exercise. */
export function usesSpot(lab: LabView): boolean {
  return allowedCapacityTypes(lab.nodePool.requirements).includes('spot');
}

/** vCPUs that the lab asks of on-demand capacity: the system nodes, and Karpenter's where the NodePool allows them. */
export function onDemandDemand(lab: LabView, launch: LaunchEstimate): VcpuDemand {
  const system = lab.nodeGroups.reduce((sum, { instanceType, desiredSize }) => sum + desiredSize * vcpus(instanceType), 0);
  const parts = `system nodes ${system}`;
  const isAllowed = allowedCapacityTypes(lab.nodePool.requirements).includes('on-demand');
  if (!isAllowed) return { needed: system, neededFor: parts, wanted: system, wantedFor: parts };
  // Karpenter takes spot first and falls back, so with both allowed only the fallback is on demand.
  const likely = usesSpot(lab) ? 0 : likelyVcpus(launch);
  const limit = Math.max(likely, limitVcpus(lab));
  return {
    needed: system + likely,
    neededFor: likely === 0 ? parts : `${parts}, exercise ${likely}`,
    wanted: system + limit,
    wantedFor: `${parts}, limit of NodePool ${lab.nodePool.name} ${limit}`,
  };
}

/** vCPUs that the lab asks of spot capacity, where the NodePool allows it. */
export function spotDemand(lab: LabView, launch: LaunchEstimate): VcpuDemand {
  const likely = likelyVcpus(launch);
  const limit = Math.max(likely, limitVcpus(lab));
  return {
    needed: likely,
    neededFor: `exercise ${likely}`,
    wanted: limit,
    wantedFor: `limit of NodePool ${lab.nodePool.name} ${limit}`,
  };
}

function likelyVcpus({ likely }: LaunchEstimate): number {
  return likely.reduce((sum, { instanceType, count }) => sum + count * vcpus(instanceType), 0);
}

/** Without a limit nothing bounds the class, and nothing is to be asked of the quota beyond the exercise. */
function limitVcpus({ nodePool: { limits } }: LabView): number {
  const cpu = limits['cpu'];
  return cpu === undefined ? 0 : Math.ceil(cpuMillis(cpu) / 1000);
}

function vcpus(instanceType: string): number {
  return isStandardType(instanceType) ? instanceTypeShape(instanceType)?.vcpu ?? 0 : 0;
}
