import { DescribeSpotPriceHistoryCommand, EC2Client, paginateDescribeSpotPriceHistory, type DescribeSpotPriceHistoryCommandInput } from '@aws-sdk/client-ec2';
import { SIMULATED_SPOT_FRACTION } from '../../../lib/rehearsal/aws-answers/spot-prices';
import { faultOf, sdkConfiguration, startAnswering, type Answering } from './answering';
import { seoul } from './small-market';

describe('spot prices', () => {
  let answering: Answering;
  let client: EC2Client;
  const history = async (input: DescribeSpotPriceHistoryCommandInput = {}) =>
    (await client.send(new DescribeSpotPriceHistoryCommand(input))).SpotPriceHistory ?? [];
  const typesOf = async (input: DescribeSpotPriceHistoryCommandInput) => (await history(input)).map(({ InstanceType }) => InstanceType);

  beforeAll(async () => {
    answering = await startAnswering();
    client = new EC2Client(sdkConfiguration(answering.url));
  });

  afterAll(async () => {
    client.destroy();
    await answering.stop();
  });

  it('are the table\'s, in each zone of a type [spot-price]', async () => {
    expect(await history({ InstanceTypes: ['c5a.2xlarge'] })).toEqual(['ap-northeast-2a', 'ap-northeast-2b'].map((zone) => ({
      AvailabilityZone: zone,
      InstanceType: 'c5a.2xlarge',
      ProductDescription: 'Linux/UNIX',
      SpotPrice: '0.123400',
      Timestamp: new Date('2026-01-02T00:00:00Z'),
    })));
  });

  it('are a part of the on-demand price where the table has none, and the log says so [spot-simulated]', async () => {
    expect((await history({ InstanceTypes: ['m7g.large'] }))[0]?.SpotPrice).toBe('0.030000');
    const { note } = await answering.logged('DescribeSpotPriceHistory');
    expect(note).toBe('1 of 3 types have no spot price: 0.3 of on demand stands for it');
  });

  it('are simulated by the median of those that are known [spot-simulated]', () => {
    const ratios = seoul().instanceTypes
      .flatMap(({ pricePerHour, spotPricePerHour }) => (spotPricePerHour === undefined ? [] : [spotPricePerHour / pricePerHour]))
      .sort((a, b) => a - b);
    expect(ratios[Math.floor(ratios.length / 2)]).toBeCloseTo(SIMULATED_SPOT_FRACTION, 1);
  });

  it('are given for the question that Karpenter asks [spot-price] [spot-select]', async () => {
    const prices = await history({ ProductDescriptions: ['Linux/UNIX', 'Linux/UNIX (Amazon VPC)'], StartTime: new Date(), MaxResults: 2000 });
    expect(prices).toHaveLength(4);
  });

  it('are selected by type, zone, product and filter [spot-select]', async () => {
    await expect(typesOf({ AvailabilityZone: 'ap-northeast-2c' })).resolves.toEqual(['c5.metal']);
    await expect(typesOf({ ProductDescriptions: ['Windows'] })).resolves.toEqual([]);
    await expect(typesOf({ Filters: [{ Name: 'instance-type', Values: ['c5*'] }, { Name: 'availability-zone', Values: ['ap-northeast-2?'] }] }))
      .resolves.toEqual(['c5a.2xlarge', 'c5a.2xlarge', 'c5.metal']);
    await expect(typesOf({ Filters: [{ Name: 'instance-type', Values: ['c5.2xlarge', 'm7g.large'] }] })).resolves.toEqual(['m7g.large']);
  });

  it('fails when selected otherwise [spot-select-unknown]', async () => {
    await expect(faultOf(history({ Filters: [{ Name: 'colour', Values: ['red'] }] }))).resolves.toBe('InvalidParameterValue');
    await expect(faultOf(history({ AvailabilityZoneId: 'apne2-az1' }))).resolves.toBe('UnsupportedOperation');
    await expect(faultOf(history({ EndTime: new Date() }))).resolves.toBe('UnsupportedOperation');
  });

  it('come in pages [spot-pages]', async () => {
    const pages: number[] = [];
    for await (const page of paginateDescribeSpotPriceHistory({ client, pageSize: 3 }, {})) pages.push(page.SpotPriceHistory?.length ?? 0);
    expect(pages).toEqual([3, 1]);
  });

  it('fails when there is no such page [spot-pages]', async () => {
    await expect(faultOf(history({ MaxResults: 0 }))).resolves.toBe('InvalidParameterValue');
    await expect(faultOf(history({ NextToken: 'from-4' }))).resolves.toBe('InvalidNextToken');
  });
});
