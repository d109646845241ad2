import {
  DeleteSecurityGroupCommand, DeleteVpcEndpointsCommand, DescribeSecurityGroupsCommand, DescribeVpcEndpointsCommand, DescribeVpcsCommand, EC2Client,
  type SecurityGroup, type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { connectAws } from '../../../lib/aws/lab-aws';
import { findLeftovers, removeLeftovers } from '../../../lib/aws/leftovers/find-leftovers';
import { runContext } from '../../../lib/run-context';

const SERVICE = 'com.amazonaws.ap-northeast-2.guardduty-data';
const managed = [{ Key: 'GuardDutyManaged', Value: 'true' }];

/** What GuardDuty made in the VPC of the stack `Lab`, and what looks like it. EC2 answers without filters here: the code has to look itself. */
describe('what GuardDuty puts into a VPC', () => {
  const ec2 = mockClient(EC2Client);
  const aws = connectAws('ap-northeast-2');
  const lab = { clusterName: 'lab', stackName: 'Lab', region: 'ap-northeast-2' };
  const find = () => findLeftovers({ aws, lab, kinds: ['guardDutyEndpoint', 'guardDutySecurityGroup'] });
  let endpoints: VpcEndpoint[];
  let groups: SecurityGroup[];

  beforeEach(() => {
    endpoints = [
      { VpcEndpointId: 'vpce-ours', VpcId: 'vpc-lab', ServiceName: SERVICE, State: 'Available', Tags: managed },
      { VpcEndpointId: 'vpce-of-another-vpc', VpcId: 'vpc-other', ServiceName: SERVICE, State: 'Available', Tags: managed },
      { VpcEndpointId: 'vpce-of-another-stack', VpcId: 'vpc-lab-2', ServiceName: SERVICE, State: 'Available', Tags: managed },
      { VpcEndpointId: 'vpce-by-hand', VpcId: 'vpc-lab', ServiceName: SERVICE, State: 'Available', Tags: [] },
      { VpcEndpointId: 'vpce-of-another-service', VpcId: 'vpc-lab', ServiceName: 'com.amazonaws.ap-northeast-2.s3', State: 'Available', Tags: managed },
      { VpcEndpointId: 'vpce-gone', VpcId: 'vpc-lab', ServiceName: SERVICE, State: 'Deleted', Tags: managed },
    ];
    groups = [
      { GroupId: 'sg-ours', VpcId: 'vpc-lab', GroupName: 'GuardDutyManagedSecurityGroup-vpc-lab' },
      { GroupId: 'sg-of-another-vpc', VpcId: 'vpc-other', GroupName: 'GuardDutyManagedSecurityGroup-vpc-other' },
      { GroupId: 'sg-of-another-stack', VpcId: 'vpc-lab-2', GroupName: 'GuardDutyManagedSecurityGroup-vpc-lab-2' },
      { GroupId: 'sg-by-hand', VpcId: 'vpc-lab', GroupName: 'GuardDutyManagedSecurityGroup-of-mine' },
    ];
    ec2.onAnyCommand().resolves({});
    ec2.on(DescribeVpcsCommand).resolves({
      Vpcs: [
        { VpcId: 'vpc-lab', Tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'Lab' }] },
        { VpcId: 'vpc-lab-2', Tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'Lab2' }] },
        { VpcId: 'vpc-other', Tags: [{ Key: 'Name', Value: 'Lab' }] },
      ],
    });
    ec2.on(DescribeVpcEndpointsCommand).callsFake(({ VpcEndpointIds }: { readonly VpcEndpointIds?: readonly string[] }) => ({
      VpcEndpoints: endpoints.filter(({ VpcEndpointId = '' }) => VpcEndpointIds?.includes(VpcEndpointId) ?? true),
    }));
    ec2.on(DescribeSecurityGroupsCommand).callsFake(() => ({ SecurityGroups: groups }));
    ec2.on(DeleteSecurityGroupCommand).callsFake(({ GroupId }: { readonly GroupId?: string }) => {
      groups = groups.filter((group) => group.GroupId !== GroupId);
      return {};
    });
  });
  afterEach(() => ec2.reset());
  afterAll(() => {
    ec2.restore();
    aws.close();
  });

  it('is found in the VPC of the stack, and nowhere else', async () => {
    expect(await find()).toEqual([
      expect.objectContaining({ kind: 'guardDutyEndpoint', id: 'vpce-ours', evidence: 'GuardDutyManaged=true in vpc-lab of stack Lab' }),
      expect.objectContaining({ kind: 'guardDutySecurityGroup', id: 'sg-ours' }),
    ]);
  });

  it('is not looked for when the stack has no VPC any more', async () => {
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [] });
    expect(await find()).toEqual([]);
    expect(ec2.commandCalls(DescribeVpcEndpointsCommand)).toEqual([]);
  });

  it('is removed, the endpoint once although it takes a while, and nothing that looks like it', async () => {
    let looks = 0;
    ec2.on(DeleteVpcEndpointsCommand).callsFake(({ VpcEndpointIds = [] }: { readonly VpcEndpointIds?: readonly string[] }) => {
      endpoints = endpoints.map((endpoint) => VpcEndpointIds.includes(endpoint.VpcEndpointId ?? '') ? { ...endpoint, State: 'Deleting' } : endpoint);
      return { Unsuccessful: [] };
    });
    const onWaiting = (): void => {
      looks += 1;
      if (looks === 2) endpoints = endpoints.filter(({ VpcEndpointId }) => VpcEndpointId !== 'vpce-ours');
    };
    const { removed, kept } = await removeLeftovers({ aws, leftovers: await find(), deadlineSeconds: 5, everySeconds: 0.001, onWaiting }, runContext());
    expect([removed.map(({ id }) => id).sort(), kept]).toEqual([['sg-ours', 'vpce-ours'], []]);
    expect(ec2.commandCalls(DeleteVpcEndpointsCommand)).toHaveLength(1);
    expect(groups.map(({ GroupId }) => GroupId)).toEqual(['sg-of-another-vpc', 'sg-of-another-stack', 'sg-by-hand']);
  });

  it('fails to go when AWS refuses, with the reason', async () => {
    ec2.on(DeleteVpcEndpointsCommand).resolves({ Unsuccessful: [{ ResourceId: 'vpce-ours', Error: { Code: 'InvalidState', Message: 'the endpoint is pending' } }] });
    const { kept } = await removeLeftovers({ aws, leftovers: (await find()).slice(0, 1), deadlineSeconds: 0 }, runContext());
    expect(kept).toEqual([{ leftover: expect.objectContaining({ id: 'vpce-ours' }), reason: 'the endpoint is pending' }]);
  });
});
