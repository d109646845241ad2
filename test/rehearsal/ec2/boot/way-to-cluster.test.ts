import {
  DescribeNatGatewaysCommand, DescribeRouteTablesCommand, DescribeSecurityGroupsCommand, DescribeVpcEndpointsCommand, EC2Client, type IpPermission, type Route,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { obstacleAtTheControlPlane, obstacleOnTheWayOut } from '../../../../lib/rehearsal/ec2/boot/way-to-cluster';
import { bootingInstance } from '../booting';

const ec2 = new EC2Client({ region: 'ap-northeast-2' });
const mock = mockClient(ec2);

const tablesOf = (subnetId: string, ...Routes: readonly Route[]): void => {
  mock.on(DescribeRouteTablesCommand, { Filters: [{ Name: 'association.subnet-id', Values: [subnetId] }] }).resolves({ RouteTables: [{ Routes: [...Routes] }] });
};

const INTERNET: Route = { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1', State: 'active' };
const NAT: Route = { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1', State: 'active' };
const LOCAL: Route = { DestinationCidrBlock: '10.11.0.0/16', GatewayId: 'local', State: 'active' };

const wayOut = (changes: Parameters<typeof bootingInstance>[0] = {}) => obstacleOnTheWayOut(ec2, bootingInstance(changes), 'ap-northeast-2');

beforeEach(() => {
  mock.reset();
  mock.on(DescribeRouteTablesCommand).resolves({ RouteTables: [] });
  mock.on(DescribeVpcEndpointsCommand).resolves({ VpcEndpoints: [] });
  mock.on(DescribeNatGatewaysCommand, { NatGatewayIds: ['nat-1'] }).resolves({ NatGateways: [{ State: 'available', SubnetId: 'subnet-public', VpcId: 'vpc-1' }] });
  tablesOf('subnet-public', LOCAL, INTERNET);
});

describe('the way out of a subnet', () => {
  it('is open through a NAT gateway that reaches the internet', async () => {
    tablesOf('subnet-b', LOCAL, NAT);
    await expect(wayOut()).resolves.toBeUndefined();
  });

  it('is that of the main route table where the subnet has none of its own', async () => {
    mock.on(DescribeRouteTablesCommand, { Filters: [{ Name: 'vpc-id', Values: ['vpc-1'] }, { Name: 'association.main', Values: ['true'] }] })
      .resolves({ RouteTables: [{ Routes: [LOCAL, NAT] }] });
    await expect(wayOut()).resolves.toBeUndefined();
  });

  it('is open through an internet gateway for an instance with a public address', async () => {
    tablesOf('subnet-b', INTERNET);
    await expect(wayOut({ isPublic: true })).resolves.toBeUndefined();
  });

  it('is not needed where all endpoints are there', async () => {
    tablesOf('subnet-b', LOCAL);
    mock.on(DescribeVpcEndpointsCommand).resolves({ VpcEndpoints: ['ec2', 'ecr.api', 'ecr.dkr', 's3'].map((service) => ({ ServiceName: `com.amazonaws.ap-northeast-2.${service}` })) });
    await expect(wayOut()).resolves.toBeUndefined();
  });

  it('fails when there is no route', async () => {
    tablesOf('subnet-b', LOCAL);
    await expect(wayOut()).resolves.toMatchObject({ found: 'its route table has no such route, and there is no endpoint for ec2, ecr.api, ecr.dkr, s3' });
  });

  it('fails when the route leads to what is gone', async () => {
    tablesOf('subnet-b', { ...NAT, State: 'blackhole' });
    await expect(wayOut()).resolves.toMatchObject({ expected: expect.stringContaining('subnet subnet-b has a route') as string });
  });

  it('fails when an instance without a public address stands behind an internet gateway', async () => {
    tablesOf('subnet-b', INTERNET);
    await expect(wayOut()).resolves.toMatchObject({ found: 'instance i-02fd00557cbb11e88 in subnet subnet-b has none' });
  });

  it('fails when the NAT gateway is not available, or stands in a private subnet', async () => {
    tablesOf('subnet-b', NAT);
    mock.on(DescribeNatGatewaysCommand, { NatGatewayIds: ['nat-1'] }).resolvesOnce({ NatGateways: [{ State: 'deleted' }] });
    await expect(wayOut()).resolves.toMatchObject({ found: 'nat-1 is not available' });
    tablesOf('subnet-public', LOCAL);
    mock.on(DescribeNatGatewaysCommand, { NatGatewayIds: ['nat-1'] }).resolves({ NatGateways: [{ State: 'available', SubnetId: 'subnet-public', VpcId: 'vpc-1' }] });
    await expect(wayOut()).resolves.toMatchObject({ found: 'nat-1 stands in subnet subnet-public, which has no route to an internet gateway' });
  });
});

describe('the control plane\'s security groups', () => {
  const gate = (permissions: readonly IpPermission[], changes: Parameters<typeof bootingInstance>[0] = { securityGroupIds: ['sg-node'] }) => {
    mock.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ GroupId: 'sg-cluster', IpPermissions: [...permissions] }] });
    return obstacleAtTheControlPlane(ec2, bootingInstance(changes), { name: 'karpenter-lab', endpoint: '', securityGroupIds: ['sg-cluster', 'sg-more'], controllers: undefined as never });
  };

  it('let in a member of the cluster\'s own', async () => {
    await expect(gate([], { securityGroupIds: ['sg-node', 'sg-cluster'] })).resolves.toBeUndefined();
  });

  it.each<readonly [string, IpPermission]>([
    ['a group on the port', { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId: 'sg-node' }] }],
    ['a group on all ports', { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-node' }] }],
    ['an address', { IpProtocol: 'tcp', FromPort: 0, ToPort: 65_535, IpRanges: [{ CidrIp: '10.11.0.0/16' }] }],
  ])('let in %s', async (_what, permission) => {
    await expect(gate([permission])).resolves.toBeUndefined();
  });

  it.each<readonly [string, IpPermission]>([
    ['other ports', { IpProtocol: 'tcp', FromPort: 10_250, ToPort: 10_250, UserIdGroupPairs: [{ GroupId: 'sg-node' }] }],
    ['other groups', { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-other' }] }],
    ['other addresses', { IpProtocol: '-1', IpRanges: [{ CidrIp: '10.12.0.0/16' }] }],
    ['other protocols', { IpProtocol: 'udp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  ])('fails when they let in only %s', async (_what, permission) => {
    await expect(gate([permission])).resolves.toMatchObject({ found: 'it has sg-node, which they do not let in' });
  });
});
