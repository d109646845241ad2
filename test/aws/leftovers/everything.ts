import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeInstancesCommand, DescribeLaunchTemplatesCommand, DescribeNetworkInterfacesCommand, DescribeSecurityGroupsCommand, DescribeVolumesCommand,
  DescribeVpcEndpointsCommand,
} from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand as DescribeClassicCommand } from '@aws-sdk/client-elastic-load-balancing';
import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListInstanceProfilesCommand } from '@aws-sdk/client-iam';
import type { LabAws } from '../../../lib/aws/lab-aws';
import { leftoverKey } from '../../../lib/aws/leftovers/find-leftovers';
import type { LeftoverKindName } from '../../../lib/aws/leftovers/leftover';

/** Keys of everything there is of the kinds that can be left over, whoever's it is, without any filter of the lab's. */
export async function everything(aws: LabAws): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const add = (kind: LeftoverKindName, ids: readonly (string | undefined)[] = []): void => {
    for (const id of ids) keys.add(leftoverKey({ kind, id: id ?? '' }));
  };
  const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({}));
  const living = Reservations.flatMap(({ Instances = [] }) => Instances).filter(({ State }) => State?.Name !== 'terminated');
  add('instance', living.map(({ InstanceId }) => InstanceId));
  const { Volumes } = await aws.ec2.send(new DescribeVolumesCommand({}));
  const ownRoots = new Set(Volumes?.filter(({ Attachments = [] }) => Attachments.length > 0).map(({ VolumeId }) => VolumeId));
  add('volume', Volumes?.map(({ VolumeId }) => VolumeId).filter((id) => !ownRoots.has(id)));
  add('launchTemplate', (await aws.ec2.send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates?.map(({ LaunchTemplateId }) => LaunchTemplateId));
  add('networkInterface', (await aws.ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces
    // The first interface of an instance goes with it.
    ?.filter(({ Description }) => Description?.startsWith('aws-K8S-') === true || Description === 'made by hand')
    .map(({ NetworkInterfaceId }) => NetworkInterfaceId));
  const { SecurityGroups = [] } = await aws.ec2.send(new DescribeSecurityGroupsCommand({}));
  const isOfGuardDuty = ({ GroupName = '' }: { readonly GroupName?: string }): boolean => GroupName.startsWith('GuardDuty');
  add('securityGroup', SecurityGroups.filter((group) => !isOfGuardDuty(group)).map(({ GroupId }) => GroupId));
  add('guardDutySecurityGroup', SecurityGroups.filter(isOfGuardDuty).map(({ GroupId }) => GroupId));
  const { VpcEndpoints = [] } = await aws.ec2.send(new DescribeVpcEndpointsCommand({}));
  add('guardDutyEndpoint', VpcEndpoints.filter(({ State }) => State?.toLowerCase() !== 'deleted').map(({ VpcEndpointId }) => VpcEndpointId));
  add('instanceProfile', (await aws.iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles?.map(({ InstanceProfileName }) => InstanceProfileName));
  add('loadBalancer', (await aws.loadBalancers.send(new DescribeLoadBalancersCommand({}))).LoadBalancers?.map(({ LoadBalancerArn }) => LoadBalancerArn));
  add('targetGroup', (await aws.loadBalancers.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.map(({ TargetGroupArn }) => TargetGroupArn));
  add('classicLoadBalancer', (await aws.classicLoadBalancers.send(new DescribeClassicCommand({}))).LoadBalancerDescriptions?.map(({ LoadBalancerName }) => LoadBalancerName));
  add('logGroup', (await aws.logs.send(new DescribeLogGroupsCommand({}))).logGroups?.map(({ logGroupName }) => logGroupName));
  return keys;
}
