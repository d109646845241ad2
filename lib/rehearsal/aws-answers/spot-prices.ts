import type { InstanceType, PriceTable } from '../../plan/price-table';
import { ec2Answer, type Handler, xmlElement } from './aws-answer';
import { ec2PageOf, passesFilters, queryFilters, queryList, refuseParameters } from './ec2-query';

/** The spot price of an instance type, the same in all its zones. */
export interface SpotPrice {
  /** USD per hour. */
  readonly perHour: number;
  /** Whether the table has no spot price, so that a part of the on-demand price stands for it. */
  readonly isSimulated: boolean;
}

/**
 * Fraction of the on-demand price that stands for a spot price that the table lacks: the median of
 * the types that have one. A test compares it with the table.
 */
export const SIMULATED_SPOT_FRACTION = 0.3;

/** The spot price of a type in the rehearsal. */
export function spotPriceOf(type: InstanceType): SpotPrice {
  return type.spotPricePerHour === undefined
    ? { perHour: type.pricePerHour * SIMULATED_SPOT_FRACTION, isSimulated: true }
    : { perHour: type.spotPricePerHour, isSimulated: false };
}

/** What the table's prices are for. */
const PRODUCT = 'Linux/UNIX';

/** Names of products that mean the same price. EC2-Classic, from which they differed, is gone. */
const PRODUCT_NAMES: readonly string[] = [PRODUCT, `${PRODUCT} (Amazon VPC)`];

/** Prices on the longest page: more than EC2's own, so that few requests fetch them all. */
const MAX_RESULTS = 10_000;

/** One price of one zone. Its fields are filters of the request by the same names. */
interface SpotRow {
  readonly 'instance-type': string;
  readonly 'availability-zone': string;
  readonly 'product-description': string;
  readonly 'spot-price': string;
  readonly timestamp: string;
}

/** Answers EC2's DescribeSpotPriceHistory: one price a zone, of the table's day. */
export function describeSpotPriceHistory(table: PriceTable): Handler {
  const rows = table.instanceTypes.flatMap((type) => type.zones.map((zone): SpotRow => ({
    'instance-type': type.name,
    'availability-zone': zone,
    'product-description': PRODUCT,
    'spot-price': spotPriceOf(type).perHour.toFixed(6),
    timestamp: `${table.asOf}T00:00:00.000Z`,
  })));
  const simulated = table.instanceTypes.filter((type) => spotPriceOf(type).isSimulated).length;
  const note = `${simulated} of ${table.instanceTypes.length} types have no spot price: ${SIMULATED_SPOT_FRACTION} of on demand stands for it`;

  return ({ operation, parameters }) => {
    refuseParameters(parameters, 'AvailabilityZoneId', 'EndTime');
    const types = queryList(parameters, 'InstanceType');
    const products = queryList(parameters, 'ProductDescription');
    const zone = parameters.get('AvailabilityZone');
    const filters = queryFilters(parameters);
    const matching = rows.filter((row) =>
      (types.length === 0 || types.includes(row['instance-type']))
      && (products.length === 0 || products.some((product) => PRODUCT_NAMES.includes(product)))
      && (zone === null || zone === row['availability-zone'])
      && passesFilters({ ...row }, filters));

    const page = ec2PageOf(matching, parameters, MAX_RESULTS);
    return {
      answer: ec2Answer(operation, [
        xmlElement('spotPriceHistorySet', page.items.map((row) => xmlElement('item', [
          xmlElement('instanceType', row['instance-type']),
          xmlElement('productDescription', row['product-description']),
          xmlElement('spotPrice', row['spot-price']),
          xmlElement('timestamp', row.timestamp),
          xmlElement('availabilityZone', row['availability-zone']),
        ]))),
        xmlElement('nextToken', page.nextToken ?? ''),
      ], note),
    };
  };
}
