import {
  DeleteVpcEndpointsCommand, DescribeVpcEndpointsCommand, paginateDescribeSecurityGroups, paginateDescribeVpcEndpoints, paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { asking, isAwsError } from '../aws-failure';
import { STACK_NAME_TAG } from '../../well-known-keys';
import type { LabAws } from '../lab-aws';
import { exactTag, gathered, GONE, type LabNames, type LeftoverKind, tagsFrom } from './leftover';
import { SECURITY_GROUPS } from './network-leftovers';

/** GuardDuty's tag for what it makes. */
const MANAGED = ['GuardDutyManaged', 'true'] as const;

/**
 * Endpoints that GuardDuty's Runtime Monitoring puts into a VPC in which nodes run. They stay when the nodes are gone, and hold
 * the subnets. Only those in the VPC of the lab's stack are the lab's.
 */
export const GUARD_DUTY_ENDPOINTS: LeftoverKind = {
  kind: 'guardDutyEndpoint',
  find: async (aws, lab) => {
    const vpcs = await vpcsOfStack(aws, lab);
    if (vpcs.length === 0) return [];
    const service = `com.amazonaws.${lab.region}.guardduty-data`;
    const endpoints = await gathered(
      'ec2:DescribeVpcEndpoints',
      paginateDescribeVpcEndpoints({ client: aws.ec2 }, { Filters: [{ Name: 'vpc-id', Values: [...vpcs] }, { Name: 'service-name', Values: [service] }] }),
      ({ VpcEndpoints }) => VpcEndpoints,
    );
    return endpoints.flatMap(({ VpcEndpointId: id, VpcId = '', ServiceName, State, Tags, CreationTimestamp }) => {
      const tag = exactTag(tagsFrom(Tags), MANAGED);
      if (id === undefined || tag === undefined || ServiceName !== service || !vpcs.includes(VpcId) || State?.toLowerCase() === 'deleted') return [];
      // GuardDuty pays for it.
      return [{ kind: 'guardDutyEndpoint' as const, id, name: service, evidence: `${tag} in ${VpcId} of stack ${lab.stackName}`, isBillable: false, createdAt: CreationTimestamp?.toISOString() }];
    });
  },
  remove: async (aws, { id }) => {
    const state = await stateOf(aws, id);
    if (state === undefined) return GONE;
    if (state !== 'deleting') {
      const answer = await asking('ec2:DeleteVpcEndpoints', () => aws.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] })));
      const [refused] = answer.Unsuccessful ?? [];
      if (refused !== undefined) return { isGone: false, reason: refused.Error?.Message ?? refused.Error?.Code ?? 'AWS gives no reason', isFinal: false };
    }
    // Its interfaces hold the subnets until it is gone itself.
    return await stateOf(aws, id) === undefined ? GONE : { isGone: false, reason: 'it is being deleted', isFinal: false };
  },
};

/** @returns undefined when it is gone */
function stateOf(aws: LabAws, id: string): Promise<string | undefined> {
  return asking('ec2:DescribeVpcEndpoints', async () => {
    try {
      const { VpcEndpoints } = await aws.ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      const state = VpcEndpoints?.[0]?.State?.toLowerCase();
      return state === 'deleted' ? undefined : state;
    } catch (error) {
      if (isAwsError(error, 'InvalidVpcEndpointId.NotFound')) return undefined;
      throw error;
    }
  });
}

/** The security group that GuardDuty makes for its endpoint. Its name says for which VPC. */
export const GUARD_DUTY_SECURITY_GROUPS: LeftoverKind = {
  kind: 'guardDutySecurityGroup',
  find: async (aws, lab) => {
    const vpcs = await vpcsOfStack(aws, lab);
    if (vpcs.length === 0) return [];
    const groups = await gathered(
      'ec2:DescribeSecurityGroups',
      paginateDescribeSecurityGroups({ client: aws.ec2, pageSize: 200 }, {
        Filters: [{ Name: 'vpc-id', Values: [...vpcs] }, { Name: 'group-name', Values: vpcs.map(groupName) }],
      }),
      ({ SecurityGroups }) => SecurityGroups,
    );
    return groups.flatMap(({ GroupId: id, GroupName: name, VpcId = '' }) => id === undefined || !vpcs.includes(VpcId) || name !== groupName(VpcId)
      ? []
      : [{ kind: 'guardDutySecurityGroup' as const, id, name, evidence: `its name, in ${VpcId} of stack ${lab.stackName}`, isBillable: false }]);
  },
  remove: (aws, leftover) => SECURITY_GROUPS.remove(aws, leftover),
};

function groupName(vpcId: string): string {
  return `GuardDutyManagedSecurityGroup-${vpcId}`;
}

/** Ids of the VPCs that the lab's stack made and that are still there: one, or none when the stack is gone. */
async function vpcsOfStack(aws: LabAws, { stackName }: LabNames): Promise<readonly string[]> {
  const vpcs = await gathered(
    'ec2:DescribeVpcs',
    paginateDescribeVpcs({ client: aws.ec2 }, { Filters: [{ Name: `tag:${STACK_NAME_TAG}`, Values: [stackName] }] }),
    ({ Vpcs }) => Vpcs,
  );
  return vpcs.flatMap(({ VpcId, Tags }) => VpcId === undefined || exactTag(tagsFrom(Tags), [STACK_NAME_TAG, stackName]) === undefined ? [] : [VpcId]);
}
