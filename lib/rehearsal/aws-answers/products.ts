import { arrayAt, type JsonObject, type JsonValue, numberAt, textAt } from '../../json';
import type { InstanceType, PriceTable } from '../../plan/price-table';
import { type Handler, jsonAnswer } from './aws-answer';
import { AwsFault, jsonBody } from './aws-request';
import { pageOf } from './ec2-query';

/** The only service whose prices the table has. */
const EC2 = 'AmazonEC2';

/** The only version of the price list's format. */
const FORMAT_VERSION = 'aws_v1';

/** Length of the longest page, and of a page whose length the request leaves open. @see https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html */
const MAX_RESULTS = 100;

/** A product, and the fields by which it can be filtered, in lower case. */
interface Product {
  readonly fields: Readonly<Record<string, string>>;
  readonly entry: JsonObject;
}

/** Answers Pricing's GetProducts: on-demand prices of Linux instances in the table's region. */
export function getProducts(table: PriceTable): Handler {
  const products = table.instanceTypes.map((type) => productOf(type, table));
  return (request) => {
    const body = jsonBody(request);
    requireAskable(body);

    const filters = arrayAt(body, 'Filters').map(readFilter);
    const matching = products.filter(({ fields }) => filters.every((passes) => passes(fields)));
    const page = pageOf(matching, { maxResults: pageLength(body), nextToken: textAt(body, 'NextToken') });
    if (page === undefined) throw new AwsFault('InvalidNextTokenException', 'The pagination token is invalid.');
    return {
      answer: jsonAnswer({
        FormatVersion: FORMAT_VERSION,
        PriceList: page.items.map(({ entry }) => JSON.stringify(entry)),
        ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
      }, `${page.items.length} of ${matching.length} prices`),
    };
  };
}

function requireAskable(body: JsonObject): void {
  const service = textAt(body, 'ServiceCode');
  if (service === undefined) throw new AwsFault('InvalidParameterException', 'ServiceCode is missing.');
  if (service !== EC2) throw new AwsFault('NotFoundException', `The rehearsal has prices of ${EC2}, not of ${service}.`);

  const format = textAt(body, 'FormatVersion') ?? FORMAT_VERSION;
  if (format !== FORMAT_VERSION) throw new AwsFault('InvalidParameterException', `FormatVersion ${format} is not ${FORMAT_VERSION}.`);
}

function pageLength(body: JsonObject): number {
  const length = numberAt(body, 'MaxResults') ?? MAX_RESULTS;
  if (!Number.isInteger(length) || length < 1 || length > MAX_RESULTS) {
    throw new AwsFault('InvalidParameterException', `MaxResults ${length} is not from 1 to ${MAX_RESULTS}.`);
  }
  return length;
}

/** Names of fields are compared in lower case, because callers write `serviceCode` for `servicecode`. */
function readFilter(filter: JsonValue): (fields: Product['fields']) => boolean {
  const type = textAt(filter, 'Type') ?? '';
  const field = textAt(filter, 'Field') ?? '';
  const value = textAt(filter, 'Value') ?? '';
  if (type !== 'TERM_MATCH' && type !== 'EQUALS') {
    throw new AwsFault('InvalidParameterException', `The rehearsal does not answer filters of the type ${type}.`);
  }
  return (fields) => {
    const found = fields[field.toLowerCase()];
    if (found === undefined) throw new AwsFault('InvalidParameterException', `The rehearsal's products have no field ${field}.`);
    return found === value;
  };
}

function productOf(type: InstanceType, table: PriceTable): Product {
  const productFamily = type.isBareMetal ? 'Compute Instance (bare metal)' : 'Compute Instance';
  const attributes = {
    servicecode: EC2,
    regionCode: table.region,
    instanceType: type.name,
    tenancy: type.isBareMetal ? 'Dedicated' : 'Shared',
    operatingSystem: 'Linux',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
    marketoption: 'OnDemand',
  };
  const term = `${type.name}.OnDemand`;
  const rate = `${term}.Hours`;
  return {
    fields: Object.fromEntries(Object.entries({ ...attributes, productFamily }).map(([field, value]) => [field.toLowerCase(), value])),
    entry: {
      product: { productFamily, attributes, sku: type.name },
      serviceCode: EC2,
      terms: {
        OnDemand: {
          [term]: {
            sku: type.name,
            effectiveDate: `${table.asOf}T00:00:00Z`,
            priceDimensions: { [rate]: { rateCode: rate, unit: 'Hrs', pricePerUnit: { [table.currency]: type.pricePerHour.toFixed(10) } } },
          },
        },
      },
    },
  };
}
