import {
  CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, DeleteSubnetCommand, DescribeSubnetsCommand,
  type ResourceType, type TagSpecification,
} from '@aws-sdk/client-ec2';
import { textAt } from '../../json';
import { readNetwork, tagsOf, type NetworkView, type SecurityGroupView, type SubnetView } from '../../assembly/network-view';
import { CLUSTER_SECURITY_GROUP_TAG, clusterTag } from '../../well-known-keys';
import { given, known, seedFailed, type Seeding } from './seeding';

/** A subnet of the template, as the rehearsal's AWS has it. */
export interface SeededSubnet {
  readonly logicalId: string;
  readonly subnetId: string;
  readonly cidr: string;
  readonly availabilityZone: string;
  readonly isPublic: boolean;
}

/** The network, as the rehearsal's AWS has it. */
export interface SeededNetwork {
  readonly vpcId: string;
  /** In the order of the template. */
  readonly subnets: readonly SeededSubnet[];
  /** The security group that EKS makes for a cluster and that no template has. */
  readonly clusterSecurityGroupId: string;
}

/** How many steps {@link seedNetwork} takes. */
export function networkStepCount({ subnets, securityGroups }: NetworkView): number {
  return 1 + 1 + subnets.length + 1 + securityGroups.length;
}

/** Creates the VPC, its subnets and its security groups. */
export async function seedNetwork(seeding: Seeding, clusterName: string): Promise<SeededNetwork> {
  const network = readNetwork(seeding.stack);
  await deleteDefaultSubnets(seeding);
  const vpcId = await createVpc(seeding, network);
  const subnets: SeededSubnet[] = [];
  for (const subnet of network.subnets) subnets.push(await createSubnet(seeding, vpcId, subnet));
  for (const group of network.securityGroups) await createSecurityGroup(seeding, vpcId, group);
  return { vpcId, subnets, clusterSecurityGroupId: await createClusterSecurityGroup(seeding, vpcId, clusterName) };
}

/** Deletes the subnets that moto begins with, because Karpenter's simulated EC2 reads every subnet that exists. */
async function deleteDefaultSubnets(seeding: Seeding): Promise<void> {
  const step = { resource: 'the deletion of its default subnets' };
  await seeding.run(step, async () => {
    const { Subnets = [] } = await seeding.aws.ec2.send(new DescribeSubnetsCommand({}));
    const own = Subnets.find((subnet) => subnet.DefaultForAz !== true);
    if (own !== undefined) throw seedFailed({ ...step, received: own.SubnetId }, 'it holds subnets of an earlier rehearsal.');
    for (const { SubnetId } of Subnets) await seeding.aws.ec2.send(new DeleteSubnetCommand({ SubnetId }));
  });
}

async function createVpc(seeding: Seeding, { vpcLogicalId, vpcCidr }: NetworkView): Promise<string> {
  const resource = vpcLogicalId === undefined ? undefined : seeding.stack.resources.get(vpcLogicalId);
  if (resource === undefined) throw seedFailed({ resource: 'the VPC' }, 'the stack makes none.');
  const step = { resource: `the VPC ${resource.logicalId}`, received: vpcCidr };
  const { Vpc } = await seeding.run(step, () => seeding.aws.ec2.send(new CreateVpcCommand({
    CidrBlock: known(vpcCidr, step),
    TagSpecifications: tagged('vpc', tagsOf(seeding.stack, resource)),
  })));
  return given(Vpc?.VpcId, step);
}

async function createSubnet(seeding: Seeding, vpcId: string, subnet: SubnetView): Promise<SeededSubnet> {
  const { logicalId, cidr, availabilityZone, isPublic } = subnet;
  const step = { resource: `the subnet ${logicalId}`, received: `${cidr} in ${availabilityZone}` };
  const { Subnet } = await seeding.run(step, () => seeding.aws.ec2.send(new CreateSubnetCommand({
    VpcId: vpcId,
    CidrBlock: known(cidr, step),
    AvailabilityZone: known(availabilityZone, step),
    TagSpecifications: tagged('subnet', subnet.tags),
  })));
  return { logicalId, subnetId: given(Subnet?.SubnetId, step), cidr, availabilityZone, isPublic };
}

async function createSecurityGroup(seeding: Seeding, vpcId: string, { logicalId, description, tags }: SecurityGroupView): Promise<void> {
  const properties = seeding.stack.resources.get(logicalId)?.properties;
  await seeding.run({ resource: `the security group ${logicalId}` }, () => seeding.aws.ec2.send(new CreateSecurityGroupCommand({
    VpcId: vpcId,
    GroupName: textAt(properties, 'GroupName') ?? `${seeding.stack.stackName}-${logicalId}`,
    Description: description,
    TagSpecifications: tagged('security-group', tags),
  })));
}

/**
 * The group that EKS makes with a cluster, with EKS's tags.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
async function createClusterSecurityGroup(seeding: Seeding, vpcId: string, clusterName: string): Promise<string> {
  const name = `eks-cluster-sg-${clusterName}`;
  const step = { resource: 'the security group of the cluster', received: name };
  const { GroupId } = await seeding.run(step, () => seeding.aws.ec2.send(new CreateSecurityGroupCommand({
    VpcId: vpcId,
    GroupName: name,
    Description: 'EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.',
    TagSpecifications: tagged('security-group', {
      Name: name,
      [CLUSTER_SECURITY_GROUP_TAG]: clusterName,
      [clusterTag(clusterName)]: 'owned',
    }),
  })));
  return given(GroupId, step);
}

function tagged(type: ResourceType, tags: Readonly<Record<string, string>>): TagSpecification[] | undefined {
  const pairs = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return pairs.length === 0 ? undefined : [{ ResourceType: type, Tags: pairs }];
}
