import type { InstanceType, PriceTable } from '../../plan/price-table';
import { ec2Answer, type Handler, xmlElement } from './aws-answer';
import { AwsFault, withParameters } from './aws-request';
import { ec2PageOf, passesFilters, queryFilters, queryList } from './ec2-query';

/**
 * Narrows EC2's DescribeInstanceTypes to the types of the table, and lets moto answer it: moto
 * knows the details, from a recording of EC2.
 */
export function narrowInstanceTypes(table: PriceTable): Handler {
  const market = table.instanceTypes.map(({ name }) => name);
  const known = new Set(market);
  return (request) => {
    const asked = queryList(request.parameters, 'InstanceType');
    const unknown = asked.filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new AwsFault('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown.join(', ')}]`);
    }
    if (asked.length > 0) return { forward: request };

    const parameters = new URLSearchParams(request.parameters);
    // EC2 takes either a list of types or pages.
    parameters.delete('MaxResults');
    parameters.delete('NextToken');
    market.forEach((name, index) => parameters.set(`InstanceType.${index + 1}`, name));
    return { forward: withParameters(request, parameters), note: `narrowed to ${market.length} types` };
  };
}

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
