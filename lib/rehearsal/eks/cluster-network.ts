import { randomInt } from 'node:crypto';
import {
  AuthorizeSecurityGroupIngressCommand, CreateNetworkInterfaceCommand, CreateSecurityGroupCommand, DeleteNetworkInterfaceCommand, DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcsCommand, type EC2Client, type Subnet,
} from '@aws-sdk/client-ec2';
import { isAwsError } from '../../aws/aws-failure';
import { NO_CONTROL_PLANE } from '../../preflight/offering-checks';
import { CLUSTER_SECURITY_GROUP_TAG, clusterTag } from '../../well-known-keys';
import type { Cluster } from './cluster';
import { eksFault } from './eks-state';

/** Where a cluster is to be. */
export interface ClusterNetwork {
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly subnets: readonly Subnet[];
}

/**
 * The network of subnets, checked as EKS checks it.
 *
 * @throws AwsFault `InvalidParameterException` for a subnet or group that is not there, or for subnets of one zone or of two VPCs;
 * `UnsupportedAvailabilityZoneException`
 */
export async function checkedNetwork(ec2: EC2Client, subnetIds: readonly string[], securityGroupIds: readonly string[]): Promise<ClusterNetwork> {
  const subnets = await subnetsOf(ec2, subnetIds);
  if (new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).size < 2) {
    throw eksFault('InvalidParameterException', 'Subnets specified must be in at least two different AZs');
  }
  const excluded = subnets.find(({ AvailabilityZoneId }) => NO_CONTROL_PLANE.includes(AvailabilityZoneId ?? ''));
  if (excluded !== undefined) {
    throw eksFault('UnsupportedAvailabilityZoneException', `Cannot create cluster because ${excluded.AvailabilityZone}, the targeted availability zone, does not currently have sufficient capacity to support the cluster.`);
  }
  const [vpcId = '', ...otherVpcs] = [...new Set(subnets.map(({ VpcId }) => VpcId ?? ''))];
  if (otherVpcs.length > 0) throw eksFault('InvalidParameterException', 'Subnets specified must be in the same VPC');
  if (securityGroupIds.length > 0) {
    const { SecurityGroups = [] } = await asParameter(() => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [...securityGroupIds] })));
    const stranger = SecurityGroups.find(({ VpcId }) => VpcId !== vpcId);
    if (stranger !== undefined) throw eksFault('InvalidParameterException', `Security group ${stranger.GroupId} does not belong to the VPC ${vpcId}`);
  }
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
  return { vpcId, vpcCidr: Vpcs[0]?.CidrBlock ?? '', subnets };
}

/**
 * Subnets by their ids.
 *
 * @throws AwsFault `InvalidParameterException` for one that is not there
 */
export async function subnetsOf(ec2: EC2Client, subnetIds: readonly string[]): Promise<readonly Subnet[]> {
  if (subnetIds.length === 0) return [];
  const { Subnets = [] } = await asParameter(() => ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] })));
  return Subnets;
}

/** Passes on EC2's refusal as EKS does. */
export async function asParameter<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw eksFault('InvalidParameterException', `${error.message} (Service: AmazonEC2; Error Code: ${error.name})`);
  }
}

/** What EKS makes in the VPC of a cluster. */
export type MadeNetwork = Pick<Cluster, 'clusterSecurityGroupId' | 'interfaceIds'>;

/**
 * Makes the security group of a cluster, whose members reach each other, and the interfaces of its control plane.
 *
 * @param securityGroupIds further groups of the interfaces
 * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
export async function makeNetwork(ec2: EC2Client, name: string, { vpcId, subnets }: ClusterNetwork, securityGroupIds: readonly string[]): Promise<MadeNetwork> {
  const groupName = `eks-cluster-sg-${name}-${randomInt(100_000_000, 999_999_999)}`;
  const { GroupId: clusterSecurityGroupId = '' } = await ec2.send(new CreateSecurityGroupCommand({
    GroupName: groupName,
    Description: 'EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.',
    VpcId: vpcId,
    TagSpecifications: [{
      ResourceType: 'security-group',
      Tags: [
        { Key: 'Name', Value: groupName },
        { Key: CLUSTER_SECURITY_GROUP_TAG, Value: name },
        { Key: clusterTag(name), Value: 'owned' },
      ],
    }],
  }));
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({
    GroupId: clusterSecurityGroupId,
    IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: clusterSecurityGroupId }] }],
  }));
  const interfaceIds: string[] = [];
  for (const subnetId of inTwoZones(subnets)) {
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({
      SubnetId: subnetId, Description: `Amazon EKS ${name}`, Groups: [clusterSecurityGroupId, ...securityGroupIds],
    }));
    interfaceIds.push(NetworkInterface?.NetworkInterfaceId ?? '');
  }
  return { clusterSecurityGroupId, interfaceIds };
}

/** EKS puts its interfaces into two zones. */
function inTwoZones(subnets: readonly Subnet[]): readonly string[] {
  const byZone = new Map(subnets.map(({ AvailabilityZone, SubnetId }) => [AvailabilityZone, SubnetId ?? '']));
  return [...byZone.values()].slice(0, 2);
}

/**
 * Removes what EKS made in the VPC. The security group stays where something else still uses it, such as an instance of
 * Karpenter's, or a rule of another group: EKS leaves it behind then.
 */
export async function removeNetwork(ec2: EC2Client, { interfaceIds, clusterSecurityGroupId }: MadeNetwork): Promise<void> {
  for (const NetworkInterfaceId of interfaceIds) {
    await unlessGone(() => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })), 'InvalidNetworkInterfaceID.NotFound');
  }
  await unlessGone(() => ec2.send(new DeleteSecurityGroupCommand({ GroupId: clusterSecurityGroupId })), 'InvalidGroup.NotFound', 'DependencyViolation');
}

async function unlessGone(call: () => Promise<unknown>, ...names: readonly string[]): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!isAwsError(error, ...names)) throw error;
  }
}
