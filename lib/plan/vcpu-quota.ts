import type { LabView } from '../assembly/lab-view';
import { instanceTypeShape } from './price-table';

/** Codes of EC2's quotas of the vCPUs of Standard instances that may run at once, by how they are bought. */
export const VCPU_QUOTA_CODES = { onDemand: 'L-1216C47A', spot: 'L-34B43A08' } as const;

/** vCPUs of on-demand Standard instances that a new AWS account may run. */
export const DEFAULT_VCPU_QUOTA = 5;

/** Families of the "Standard" quotas: A, C, D, H, I, M, R, T and Z. Others, such as G or X, have quotas of their own. */
const STANDARD_FAMILY = /^(?:a|c|d|h|i|im|is|m|r|t|z)\d/;

/** Whether instances of a type count against the "Standard" quotas. */
export function isStandardType(instanceType: string): boolean {
  return STANDARD_FAMILY.test(instanceType);
}

/** vCPUs of instances that count against the "Standard" quotas. A type that no price table has counts as nothing. */
export function standardVcpus(instances: readonly { readonly instanceType: string; readonly count: number }[]): number {
  return instances
    .filter(({ instanceType }) => isStandardType(instanceType))
    .reduce((sum, { instanceType, count }) => sum + count * (instanceTypeShape(instanceType)?.vcpu ?? 0), 0);
}

/** {@link standardVcpus} of the system nodes. */
export function systemVcpus({ nodeGroups }: LabView): number {
  return standardVcpus(nodeGroups.map(({ instanceType, desiredSize }) => ({ instanceType, count: desiredSize })));
}
