import type { LabView } from '../assembly/lab-view';
import { instanceTypeShape } from './price-table';

/** Codes of EC2's quotas of the vCPUs of Standard instances that may run at once, by how they are bought. */
export const VCPU_QUOTA_CODES = { onDemand: 'L-1216C47A', spot: 'L-34B43A08' } as const;

/** vCPUs of on-demand Standard instances that a new AWS account may run. */
export const DEFAULT_VCPU_QUOTA = 5;

/** A quota of EC2 of its own for some instance categories. */
export interface FamilyVcpuQuota {
  /** How AWS calls the families: `G and VT`. */
  readonly families: string;
  /** Categories that count against it, as Karpenter's label has them. */
  readonly categories: readonly string[];
  readonly onDemand: string;
  /** @default - EC2 has no spot instances of these families */
  readonly spot?: string;
}

/**
 * Quotas of what is not "Standard". In most accounts they are 0 until somebody asks.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
export const FAMILY_VCPU_QUOTAS: readonly FamilyVcpuQuota[] = [
  { families: 'G and VT', categories: ['g', 'gr', 'vt'], onDemand: 'L-DB2E81BA', spot: 'L-3819A6DF' },
  { families: 'P', categories: ['p'], onDemand: 'L-417A185B', spot: 'L-7212CCBC' },
  { families: 'F', categories: ['f'], onDemand: 'L-74FC7D96', spot: 'L-88CF9481' },
  { families: 'X', categories: ['x'], onDemand: 'L-7295265B', spot: 'L-E3A00192' },
  { families: 'Inf', categories: ['inf'], onDemand: 'L-1945791B', spot: 'L-B5D1601B' },
  { families: 'Trn', categories: ['trn'], onDemand: 'L-2C3B7624', spot: 'L-6B0D517C' },
  { families: 'DL', categories: ['dl'], onDemand: 'L-6E869C2A', spot: 'L-85EED4F7' },
  { families: 'High Memory', categories: ['u'], onDemand: 'L-43DA4232' },
  { families: 'HPC', categories: ['hpc'], onDemand: 'L-F7808C92' },
];

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
