import {
  DeleteSecurityGroupCommand, DescribeSecurityGroupRulesCommand, RevokeSecurityGroupEgressCommand, RevokeSecurityGroupIngressCommand, EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { connectAws } from '../../../lib/aws/lab-aws';
import type { Leftover } from '../../../lib/aws/leftovers/leftover';
import { runContext } from '../../../lib/run-context';
import { removeLeftovers } from '../../../lib/aws/leftovers/find-leftovers';
import { awsError } from '../../preflight/account';

const group = (id: string): Leftover => ({ kind: 'securityGroup', id, name: id, evidence: 'elbv2.k8s.aws/cluster=lab', isBillable: false });

/** EC2 keeps a group that a rule of another names. moto does not. */
describe('security groups that name each other', () => {
  const ec2 = mockClient(EC2Client);
  const aws = connectAws('ap-northeast-2');
  const references = new Map([['sgr-1', { of: 'sg-a', to: 'sg-b', isEgress: false }], ['sgr-2', { of: 'sg-b', to: 'sg-a', isEgress: true }]]);

  beforeAll(() => {
    ec2.on(DescribeSecurityGroupRulesCommand).callsFake(({ Filters }: { readonly Filters?: readonly { readonly Values?: readonly string[] }[] }) => ({
      SecurityGroupRules: [
        ...[...references].filter(([, { of }]) => Filters?.[0]?.Values?.includes(of)).map(([SecurityGroupRuleId, { of, to, isEgress }]) => ({
          SecurityGroupRuleId, GroupId: of, IsEgress: isEgress, ReferencedGroupInfo: { GroupId: to },
        })),
        { SecurityGroupRuleId: 'sgr-world', GroupId: Filters?.[0]?.Values?.[0], IsEgress: true, CidrIpv4: '0.0.0.0/0' },
      ],
    }));
    const revoke = ({ SecurityGroupRuleIds = [] }: { readonly SecurityGroupRuleIds?: readonly string[] }): object => {
      for (const id of SecurityGroupRuleIds) references.delete(id);
      return {};
    };
    ec2.on(RevokeSecurityGroupIngressCommand).callsFake(revoke);
    ec2.on(RevokeSecurityGroupEgressCommand).callsFake(revoke);
    ec2.on(DeleteSecurityGroupCommand).callsFake(({ GroupId }: { readonly GroupId?: string }) => {
      if ([...references.values()].some(({ to }) => to === GroupId)) throw awsError('DependencyViolation', 'resource has a dependent object');
      return {};
    });
  });
  afterAll(() => {
    ec2.restore();
    aws.close();
  });

  it('give up their rules about groups, and no other, so that both can go', async () => {
    const { removed, kept } = await removeLeftovers({ aws, leftovers: [group('sg-a'), group('sg-b')], deadlineSeconds: 5, everySeconds: 0.001 }, runContext());
    expect(removed.map(({ id }) => id).sort()).toEqual(['sg-a', 'sg-b']);
    expect(kept).toEqual([]);
    expect(ec2.commandCalls(RevokeSecurityGroupEgressCommand).flatMap(({ args: [{ input }] }) => input.SecurityGroupRuleIds)).toEqual(['sgr-2']);
    expect(ec2.commandCalls(RevokeSecurityGroupIngressCommand).flatMap(({ args: [{ input }] }) => input.SecurityGroupRuleIds)).toEqual(['sgr-1']);
  });
});
