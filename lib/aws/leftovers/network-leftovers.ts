import {
  DeleteNetworkInterfaceCommand, DeleteSecurityGroupCommand, type NetworkInterface, paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroupRules, paginateDescribeSecurityGroups, RevokeSecurityGroupEgressCommand, RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { CLUSTER_SECURITY_GROUP_TAG, CNI_CLUSTER_TAG, CNI_OWNER_TAG } from '../../well-known-keys';
import type { LabAws } from '../lab-aws';
import {
  exactTag, gathered, type LabNames, type Leftover, type LeftoverKind, ownedByCluster, type Tags, tagsFrom, tryRemoval,
} from './leftover';
import { LOAD_BALANCER_CLUSTER_TAG } from './load-balancer-leftovers';

/** What the VPC CNI writes as the description of each interface it makes. */
const CNI_DESCRIPTION = 'aws-K8S-';

/**
 * Network interfaces that the VPC CNI made and left behind: attached to nothing, and tagged for the cluster, or, where an
 * older CNI wrote no name, in the security group that EKS made for the cluster.
 */
export const NETWORK_INTERFACES: LeftoverKind = {
  kind: 'networkInterface',
  find: async (aws, lab) => {
    const groups = new Set((await clusterSecurityGroups(aws, lab)).map(({ id }) => id));
    const interfaces = await gathered(
      'ec2:DescribeNetworkInterfaces',
      paginateDescribeNetworkInterfaces({ client: aws.ec2, pageSize: 500 }, {
        Filters: [{ Name: 'description', Values: [`${CNI_DESCRIPTION}*`] }],
      }),
      ({ NetworkInterfaces }) => NetworkInterfaces,
    );
    return interfaces.flatMap((networkInterface) => {
      const { NetworkInterfaceId: id, Description = '', Status, TagSet, Association } = networkInterface;
      const evidence = evidenceOf(tagsFrom(TagSet), networkInterface, lab.clusterName, groups);
      if (id === undefined || evidence === undefined || Status !== 'available' || !Description.startsWith(CNI_DESCRIPTION)) return [];
      // The interface itself costs nothing; a public address on it does.
      return [{ kind: 'networkInterface' as const, id, name: Description, evidence, isBillable: Association?.PublicIp !== undefined }];
    });
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'ec2:DeleteNetworkInterface',
    gone: ['InvalidNetworkInterfaceID.NotFound'],
    inUse: ['InvalidNetworkInterface.InUse', 'InvalidParameterValue', 'OperationNotPermitted'],
  }, () => aws.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }))),
};

function evidenceOf(tags: Tags, { Groups }: NetworkInterface, clusterName: string, clusterGroups: ReadonlySet<string>): string | undefined {
  if (tags.has(CNI_CLUSTER_TAG)) return exactTag(tags, [CNI_CLUSTER_TAG, clusterName]);
  const owner = exactTag(tags, CNI_OWNER_TAG);
  const group = Groups?.find(({ GroupId }) => GroupId !== undefined && clusterGroups.has(GroupId));
  return owner === undefined || group === undefined ? undefined : `${owner} and security group ${group.GroupId} of the cluster`;
}

/** How the names of groups begin that Kubernetes' controllers make for load balancers. */
const LOAD_BALANCER_GROUP = 'k8s-';

/** Security groups that EKS made for the cluster, and those that controllers made for its load balancers. */
export const SECURITY_GROUPS: LeftoverKind = {
  kind: 'securityGroup',
  find: async (aws, lab) => {
    const [owned] = ownedByCluster(lab.clusterName);
    const ofLoadBalancers = [
      ...await describe(aws, LOAD_BALANCER_CLUSTER_TAG, lab.clusterName),
      ...await describe(aws, owned, 'owned'),
    ].filter(({ GroupName }) => GroupName?.startsWith(LOAD_BALANCER_GROUP) === true);
    const found = ofLoadBalancers.flatMap((group) =>
      leftoverOf(group, exactTag(tagsFrom(group.Tags), [LOAD_BALANCER_CLUSTER_TAG, lab.clusterName], ownedByCluster(lab.clusterName))));
    const all = [...await clusterSecurityGroups(aws, lab), ...found];
    return [...new Map(all.map((leftover) => [leftover.id, leftover])).values()];
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'ec2:DeleteSecurityGroup',
    gone: ['InvalidGroup.NotFound', 'InvalidGroupId.NotFound'],
    inUse: ['DependencyViolation', 'InvalidGroup.InUse', 'ResourceInUse', 'InvalidSecurityGroupRuleId.NotFound'],
  }, async () => {
    await revokeReferences(aws, id);
    await aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
  }),
};

/** The security group that EKS made for the cluster. */
export async function clusterSecurityGroups(aws: LabAws, { clusterName }: LabNames): Promise<readonly Leftover[]> {
  const groups = await describe(aws, CLUSTER_SECURITY_GROUP_TAG, clusterName);
  return groups.flatMap((group) => leftoverOf(group, exactTag(tagsFrom(group.Tags), [CLUSTER_SECURITY_GROUP_TAG, clusterName])));
}

function describe(aws: LabAws, key: string, value: string): Promise<readonly SecurityGroup[]> {
  return gathered(
    'ec2:DescribeSecurityGroups',
    paginateDescribeSecurityGroups({ client: aws.ec2, pageSize: 200 }, { Filters: [{ Name: `tag:${key}`, Values: [value] }] }),
    ({ SecurityGroups }) => SecurityGroups,
  );
}

function leftoverOf({ GroupId: id, GroupName }: SecurityGroup, evidence: string | undefined): readonly Leftover[] {
  return id === undefined || evidence === undefined
    ? []
    : [{ kind: 'securityGroup', id, name: GroupName ?? id, evidence, isBillable: false }];
}

/**
 * Two groups that name each other keep each other: each gives up its own rules that name groups, then both can go. The rules
 * are revoked by their own ids, because a rule can name a group that is gone.
 */
async function revokeReferences(aws: LabAws, GroupId: string): Promise<void> {
  const rules = await gathered(
    'ec2:DescribeSecurityGroupRules',
    paginateDescribeSecurityGroupRules({ client: aws.ec2, pageSize: 500 }, { Filters: [{ Name: 'group-id', Values: [GroupId] }] }),
    ({ SecurityGroupRules }) => SecurityGroupRules,
  );
  const references = rules.filter((rule) => rule.GroupId === GroupId && rule.ReferencedGroupInfo?.GroupId !== undefined);
  const idsOf = (isEgress: boolean): string[] =>
    references.filter(({ IsEgress }) => (IsEgress ?? false) === isEgress).flatMap(({ SecurityGroupRuleId }) => SecurityGroupRuleId ?? []);
  const [ingress, egress] = [idsOf(false), idsOf(true)];
  if (ingress.length > 0) await aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: ingress }));
  if (egress.length > 0) await aws.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: egress }));
}
