import { type CapacityShortage, type CapacityType, inOrder, refusalOf } from '../../../lib/rehearsal/ec2/fleet-offers';
import { seoul } from '../aws-answers/small-market';

const prices = seoul();
const offer = (instanceType: string, zone = 'ap-northeast-2a', priority?: number) => ({ instanceType, zone, priority });
const order = (allocationStrategy: string, capacityType: CapacityType = 'on-demand', offers = [offer('c5.2xlarge'), offer('c5a.2xlarge'), offer('m5.large')]) =>
  inOrder(offers, { prices, capacityType, allocationStrategy }).map(({ instanceType }) => instanceType);

describe('the order in which EC2 tries the offers of a fleet', () => {
  it('is that of their prices', () => {
    expect(order('lowest-price')).toEqual(['m5.large', 'c5a.2xlarge', 'c5.2xlarge']);
  });

  it('is that of spot prices for a spot fleet', () => {
    const spotPrice = new Map(prices.instanceTypes.map(({ name, spotPricePerHour }) => [name, spotPricePerHour]));
    const [cheap = '', dear = ''] = ['c5.2xlarge', 'c5a.2xlarge'].toSorted((a, b) => (spotPrice.get(a) ?? 0) - (spotPrice.get(b) ?? 0));
    expect(order('price-capacity-optimized', 'spot', [offer(dear), offer(cheap)])).toEqual([cheap, dear]);
  });

  it('is that of the priorities where the strategy goes by them; what has none comes last', () => {
    const offers = [offer('m5.large', 'ap-northeast-2a'), offer('c5a.2xlarge', 'ap-northeast-2a', 2), offer('c5.2xlarge', 'ap-northeast-2a', 1)];
    expect(order('capacity-optimized-prioritized', 'spot', offers)).toEqual(['c5.2xlarge', 'c5a.2xlarge', 'm5.large']);
    expect(order('prioritized', 'on-demand', offers)).toEqual(['c5.2xlarge', 'c5a.2xlarge', 'm5.large']);
  });

  it('is that of the request for offers of one price', () => {
    const offers = [offer('c5a.2xlarge', 'ap-northeast-2b'), offer('c5a.2xlarge', 'ap-northeast-2a')];
    expect(inOrder(offers, { prices, capacityType: 'on-demand', allocationStrategy: 'lowest-price' }).map(({ zone }) => zone)).toEqual(['ap-northeast-2b', 'ap-northeast-2a']);
  });
});

describe('what EC2 refuses', () => {
  const refusal = (shortages: readonly CapacityShortage[], capacityType: CapacityType = 'on-demand', zone = 'ap-northeast-2a') =>
    refusalOf(offer('c5a.2xlarge', zone), { prices, capacityType }, shortages)?.code;

  it('is nothing that it has', () => {
    expect(refusal([])).toBeUndefined();
    expect(refusal([{ instanceType: 'c5.2xlarge' }])).toBeUndefined();
    expect(refusal([{ instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b' }])).toBeUndefined();
    expect(refusal([{ instanceType: 'c5a.2xlarge', capacityType: 'spot' }])).toBeUndefined();
  });

  it('fails when the type is short, in every zone or in this one, however it is bought or in this way', () => {
    expect(refusal([{ instanceType: 'c5a.2xlarge' }])).toBe('InsufficientInstanceCapacity');
    expect(refusal([{ instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2a', capacityType: 'spot' }], 'spot')).toBe('InsufficientInstanceCapacity');
  });

  it('fails when the zone does not have the type', () => {
    expect(refusal([], 'on-demand', 'ap-northeast-2z')).toBe('Unsupported');
  });

  it('names the zones that have some', () => {
    const { message } = refusalOf(offer('c5a.2xlarge'), { prices, capacityType: 'on-demand' }, [{ instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2a' }]) ?? {};
    expect(message).toMatch(/do not have sufficient c5a\.2xlarge capacity in the Availability Zone you requested \(ap-northeast-2a\)/);
    expect(message).toMatch(/or choosing ap-northeast-2b/);
  });
});
