import type { LabView } from '../assembly/lab-view';
import type { SubnetView } from '../assembly/network-view';
import { addressCount } from '../config/network-values';
import { instanceTypeShape } from './price-table';
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

/** Spare network interfaces that the VPC CNI attaches by default: its `WARM_ENI_TARGET`. */
const WARM_INTERFACES = 1;

/**
 * How many addresses of its subnet a node takes. The VPC CNI attaches whole network interfaces, each with all its addresses: as
 * many as the pods need, and one to spare.
 *
 * @param pods pods of the node that have an address of their own
 * @see https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md
 * @returns addresses; for an unknown instance type only those of the pods
 */
export function nodeAddresses(instanceType: string, pods: number): number {
  const shape = instanceTypeShape(instanceType);
  if (shape === undefined) return pods;
  // The first address of each interface is the interface's own.
  const inUse = Math.max(1, Math.ceil(pods / (shape.ipv4PerEni - 1)));
  return Math.min(shape.maxEnis, inUse + WARM_INTERFACES) * shape.ipv4PerEni;
}
