import type { InstanceType, PriceTable } from '../../lib/plan/price-table';

/** A table of round prices, to count by hand. */
export function priceTable(...instanceTypes: readonly InstanceType[]): PriceTable {
  return {
    region: 'ap-northeast-2',
    currency: 'USD',
    asOf: '2026-01-01',
    ratesAsOf: '2026-01-02',
    sources: ['a list (2026-01-01)'],
    rates: {
      eksControlPlanePerHour: 0.1, natGatewayPerHour: 0.05, natGatewayPerGB: 0.05, publicIpv4PerHour: 0.005,
      gp3PerGBMonth: 0.073, kmsKeyPerMonth: 0.73, interfaceEndpointPerHourPerZone: 0.01,
    },
    instanceTypes,
  };
}

/** An instance type with 2 GiB a vCPU, offered in both zones of the small lab. */
export function instanceType(name: string, vcpu: number, pricePerHour: number, changes: Partial<InstanceType> = {}): InstanceType {
  return {
    name,
    vcpu,
    memoryMiB: vcpu * 2048,
    architecture: 'amd64',
    maxEnis: 4,
    ipv4PerEni: 15,
    hypervisor: 'nitro',
    isBareMetal: false,
    zones: ['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c'],
    pricePerHour,
    isPriceDerived: false,
    ...changes,
  };
}
