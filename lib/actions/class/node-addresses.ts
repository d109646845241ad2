import { instanceTypeShape } from '../../estimates/price-table';

/** Network interfaces that the VPC CNI keeps ready, unless it is told otherwise: its `WARM_ENI_TARGET`. */
const WARM_INTERFACES = 1;

/**
 * Addresses of a subnet that a node takes. The VPC CNI attaches whole network interfaces, with all addresses that one may
 * have, as many as its pods need and one to spare.
 *
 * @param pods pods of the node that have an address of their own
 * @see https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md
 * @returns the pods alone, for an instance type in no table
 */
export function nodeAddresses(instanceType: string, pods: number): number {
  const shape = instanceTypeShape(instanceType);
  if (shape === undefined) return pods;
  // The first address of each interface is the interface's own.
  const inUse = Math.max(1, Math.ceil(pods / (shape.ipv4PerEni - 1)));
  return Math.min(shape.maxEnis, inUse + WARM_INTERFACES) * shape.ipv4PerEni;
}
