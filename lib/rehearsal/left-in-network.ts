import { CreateNetworkInterfaceCommand, CreateSecurityGroupCommand, CreateVpcEndpointCommand, type ResourceType } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { asking } from '../aws/aws-failure';
import type { LabAws } from '../aws/lab-aws';
import { CNI_CLUSTER_TAG, CNI_OWNER_TAG } from '../well-known-keys';

/*
 * What services of AWS leave in the network of a cluster, and what keeps that network from being deleted. A rehearsed account has
 * neither a VPC CNI nor GuardDuty, so a drill lets it be there as they make it.
 */

/** The network of a cluster, as EKS gives it. */
interface ClusterNetwork {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** The group that EKS has made for the cluster. */
  readonly groupId: string;
}

/**
 * The VPC CNI of a node that went away too quickly has left an interface in a subnet.
 *
 * @returns the names by which a teardown tells of it
 * @throws LabError what `awsFailure` says
 */
export async function leaveInterface(aws: LabAws, clusterName: string): Promise<readonly string[]> {
  const { subnetIds: [SubnetId], groupId } = await networkOf(aws, clusterName);
  const instanceId = 'i-0a1b2c3d4e5f67890';
  const description = `aws-K8S-${instanceId}`;
  await asking('ec2:CreateNetworkInterface', () => aws.ec2.send(new CreateNetworkInterfaceCommand({
    SubnetId,
    Groups: [groupId],
    Description: description,
    TagSpecifications: tagged('network-interface', {
      [CNI_CLUSTER_TAG]: clusterName, 'node.k8s.amazonaws.com/instance_id': instanceId, [CNI_OWNER_TAG[0]]: CNI_OWNER_TAG[1],
    }),
  })));
  return [description];
}

/**
 * GuardDuty's Runtime Monitoring has put an endpoint with a security group into the VPC.
 *
 * @returns the names by which a teardown tells of them
 * @throws LabError what `awsFailure` says
 */
export async function protectByGuardDuty(aws: LabAws, clusterName: string, region: string): Promise<readonly string[]> {
  const { vpcId, subnetIds } = await networkOf(aws, clusterName);
  const groupName = `GuardDutyManagedSecurityGroup-${vpcId}`;
  const service = `com.amazonaws.${region}.guardduty-data`;
  const { GroupId = '' } = await asking('ec2:CreateSecurityGroup', () => aws.ec2.send(new CreateSecurityGroupCommand({
    GroupName: groupName,
    Description: `Associated with VPC-${vpcId} and tagged as GuardDutyManaged`,
    VpcId: vpcId,
    TagSpecifications: tagged('security-group', { GuardDutyManaged: 'true' }),
  })));
  await asking('ec2:CreateVpcEndpoint', () => aws.ec2.send(new CreateVpcEndpointCommand({
    VpcEndpointType: 'Interface',
    VpcId: vpcId,
    ServiceName: service,
    SubnetIds: [...subnetIds],
    SecurityGroupIds: [GroupId],
    TagSpecifications: tagged('vpc-endpoint', { GuardDutyManaged: 'true' }),
  })));
  return [service, groupName];
}

async function networkOf({ eks }: LabAws, name: string): Promise<ClusterNetwork> {
  const { cluster } = await asking('eks:DescribeCluster', () => eks.send(new DescribeClusterCommand({ name })));
  const { vpcId = '', subnetIds = [], clusterSecurityGroupId: groupId = '' } = cluster?.resourcesVpcConfig ?? {};
  return { vpcId, subnetIds, groupId };
}

function tagged(type: ResourceType, tags: Readonly<Record<string, string>>) {
  return [{ ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
}
