import {
  DescribeNatGatewaysCommand, DescribeRouteTablesCommand, DescribeSecurityGroupsCommand, DescribeVpcEndpointsCommand, type EC2Client, type IpPermission,
  type Route,
} from '@aws-sdk/client-ec2';
import { Address4 } from 'ip-address';
import type { NodeCluster } from '../node-cluster';
import type { BootingInstance } from './booting-instance';

/** Why an instance does not become a node. */
export interface Obstacle {
  /** What had to be there, such as `the subnet has a route to the internet`. */
  readonly expected: string;
  /** What was there instead. */
  readonly found: string;
}

/**
 * Services whose endpoints a node needs in a VPC without a way out.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
 */
const NEEDED_SERVICES: readonly string[] = ['ec2', 'ecr.api', 'ecr.dkr', 's3'];

/** Port of the API server. */
const HTTPS = 443;

const ANYWHERE = '0.0.0.0/0';

/** What keeps a booting instance's packets from AWS's services, by the routes of its subnet; undefined where nothing does. */
export async function obstacleOnTheWayOut(ec2: EC2Client, instance: BootingInstance, region: string): Promise<Obstacle | undefined> {
  const way = await wayOut(ec2, instance.subnetId, instance.vpcId);
  if (way?.NatGatewayId !== undefined) {
    const reason = await natGatewayFault(ec2, way.NatGatewayId);
    return reason === undefined ? undefined : { expected: `the NAT gateway of subnet ${instance.subnetId} reaches the internet`, found: reason };
  }
  if (way?.GatewayId?.startsWith('igw-') === true) {
    if (instance.isPublic) return undefined;
    return {
      expected: 'an instance in a subnet whose way out is an internet gateway has a public address',
      found: `instance ${instance.id} in subnet ${instance.subnetId} has none`,
    };
  }
  // A route through a firewall, a peer or an instance is the network's own business.
  if (way !== undefined && way.GatewayId === undefined) return undefined;

  const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({ Filters: [{ Name: 'vpc-id', Values: [instance.vpcId] }] }));
  const served = new Set(VpcEndpoints.map(({ ServiceName }) => ServiceName));
  const missing = NEEDED_SERVICES.filter((service) => !served.has(`com.amazonaws.${region}.${service}`));
  if (missing.length === 0) return undefined;
  return {
    expected: `subnet ${instance.subnetId} has a route to ${ANYWHERE}, or its VPC endpoints for ${NEEDED_SERVICES.join(', ')}`,
    found: `its route table has no such route, and there is no endpoint for ${missing.join(', ')}`,
  };
}

/** The route of a subnet to everywhere: of its own route table, or of the main one of its VPC. */
async function wayOut(ec2: EC2Client, subnetId: string, vpcId: string): Promise<Route | undefined> {
  const own = await ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.subnet-id', Values: [subnetId] }] }));
  const [table] = (own.RouteTables ?? []).length > 0
    ? own.RouteTables ?? []
    : (await ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }, { Name: 'association.main', Values: ['true'] }] }))).RouteTables ?? [];
  return table?.Routes?.find(({ DestinationCidrBlock, State }) => DestinationCidrBlock === ANYWHERE && State !== 'blackhole');
}

async function natGatewayFault(ec2: EC2Client, NatGatewayId: string): Promise<string | undefined> {
  const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [NatGatewayId] }));
  const gateway = NatGateways.find(({ State }) => State === 'available');
  if (gateway === undefined) return `${NatGatewayId} is not available`;
  const way = await wayOut(ec2, gateway.SubnetId ?? '', gateway.VpcId ?? '');
  return way?.GatewayId?.startsWith('igw-') === true ? undefined : `${NatGatewayId} stands in subnet ${gateway.SubnetId}, which has no route to an internet gateway`;
}

/**
 * What keeps a booting instance's packets from the control plane, by security groups; undefined where nothing does. Members of
 * the group that EKS made with the cluster reach each other; everyone else needs a rule.
 */
export async function obstacleAtTheControlPlane(ec2: EC2Client, instance: BootingInstance, cluster: NodeCluster): Promise<Obstacle | undefined> {
  const [clusterGroup] = cluster.securityGroupIds;
  if (clusterGroup === undefined || instance.securityGroupIds.includes(clusterGroup)) return undefined;
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [...cluster.securityGroupIds] }));
  const rules = SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions);
  if (rules.some((rule) => letsIn(rule, instance))) return undefined;
  return {
    expected: `a security group of the instance is the cluster's (${clusterGroup}), or the cluster's groups let it in on port ${HTTPS}`,
    found: instance.securityGroupIds.length === 0 ? 'it has no security group' : `it has ${instance.securityGroupIds.join(', ')}, which they do not let in`,
  };
}

function letsIn({ IpProtocol, FromPort, ToPort, UserIdGroupPairs = [], IpRanges = [] }: IpPermission, instance: BootingInstance): boolean {
  const isPort = IpProtocol === '-1' || (IpProtocol === 'tcp' && (FromPort ?? 0) <= HTTPS && HTTPS <= (ToPort ?? 0));
  const address = new Address4(instance.privateIp);
  return isPort && (UserIdGroupPairs.some(({ GroupId }) => instance.securityGroupIds.includes(GroupId ?? ''))
    || IpRanges.some(({ CidrIp }) => CidrIp !== undefined && address.isInSubnet(new Address4(CidrIp))));
}
