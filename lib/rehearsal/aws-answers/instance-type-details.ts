import type { PriceTable } from '../../estimates/price-table';
import { AwsFault } from './aws-fault';
import { withParameters } from './aws-request';
import { queryList } from './ec2-query';
import type { Handler } from './handler';

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
