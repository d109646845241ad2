import { estimateCost } from '../../lib/plan/cost';
import { estimateLaunch } from '../../lib/plan/launch-estimate';
import type { PriceTable } from '../../lib/plan/price-table';
import { nodeClass, nodeGroup, resource, smallLabView, type Changes } from '../assembly/small-lab';
import { instanceType, priceTable } from './small-price-table';

const TABLE = priceTable(instanceType('t3.medium', 2, 0.05), instanceType('c5.2xlarge', 8, 0.4));
const CLASS = { classHours: 4, scaledOutHours: 2 };

function cost(changes: Changes = {}, table: PriceTable | undefined = TABLE) {
  const lab = smallLabView(changes);
  return estimateCost(lab, table, estimateLaunch(lab, table), CLASS);
}

describe('the bill', () => {
  test('idle is what the stack makes', () => {
    // 30 GiB at 0.073 a month is 0.003 an hour.
    expect(cost().idleLines.map(({ what, quantity, unitPricePerHour }) => [what, quantity, Number(unitPricePerHour.toFixed(6))])).toEqual([
      ['EKS control plane', 1, 0.1],
      ['System nodes, t3.medium', 2, 0.05],
      ['Volumes of system nodes, gp3 30 GiB', 2, 0.003],
      ['NAT gateways', 1, 0.05],
      ['Public IPv4 addresses', 1, 0.005],
    ]);
    expect(cost().idlePerHour).toBeCloseTo(0.1 + 2 * 0.05 + 2 * 0.003 + 0.05 + 0.005, 10);
  });

  test('names system nodes whose price is in no table, and counts them to nothing', () => {
    const unpriced = cost({ Nodes: nodeGroup('c6a.large', 3) });
    expect(unpriced.unpriced).toEqual([{ what: 'System nodes, c6a.large', quantity: 3 }]);
    expect(unpriced.idleLines.map(({ what }) => what)).not.toContain('System nodes, c6a.large');
    expect(cost().unpriced).toBeUndefined();
  });

  test('scaled out is the likely nodes with their volumes', () => {
    expect(cost().scaledOutLines.map(({ what, quantity }) => [what, quantity])).toEqual([
      ['Karpenter nodes, c5.2xlarge', 1], ['Volumes of Karpenter nodes, gp3 20 GiB', 1],
    ]);
    expect(cost().scaledOutPerHour).toBeCloseTo(0.4 + 0.002, 10);
  });

  test('of a class is idle all the time and scaled out for a part of it', () => {
    expect(cost().classTotal).toBeCloseTo(4 * 0.261 + 2 * 0.402, 10);
  });

  test('follows the volumes of the EC2NodeClass', () => {
    const changes = { NodeClass: nodeClass({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: '50Gi' } }] }) };

    expect(cost(changes).scaledOutLines.at(-1)).toEqual(expect.objectContaining({ what: 'Volumes of Karpenter nodes, gp3 50 GiB' }));
  });

  test('has lines for keys and interface endpoints where there are some', () => {
    const changes = {
      Key: resource('AWS::KMS::Key'),
      Endpoint: resource('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface', SubnetIds: [{ Ref: 'PrivateA' }, { Ref: 'PrivateB' }] }),
    };

    expect(cost(changes).idleLines.slice(-2).map(({ what, quantity, unitPricePerHour }) => [what, quantity, unitPricePerHour])).toEqual([
      ['KMS keys', 1, 0.001], ['Interface endpoints, each in one zone', 2, 0.01],
    ]);
  });

  test('says of which days and sources its prices are', () => {
    expect([cost().currency, cost().ratesAsOf, cost().instancePricesAsOf, cost().priceSources]).toEqual(['USD', '2026-01-02', '2026-01-01', ['a list (2026-01-01)']]);
  });

  test('says what it leaves out, with the price of traffic', () => {
    expect(cost().notIncluded[0]).toContain('0.05 USD/GB');
  });

  test('names no price without a table', () => {
    const lab = smallLabView({}, 'eu-north-1');
    const unknown = estimateCost(lab, undefined, estimateLaunch(lab, undefined), CLASS);

    expect(unknown).toEqual(expect.objectContaining({
      unavailable: 'There is no price table for eu-north-1, so no price is given.', idleLines: [], scaledOutLines: [], classTotal: 0,
    }));
    expect(cost().unavailable).toBeUndefined();
  });
});
