import type { InstanceType } from '../../estimates/price-table';

/** The spot price of an instance type, the same in all its zones. */
export interface SpotPrice {
  /** USD per hour. */
  readonly perHour: number;
  /** Whether the table has no spot price, so that a part of the on-demand price stands for it. */
  readonly isSimulated: boolean;
}

/**
 * Part of the on-demand price that stands for a spot price which the table lacks: the median of
 * the types that have one. A test keeps the two together.
 */
export const SIMULATED_SPOT_FRACTION = 0.3;

/** The spot price by which the rehearsal goes. */
export function spotPriceOf(type: InstanceType): SpotPrice {
  return type.spotPricePerHour === undefined
    ? { perHour: type.pricePerHour * SIMULATED_SPOT_FRACTION, isSimulated: true }
    : { perHour: type.spotPricePerHour, isSimulated: false };
}
