import { DescribeInstanceTypeOfferingsCommand, DescribeInstanceTypesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing';
import { mockClient } from 'aws-sdk-client-mock';
import { readFileSync } from 'node:fs';
import type { PriceFile, PriceFileType } from '../../lib/plan/price-table';
import { changesText, describeNewTypes, doubtsAbout, listedPrices, priceChanges, priceFileText, updatedFile } from '../../scripts/price-update';

const SEOUL = JSON.parse(readFileSync('lib/plan/prices/ap-northeast-2.json', 'utf8')) as PriceFile;

/** An entry of `PriceList`, with the fields and codes that AWS gives it. */
function entry(instanceType: string, price: string, sku = 'JRTCKXETXF8Z6NMQ'): string {
  return JSON.stringify({
    product: {
      productFamily: 'Compute Instance',
      attributes: {
        enhancedNetworkingSupported: 'Yes', memory: '16 GiB', vcpu: '8', capacitystatus: 'Used', locationType: 'AWS Region', operatingSystem: 'Linux',
        regionCode: 'ap-northeast-2', servicecode: 'AmazonEC2', instanceType, tenancy: 'Shared', usagetype: `APN2-BoxUsage:${instanceType}`,
        preInstalledSw: 'NA', marketoption: 'OnDemand', operation: 'RunInstances',
      },
      sku,
    },
    serviceCode: 'AmazonEC2',
    terms: {
      OnDemand: {
        [`${sku}.JRTCKXETXF`]: {
          priceDimensions: {
            [`${sku}.JRTCKXETXF.6YS6EN2CT7`]: {
              unit: 'Hrs', endRange: 'Inf', description: `$${price} per On Demand Linux ${instanceType} Instance Hour`, appliesTo: [],
              rateCode: `${sku}.JRTCKXETXF.6YS6EN2CT7`, beginRange: '0', pricePerUnit: { USD: price },
            },
          },
          sku, effectiveDate: '2026-11-01T00:00:00Z', offerTermCode: 'JRTCKXETXF', termAttributes: {},
        },
      },
    },
    version: '20261120000000', publicationDate: '2026-11-20T00:00:00Z',
  });
}

function type(name: string, pricePerHour: number, changes: Partial<PriceFileType> = {}): PriceFileType {
  return {
    name, vcpu: 8, memoryMiB: 16384, architecture: 'amd64', maxEnis: 4, ipv4PerEni: 15, hypervisor: 'nitro', bareMetal: false, zones: ['a', 'c'],
    pricePerHour, priceSource: 'old', ...changes,
  };
}

const FILE: PriceFile = {
  ...SEOUL, sources: { old: { name: 'old list', what: 'prices', asOf: '2025-05-28' } },
  instanceTypes: [type('c5.2xlarge', 0.384, { spotPricePerHour: 0.1 }), type('c5a.2xlarge', 0.344, { isPriceDerived: true })],
};

describe('the prices of the AWS Price List', () => {
  it('are read from all its pages, of shared and of bare-metal instances of the region', async () => {
    const pricing = mockClient(PricingClient);
    pricing.on(GetProductsCommand).callsFake((input: { readonly Filters: readonly { readonly Value: string }[]; readonly NextToken?: string }) => {
      if (input.Filters.some(({ Value }) => Value === 'Dedicated')) return { PriceList: [entry('c5.metal', '4.6080000000')] };
      return input.NextToken === undefined
        ? { PriceList: [entry('c5.2xlarge', '0.3840000000')], NextToken: 'more' }
        : { PriceList: [entry('c5a.2xlarge', '0.3440000000'), entry('c9x.large', '0.0000000000')] };
    });

    await expect(listedPrices(new PricingClient({ region: 'us-east-1' }), 'ap-northeast-2'))
      .resolves.toEqual(new Map([['c5.2xlarge', 0.384], ['c5a.2xlarge', 0.344], ['c5.metal', 4.608]]));
    expect(pricing.commandCalls(GetProductsCommand)[0]?.args[0].input).toMatchObject({
      ServiceCode: 'AmazonEC2', Filters: expect.arrayContaining([{ Type: 'TERM_MATCH', Field: 'regionCode', Value: 'ap-northeast-2' }]) as unknown,
    });
  });

  it('fails when an entry has no price per hour', async () => {
    mockClient(PricingClient).on(GetProductsCommand).resolves({ PriceList: [entry('c5.2xlarge', '0.384').replaceAll('"Hrs"', '"Quantity"')] });
    await expect(listedPrices(new PricingClient({ region: 'us-east-1' }), 'ap-northeast-2')).rejects.toThrow(/without instance type or price per hour/);
  });
});

describe('an update of the price table', () => {
  it('changes prices, and takes in new types of its categories from its oldest generation on', () => {
    const changes = priceChanges(FILE, new Map([['c5.2xlarge', 0.4], ['c5a.2xlarge', 0.344], ['c8i-flex.large', 0.1], ['c4.large', 0.1], ['g5.xlarge', 1.2]]));
    expect(changes).toEqual([{ name: 'c5.2xlarge', before: 0.384, after: 0.4 }, { name: 'c8i-flex.large', after: 0.1 }]);
    expect(changesText(changes).map((line) => line.replaceAll(/\s+/g, ' '))).toEqual(['type before after USD/h', 'c5.2xlarge 0.384 0.4 +4.2 %', 'c8i-flex.large - 0.1 new']);
  });

  it.each([
    ['a type vanished', new Map([['c5.2xlarge', 0.384]]), /^c5a\.2xlarge is no more/],
    ['a price moved by more than half', new Map([['c5.2xlarge', 0.384], ['c5a.2xlarge', 0.1]]), /^c5a\.2xlarge moved from 0\.344 to 0\.1/],
  ])('is doubted where %s', (_, listed, doubt) => {
    expect(doubtsAbout(priceChanges(FILE, listed))).toEqual([expect.stringMatching(doubt)]);
  });

  it('is not doubted where prices moved by half at most, or types are new', () => {
    expect(doubtsAbout(priceChanges(FILE, new Map([['c5.2xlarge', 0.57], ['c5a.2xlarge', 0.2], ['c7g.large', 9]])))).toEqual([]);
  });

  it('keeps source and day, the spot prices and where those are from', () => {
    const file = updatedFile(FILE, new Map([['c5.2xlarge', 0.4], ['c5a.2xlarge', 0.35]]), [type('c5b.2xlarge', 0.3)], '2026-12-01');
    expect([file.asOf, file.ratesAsOf, Object.keys(file.sources)]).toEqual(['2026-12-01', SEOUL.ratesAsOf, ['old', 'price-list']]);
    expect(file.sources['price-list']?.asOf).toBe('2026-12-01');
    expect(file.instanceTypes).toEqual([
      type('c5.2xlarge', 0.4, { spotPricePerHour: 0.1, priceSource: 'price-list' }), type('c5a.2xlarge', 0.35, { priceSource: 'price-list' }), type('c5b.2xlarge', 0.3),
    ]);
  });

  it('describes new types as EC2 does', async () => {
    mockClient(EC2Client)
      .on(DescribeInstanceTypeOfferingsCommand).resolves({
        InstanceTypeOfferings: ['c', 'a'].map((zone) => ({ InstanceType: 'c8g.large', LocationType: 'availability-zone', Location: `ap-northeast-2${zone}` })),
      })
      .on(DescribeInstanceTypesCommand).resolves({
        InstanceTypes: [{
          InstanceType: 'c8g.large', BareMetal: false, Hypervisor: 'nitro', ProcessorInfo: { SupportedArchitectures: ['arm64'] }, VCpuInfo: { DefaultVCpus: 2 },
          MemoryInfo: { SizeInMiB: 4096 }, NetworkInfo: { MaximumNetworkInterfaces: 3, Ipv4AddressesPerInterface: 10, NetworkCards: [{ NetworkCardIndex: 0, MaximumNetworkInterfaces: 3 }] },
        }, { InstanceType: 'g5.xlarge' }],
      });
    await expect(describeNewTypes(new EC2Client({ region: 'ap-northeast-2' }), [{ name: 'c8g.large', after: 0.09 }])).resolves.toEqual([
      { name: 'c8g.large', vcpu: 2, memoryMiB: 4096, architecture: 'arm64', maxEnis: 3, ipv4PerEni: 10, hypervisor: 'nitro', bareMetal: false, zones: ['a', 'c'], pricePerHour: 0.09, priceSource: 'price-list' },
    ]);
  });

  it('writes the file in the form that it has: unchanged prices change no line', () => {
    expect(priceFileText(SEOUL)).toBe(readFileSync('lib/plan/prices/ap-northeast-2.json', 'utf8').replace('"kmsKeyPerMonth": 1.0', '"kmsKeyPerMonth": 1'));
  });
});
