import { GetProductsCommand, paginateGetProducts, PricingClient, type Filter, type GetProductsCommandInput } from '@aws-sdk/client-pricing';
import { arrayAt, objectAt, parseJson, textAt, type JsonValue } from '../../../lib/json';
import { faultOf, postJson, sdkConfiguration, startAnswering, type Answering } from './answering';
import { seoul, SMALL_TABLE } from './small-market';

const matching = (fields: Readonly<Record<string, string>>): Filter[] =>
  Object.entries(fields).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }));

/** The SDK declares the list as a text that it has made an object of, but it is neither. */
const pricesIn = ({ PriceList }: { readonly PriceList?: unknown }): readonly JsonValue[] =>
  (PriceList as readonly unknown[]).map((entry) => parseJson(String(entry)));

const only = (object: JsonValue): JsonValue | undefined => Object.values(objectAt(object))[0];

/** What Karpenter reads from a product: its type and its price. */
function priceOf(product: JsonValue): readonly [string | undefined, string | undefined] {
  const term = only(objectAt(product, 'terms', 'OnDemand'));
  const rate = only(objectAt(term, 'priceDimensions'));
  return [textAt(product, 'product', 'attributes', 'instanceType'), textAt(rate, 'pricePerUnit', 'USD')];
}

describe('prices', () => {
  let answering: Answering;
  let client: PricingClient;
  let products: (input?: Partial<GetProductsCommandInput>) => Promise<readonly JsonValue[]>;

  beforeAll(async () => {
    answering = await startAnswering();
    // Karpenter asks the endpoint of another region, as prices are not to be had in each.
    client = new PricingClient(sdkConfiguration(answering.url, 'ap-south-1'));
    products = async (input = {}) => {
      return pricesIn(await client.send(new GetProductsCommand({ ServiceCode: 'AmazonEC2', ...input })));
    };
  });

  afterAll(async () => {
    client.destroy();
    await answering.stop();
  });

  it('gives each type of the table with its price [pricing-product]', async () => {
    expect((await products()).map(priceOf)).toEqual([
      ['c5a.2xlarge', '0.3440000000'],
      ['m7g.large', '0.1000000000'],
      ['c5.metal', '4.6080000000'],
    ]);
  });

  it('gives shared types to the question that Karpenter asks for them [pricing-shared] [pricing-filters]', async () => {
    const asked = {
      regionCode: 'ap-northeast-2', serviceCode: 'AmazonEC2', preInstalledSw: 'NA', operatingSystem: 'Linux',
      capacitystatus: 'Used', marketoption: 'OnDemand', tenancy: 'Shared', productFamily: 'Compute Instance',
    };
    expect((await products({ Filters: matching(asked) })).map((product) => priceOf(product)[0])).toEqual(['c5a.2xlarge', 'm7g.large']);
  });

  it('gives metal to the question that Karpenter asks for it [pricing-metal]', async () => {
    const asked = { regionCode: 'ap-northeast-2', tenancy: 'Dedicated', productFamily: 'Compute Instance (bare metal)' };
    expect((await products({ Filters: matching(asked) })).map(priceOf)).toEqual([['c5.metal', '4.6080000000']]);
  });

  it('takes the filter EQUALS for one type [pricing-filters]', async () => {
    const filters: Filter[] = [{ Type: 'EQUALS', Field: 'instanceType', Value: 'm7g.large' }];
    expect(await products({ Filters: filters })).toHaveLength(1);
  });

  it('fails when a filter has an unknown field or type [pricing-filter-unknown]', async () => {
    await expect(faultOf(products({ Filters: matching({ colour: 'red' }) }))).resolves.toBe('InvalidParameterException');
    const contains: Filter[] = [{ Type: 'CONTAINS', Field: 'instanceType', Value: 'c5' }];
    await expect(faultOf(products({ Filters: contains }))).resolves.toBe('InvalidParameterException');
  });

  it('has nothing of another region [pricing-region]', async () => {
    await expect(products({ Filters: matching({ regionCode: 'us-east-1' }) })).resolves.toEqual([]);
  });

  it('gives pages, of which the last has no token [pricing-pages]', async () => {
    const first = await client.send(new GetProductsCommand({ ServiceCode: 'AmazonEC2', MaxResults: 2 }));
    expect(first.PriceList).toHaveLength(2);
    const last = await client.send(new GetProductsCommand({ ServiceCode: 'AmazonEC2', MaxResults: 2, NextToken: first.NextToken }));
    expect(last.PriceList).toHaveLength(1);
    expect(last.NextToken).toBeUndefined();
  });

  it('fails when a page is too long or a token is no page\'s [pricing-pages]', async () => {
    await expect(faultOf(products({ MaxResults: 101 }))).resolves.toBe('InvalidParameterException');
    await expect(faultOf(products({ MaxResults: 0 }))).resolves.toBe('InvalidParameterException');
    await expect(faultOf(products({ NextToken: 'from-3' }))).resolves.toBe('InvalidNextTokenException');
    await expect(faultOf(products({ NextToken: 'elsewhere' }))).resolves.toBe('InvalidNextTokenException');
  });

  it('fails when asked for another service or format [pricing-service]', async () => {
    await expect(faultOf(products({ ServiceCode: 'AmazonRDS' }))).resolves.toBe('NotFoundException');
    await expect(faultOf(products({ FormatVersion: 'aws_v2' }))).resolves.toBe('InvalidParameterException');
    const response = await postJson(answering.url, 'pricing', 'AWSPriceListService.GetProducts', '{}');
    expect(response.headers.get('x-amzn-errortype')).toBe('InvalidParameterException');
  });

  it.each(['no JSON', '[]', '"text"'])('fails when the body is %s [pricing-body]', async (body) => {
    const response = await postJson(answering.url, 'pricing', 'AWSPriceListService.GetProducts', body);
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
  });

  it('gives all of the real table in pages of 100 [pricing-pages]', async () => {
    const table = seoul();
    const real = await startAnswering({ prices: table });
    const pages: number[] = [];
    const paginator = paginateGetProducts({ client: new PricingClient(sdkConfiguration(real.url)) }, { ServiceCode: 'AmazonEC2' });
    for await (const page of paginator) pages.push(pricesIn(page).length);
    await real.stop();
    expect(Math.max(...pages)).toBe(100);
    expect(pages.reduce((sum, length) => sum + length, 0)).toBe(table.instanceTypes.length);
  });

  it('has the fields that AWS documents around the price', async () => {
    const response = await postJson(answering.url, 'pricing', 'AWSPriceListService.GetProducts', '{"ServiceCode":"AmazonEC2","MaxResults":1}');
    const body = parseJson(await response.text());
    expect(textAt(body, 'FormatVersion')).toBe('aws_v1');
    const [text] = arrayAt(body, 'PriceList');
    expect(parseJson(textAt(text) ?? '')).toMatchObject({
      serviceCode: 'AmazonEC2',
      terms: { OnDemand: { 'c5a.2xlarge.OnDemand': { effectiveDate: `${SMALL_TABLE.asOf}T00:00:00Z` } } },
    });
  });
});
