import type { InstanceType, PriceTable } from '../../estimates/price-table';
import { ec2Answer } from './aws-answer';
import { AwsFault } from './aws-fault';
import { ec2PageOf } from './ec2-page';
import { passesFilters, queryFilters } from './ec2-query';
import type { Handler } from './handler';
import { xmlElement } from './xml';

/** The longest page. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html */
const MAX_RESULTS = 1000;

/** Where a type can be asked for. EC2 also knows `availability-zone-id` and `outpost`; the table does not. */
const LOCATIONS: Readonly<Record<string, (type: InstanceType, region: string) => readonly string[]>> = {
  region: (_type, region) => [region],
  'availability-zone': (type) => type.zones,
};

/** Answers EC2's DescribeInstanceTypeOfferings: the types of the table, in the table's zones. */
export function describeInstanceTypeOfferings(table: PriceTable): Handler {
  return ({ operation, parameters }) => {
    const locationType = parameters.get('LocationType') ?? 'region';
    const locationsOf = LOCATIONS[locationType];
    if (locationsOf === undefined) {
      throw new AwsFault('UnsupportedOperation', `The rehearsal does not answer requests with LocationType ${locationType}.`);
    }

    const filters = queryFilters(parameters);
    const offerings = table.instanceTypes
      .flatMap((type) => locationsOf(type, table.region).map((location) => ({ 'instance-type': type.name, location })))
      .filter((offering) => passesFilters(offering, filters));
    const page = ec2PageOf(offerings, parameters, MAX_RESULTS);
    return {
      answer: ec2Answer(operation, [
        xmlElement('instanceTypeOfferingSet', page.items.map((offering) => xmlElement('item', [
          xmlElement('instanceType', offering['instance-type']),
          xmlElement('locationType', locationType),
          xmlElement('location', offering.location),
        ]))),
        ...(page.nextToken === undefined ? [] : [xmlElement('nextToken', page.nextToken)]),
      ]),
    };
  };
}
