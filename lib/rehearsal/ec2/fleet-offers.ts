import type { InstanceType, PriceTable } from '../../plan/price-table';
import { AwsFault } from '../aws-answers/aws-request';
import { spotPriceOf } from '../aws-answers/spot-prices';

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

/** What a fleet could launch: an instance type in a zone. */
export interface FleetOffer {
  readonly instanceType: string;
  readonly zone: string;
  /** The lower, the better, where the strategy goes by it. @default - after all that have one */
  readonly priority?: number;
}

/** Strategies that go by the caller's priorities instead of prices. */
const BY_PRIORITY: readonly string[] = ['prioritized', 'capacity-optimized-prioritized'];

/** How a fleet chooses. */
export interface FleetChoice {
  readonly prices: PriceTable;
  readonly capacityType: CapacityType;
  /** Such as `lowest-price`. */
  readonly allocationStrategy: string;
}

/**
 * Offers in the order in which EC2 tries them: the cheapest first, or the caller's first choice where the strategy says so. Of two
 * that are alike the one that the request names first comes first.
 *
 * Spot capacity has no figures here, so that the strategies that weigh it go by the price alone.
 */
export function inOrder<Offer extends FleetOffer>(offers: readonly Offer[], { prices, capacityType, allocationStrategy }: FleetChoice): readonly Offer[] {
  const types = new Map(prices.instanceTypes.map((type) => [type.name, type]));
  const rank = (offer: Offer): number => {
    if (BY_PRIORITY.includes(allocationStrategy)) return offer.priority ?? Infinity;
    const type = types.get(offer.instanceType);
    return type === undefined ? Infinity : priceOf(type, capacityType);
  };
  const ranked = offers.map((offer) => ({ offer, rank: rank(offer) }));
  return ranked.toSorted((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank)).map(({ offer }) => offer);
}

function priceOf(type: InstanceType, capacityType: CapacityType): number {
  return capacityType === 'spot' ? spotPriceOf(type).perHour : type.pricePerHour;
}

/** EC2's name of the error for what it has none of. */
export const NO_CAPACITY = 'InsufficientInstanceCapacity';

/** EC2's answer for an offer that its zone does not have, or has none of for now; undefined where it can be launched. */
export function refusalOf(
  { instanceType, zone }: FleetOffer, { prices, capacityType }: Pick<FleetChoice, 'prices' | 'capacityType'>, shortages: readonly CapacityShortage[],
): AwsFault | undefined {
  const zones = prices.instanceTypes.find(({ name }) => name === instanceType)?.zones ?? [];
  if (!zones.includes(zone)) {
    return new AwsFault('Unsupported', `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${zone}).`
      + ` Please retry your request by not specifying an Availability Zone or choosing ${zones.join(', ')}.`);
  }
  const isShort = (where: string): boolean => shortages.some((shortage) => shortage.instanceType === instanceType
    && (shortage.zone ?? where) === where
    && (shortage.capacityType ?? capacityType) === capacityType);
  if (!isShort(zone)) return undefined;
  if (capacityType === 'spot') return new AwsFault(NO_CAPACITY, 'There is no Spot capacity available that matches your request.');
  const elsewhere = zones.filter((other) => !isShort(other));
  return new AwsFault(NO_CAPACITY, `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}).`
    + ' Our system will be working on provisioning additional capacity.'
    + (elsewhere.length === 0 ? '' : ` You can currently get ${instanceType} capacity by not specifying an Availability Zone in your request or choosing ${elsewhere.join(', ')}.`));
}
