import {
  DescribeInstanceTypeOfferingsCommand, DescribeInstanceTypesCommand, DescribeSpotPriceHistoryCommand, EC2Client, paginateDescribeInstanceTypeOfferings,
  type DescribeInstanceTypeOfferingsCommandInput, type DescribeInstanceTypesCommandInput,
} from '@aws-sdk/client-ec2';
import { faultOf, sdkConfiguration, startAnswering, type Answering } from './answering';
import { seoul } from './small-market';

describe('instance types', () => {
  let answering: Answering;
  let client: EC2Client;
  const offerings = async (input: DescribeInstanceTypeOfferingsCommandInput = {}) =>
    ((await client.send(new DescribeInstanceTypeOfferingsCommand(input))).InstanceTypeOfferings ?? [])
      .map(({ InstanceType, Location, LocationType }) => [InstanceType, LocationType, Location]);
  const types = (input: DescribeInstanceTypesCommandInput) => client.send(new DescribeInstanceTypesCommand(input));
  /** Parameters that the stub got last. */
  const passedOn = () => Object.fromEntries(new URLSearchParams(answering.upstream.requests.at(-1)?.body));

  beforeAll(async () => {
    answering = await startAnswering();
    client = new EC2Client(sdkConfiguration(answering.url));
  });

  afterAll(async () => {
    client.destroy();
    await answering.stop();
  });

  it('are offered in the zones of the table [offerings-zones]', async () => {
    await expect(offerings({ LocationType: 'availability-zone' })).resolves.toEqual([
      ['c5a.2xlarge', 'availability-zone', 'ap-northeast-2a'],
      ['c5a.2xlarge', 'availability-zone', 'ap-northeast-2b'],
      ['m7g.large', 'availability-zone', 'ap-northeast-2a'],
      ['c5.metal', 'availability-zone', 'ap-northeast-2c'],
    ]);
  });

  it('are offered in the region of the table [offerings-region]', async () => {
    const regional = ['c5a.2xlarge', 'm7g.large', 'c5.metal'].map((name) => [name, 'region', 'ap-northeast-2']);
    await expect(offerings()).resolves.toEqual(regional);
    await expect(offerings({ LocationType: 'region' })).resolves.toEqual(regional);
  });

  it('fails when offered by zone id [offerings-other]', async () => {
    await expect(faultOf(offerings({ LocationType: 'availability-zone-id' }))).resolves.toBe('UnsupportedOperation');
  });

  it('are offered by filter [offerings-filters]', async () => {
    await expect(offerings({ LocationType: 'availability-zone', Filters: [{ Name: 'location', Values: ['ap-northeast-2a'] }, { Name: 'instance-type', Values: ['m*'] }] }))
      .resolves.toEqual([['m7g.large', 'availability-zone', 'ap-northeast-2a']]);
    await expect(faultOf(offerings({ Filters: [{ Name: 'colour', Values: ['red'] }] }))).resolves.toBe('InvalidParameterValue');
  });

  it('are offered in pages of at most 1000 [offerings-pages]', async () => {
    const table = seoul();
    const real = await startAnswering({ prices: table });
    const pages: number[] = [];
    const paginator = paginateDescribeInstanceTypeOfferings({ client: new EC2Client(sdkConfiguration(real.url)), pageSize: 1000 }, { LocationType: 'availability-zone' });
    for await (const page of paginator) pages.push(page.InstanceTypeOfferings?.length ?? 0);
    await real.stop();
    expect(pages[0]).toBe(1000);
    expect(pages.reduce((sum, length) => sum + length, 0)).toBe(table.instanceTypes.reduce((sum, { zones }) => sum + zones.length, 0));
  });

  it('are described by moto, and only those of the table [types-narrowed]', async () => {
    await types({ MaxResults: 100, Filters: [{ Name: 'supported-virtualization-type', Values: ['hvm'] }] });
    expect(passedOn()).toEqual({
      Action: 'DescribeInstanceTypes',
      Version: '2016-11-15',
      'Filter.1.Name': 'supported-virtualization-type',
      'Filter.1.Value.1': 'hvm',
      'InstanceType.1': 'c5a.2xlarge',
      'InstanceType.2': 'm7g.large',
      'InstanceType.3': 'c5.metal',
    });
    expect((await answering.logged('DescribeInstanceTypes')).note).toBe('narrowed to 3 types');
  });

  it('are described by name as they are asked for [types-named]', async () => {
    await types({ InstanceTypes: ['m7g.large'] });
    expect(passedOn()).toEqual({ Action: 'DescribeInstanceTypes', Version: '2016-11-15', 'InstanceType.1': 'm7g.large' });
  });

  it('fails when it is a dry run, as EC2 does, and asks moto nothing [dry-run]', async () => {
    const { length } = answering.upstream.requests;
    const dry = { DryRun: true };
    await expect(faultOf(types(dry))).resolves.toBe('DryRunOperation');
    await expect(faultOf(offerings(dry))).resolves.toBe('DryRunOperation');
    await expect(faultOf(client.send(new DescribeSpotPriceHistoryCommand(dry)))).resolves.toBe('DryRunOperation');
    expect(answering.upstream.requests).toHaveLength(length);
  });

  it('fails when the table lacks the type [types-unknown]', async () => {
    await expect(faultOf(types({ InstanceTypes: ['m7g.large', 'c5.2xlarge'] }))).resolves.toBe('InvalidInstanceType');
  });
});
