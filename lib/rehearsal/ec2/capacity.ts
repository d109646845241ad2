/** How an instance is bought. */
export type CapacityType = 'on-demand' | 'spot';

/** Instances that EC2 has none of for a while. */
export interface CapacityShortage {
  /** Such as `c5a.2xlarge`. */
  readonly instanceType: string;
  /** @default - all zones */
  readonly zone?: string;
  /** @default - however they are bought */
  readonly capacityType?: CapacityType;
}
