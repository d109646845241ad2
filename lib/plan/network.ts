import type { LabView } from '../assembly/lab-view';
import type { SubnetView } from '../assembly/network-view';
import { addressCount } from '../config/network-values';
import type { PlannedNetwork, PlannedSubnet } from './plan-result';

/** Addresses that AWS keeps in each subnet: network, router, DNS, future use, broadcast. */
const RESERVED_ADDRESSES = 5;

/** The VPC, its subnets, and how many pods they have addresses for. */
export function planNetwork({ network }: LabView): PlannedNetwork {
  const subnets = network.subnets.map(planSubnet);
  return {
    vpcCidr: network.vpcCidr,
    subnets,
    natGatewayCount: network.natGateways.length,
    podAddressCapacity: subnets
      .filter(({ kind }) => kind === 'private')
      .reduce((sum, { usableAddresses }) => sum + usableAddresses, 0),
  };
}

function planSubnet(subnet: SubnetView): PlannedSubnet {
  return {
    logicalId: subnet.logicalId,
    cidr: subnet.cidr,
    availabilityZone: subnet.availabilityZone,
    kind: subnet.isPublic ? 'public' : 'private',
    usableAddresses: usableAddresses(subnet.cidr),
  };
}

/** Addresses of a subnet, without those that AWS keeps. 0 where the template does not know the range. */
export function usableAddresses(cidr: string): number {
  return cidr === '' ? 0 : addressCount(cidr) - RESERVED_ADDRESSES;
}
