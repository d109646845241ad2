import {
  AuthorizeSecurityGroupEgressCommand, AuthorizeSecurityGroupIngressCommand, CreateSecurityGroupCommand, DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand, type EC2Client, type IpPermission, RevokeSecurityGroupEgressCommand, RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule, UpdateSecurityGroupRuleDescriptionsEgressCommand, UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2';
import { arrayAt, type JsonValue, numberAt, textAt } from '../../../json';
import { type MadeResource, physicalName, type ResourceRequest } from '../resource-type';
import { requireUnusedGroup } from './dependencies';
import { given, type PlayedType, unlessGone } from './played-type';
import type { ResourceClients } from './resource-clients';
import { retag, tagSpecifications } from './resource-tags';

/** Security groups, with rules of their own and with rules that are resources. */
export function securityGroupTypes(clients: ResourceClients): readonly PlayedType[] {
  return [securityGroupType(clients), ...DIRECTIONS.map((direction) => ruleType(clients, direction))];
}

/** What every group lets out from the start. CloudFormation takes it away from a group whose template names rules. */
const ALL_OUT: IpPermission = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };

/** Longest name of a group. */
const MAX_NAME = 255;

function securityGroupType(clients: ResourceClients): PlayedType {
  const made = (GroupId: string, { properties }: ResourceRequest): MadeResource =>
    ({ physicalId: GroupId, attributes: { GroupId, Id: GroupId, VpcId: textAt(properties, 'VpcId') ?? '' } });
  return {
    type: 'AWS::EC2::SecurityGroup',
    replacedBy: ['GroupDescription', 'GroupName', 'VpcId'],
    updatedBy: ['SecurityGroupEgress', 'SecurityGroupIngress', 'Tags'],
    create: async (resource) => {
      const { ec2 } = clients.of(resource);
      const { properties } = resource;
      const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({
        GroupName: textAt(properties, 'GroupName') ?? physicalName(resource, MAX_NAME),
        Description: textAt(properties, 'GroupDescription'),
        VpcId: textAt(properties, 'VpcId'),
        TagSpecifications: tagSpecifications('security-group', resource),
      }));
      const groupId = given(GroupId, 'security group');
      resource.initiated(groupId);
      await setRules(ec2, groupId, resource);
      return made(groupId, resource);
    },
    update: async (resource, old) => {
      const { ec2 } = clients.of(resource);
      for (const direction of DIRECTIONS) {
        const IpPermissions = arrayAt(old.properties, `SecurityGroup${direction}`).map(permissionOf);
        // A rule that somebody has taken away is no hindrance.
        if (IpPermissions.length > 0) await unlessGone(() => revoke(ec2, direction, { GroupId: resource.physicalId, IpPermissions }));
      }
      await setRules(ec2, resource.physicalId, resource);
      await retag(ec2, resource.physicalId, resource, old);
      return made(resource.physicalId, resource);
    },
    delete: async (resource) => {
      const { ec2 } = clients.of(resource);
      await requireUnusedGroup(ec2, resource.physicalId);
      await unlessGone(() => ec2.send(new DeleteSecurityGroupCommand({ GroupId: resource.physicalId })));
    },
  };
}

async function setRules(ec2: EC2Client, GroupId: string, { properties }: ResourceRequest): Promise<void> {
  for (const direction of DIRECTIONS) {
    const IpPermissions = arrayAt(properties, `SecurityGroup${direction}`).map(permissionOf);
    if (IpPermissions.length === 0) continue;
    if (direction === 'Egress') await unlessGone(() => revoke(ec2, direction, { GroupId, IpPermissions: [ALL_OUT] }));
    await authorize(ec2, direction, { GroupId, IpPermissions });
  }
}

/** Into a group's interfaces, or out of them. */
type Direction = 'Ingress' | 'Egress';

const DIRECTIONS: readonly Direction[] = ['Ingress', 'Egress'];

/** The rules of a group that a request is about. */
interface GroupRules {
  readonly GroupId: string;
  /** Rules by what they say. @default - by their ids */
  readonly IpPermissions?: IpPermission[];
  /** @default - by what they say */
  readonly SecurityGroupRuleIds?: string[];
}

async function authorize(ec2: EC2Client, direction: Direction, rules: GroupRules): Promise<readonly SecurityGroupRule[]> {
  const { SecurityGroupRules = [] } = direction === 'Ingress'
    ? await ec2.send(new AuthorizeSecurityGroupIngressCommand(rules))
    : await ec2.send(new AuthorizeSecurityGroupEgressCommand(rules));
  return SecurityGroupRules;
}

async function revoke(ec2: EC2Client, direction: Direction, rules: GroupRules): Promise<void> {
  if (direction === 'Ingress') await ec2.send(new RevokeSecurityGroupIngressCommand(rules));
  else await ec2.send(new RevokeSecurityGroupEgressCommand(rules));
}

function ruleType(clients: ResourceClients, direction: Direction): PlayedType {
  const groupOf = ({ properties }: ResourceRequest): string => textAt(properties, 'GroupId') ?? '';
  return {
    type: `AWS::EC2::SecurityGroup${direction}`,
    replacedBy: ['CidrIp', 'CidrIpv6', 'FromPort', 'GroupId', 'IpProtocol', 'ToPort', direction === 'Ingress' ? 'SourceSecurityGroupId' : 'DestinationSecurityGroupId'],
    updatedBy: ['Description'],
    create: async (resource) => {
      const [rule] = await authorize(clients.of(resource).ec2, direction, { GroupId: groupOf(resource), IpPermissions: [permissionOf(resource.properties)] });
      const id = given(rule?.SecurityGroupRuleId, 'rule');
      resource.initiated(id);
      return { physicalId: id, attributes: { Id: id } };
    },
    update: async (resource, old) => {
      const IpPermissions = [permissionOf(resource.properties)];
      const described = { GroupId: groupOf(resource), IpPermissions };
      const { ec2 } = clients.of(resource);
      if (direction === 'Ingress') await ec2.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand(described));
      else await ec2.send(new UpdateSecurityGroupRuleDescriptionsEgressCommand(described));
      return old;
    },
    delete: async (resource) => {
      const { ec2 } = clients.of(resource);
      const GroupId = groupOf(resource);
      // The cluster's group may have gone with the cluster.
      const group = await unlessGone(() => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] })));
      if (group !== undefined) await unlessGone(() => revoke(ec2, direction, { GroupId, SecurityGroupRuleIds: [resource.physicalId] }));
    },
  };
}

/** A rule of a template in the words of EC2's API. */
function permissionOf(rule: JsonValue): IpPermission {
  const Description = textAt(rule, 'Description');
  const cidr = textAt(rule, 'CidrIp');
  const cidr6 = textAt(rule, 'CidrIpv6');
  const group = textAt(rule, 'SourceSecurityGroupId') ?? textAt(rule, 'DestinationSecurityGroupId');
  return {
    IpProtocol: textAt(rule, 'IpProtocol'),
    FromPort: numberAt(rule, 'FromPort'),
    ToPort: numberAt(rule, 'ToPort'),
    ...(cidr !== undefined && { IpRanges: [{ CidrIp: cidr, Description }] }),
    ...(cidr6 !== undefined && { Ipv6Ranges: [{ CidrIpv6: cidr6, Description }] }),
    ...(group !== undefined && { UserIdGroupPairs: [{ GroupId: group, Description }] }),
  };
}
