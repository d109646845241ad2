import {
  DescribeAddressesCommand, DescribeInternetGatewaysCommand, DescribeNetworkInterfacesCommand, DescribeSecurityGroupsCommand,
  DescribeVpcEndpointsCommand, type EC2Client, type NetworkInterface,
} from '@aws-sdk/client-ec2';
import { ResourceFailure } from './played-type';

/*
 * What EC2 refuses to delete because something needs it. moto deletes most of it all the same, so it is asked first what is there.
 */

/** @throws ResourceFailure `DependencyViolation` while a network interface is in a subnet */
export async function requireNothingInSubnet(ec2: EC2Client, subnetId: string): Promise<void> {
  if ((await interfaces(ec2, 'subnet-id', subnetId)).length > 0) {
    throw new ResourceFailure('DependencyViolation', `The subnet '${subnetId}' has dependencies and cannot be deleted.`);
  }
}

/** @throws ResourceFailure `DependencyViolation` while a network interface has a security group, or a rule of another group names it */
export async function requireUnusedGroup(ec2: EC2Client, groupId: string): Promise<void> {
  const isUsed = (await interfaces(ec2, 'group-id', groupId)).length > 0 || await isNamedByAnother(ec2, groupId);
  if (isUsed) throw new ResourceFailure('DependencyViolation', `resource ${groupId} has a dependent object`);
}

async function isNamedByAnother(ec2: EC2Client, groupId: string): Promise<boolean> {
  for (const Name of ['ip-permission.group-id', 'egress.ip-permission.group-id']) {
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name, Values: [groupId] }] }));
    if (SecurityGroups.some(({ GroupId }) => GroupId !== groupId)) return true;
  }
  return false;
}

/**
 * Subnets and route tables are left to moto, which refuses them.
 *
 * @throws ResourceFailure `DependencyViolation` while a VPC has security groups of somebody's, endpoints, interfaces or an internet gateway
 */
export async function requireNothingInVpc(ec2: EC2Client, vpcId: string): Promise<void> {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({ Filters }));
  const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [vpcId] }] }));
  const holders = [
    ...SecurityGroups.filter(({ GroupName }) => GroupName !== 'default'),
    ...VpcEndpoints.filter(({ State }) => State?.toLowerCase() !== 'deleted'),
    ...InternetGateways,
    ...await interfaces(ec2, 'vpc-id', vpcId),
  ];
  if (holders.length > 0) throw new ResourceFailure('DependencyViolation', `The vpc '${vpcId}' has dependencies and cannot be deleted.`);
}

/** @throws ResourceFailure `DependencyViolation` while an interface of a VPC has a public address, which would lead nowhere */
export async function requireNoMappedAddress(ec2: EC2Client, vpcId: string): Promise<void> {
  if ((await interfaces(ec2, 'vpc-id', vpcId)).some(({ Association }) => Association?.PublicIp !== undefined)) {
    throw new ResourceFailure('DependencyViolation', `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`);
  }
}

/** @throws ResourceFailure `InvalidIPAddress.InUse` while an interface has an address */
export async function requireUnmapped(ec2: EC2Client, allocationId: string): Promise<void> {
  const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [allocationId] }));
  const used = Addresses.find(({ NetworkInterfaceId = '' }) => NetworkInterfaceId !== '');
  if (used !== undefined) {
    throw new ResourceFailure('InvalidIPAddress.InUse', `The address with allocation id [${allocationId}] cannot be released because it is in use by ${used.NetworkInterfaceId}.`);
  }
}

async function interfaces(ec2: EC2Client, filter: string, value: string): Promise<readonly NetworkInterface[]> {
  const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: filter, Values: [value] }] }));
  return NetworkInterfaces;
}
