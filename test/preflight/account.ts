import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeAddressesCommand, DescribeAvailabilityZonesCommand, DescribeInstancesCommand, DescribeInstanceTypeOfferingsCommand, DescribeNatGatewaysCommand,
  DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeAddonVersionsCommand, DescribeClusterCommand, DescribeClusterVersionsCommand, EKSClient } from '@aws-sdk/client-eks';
import { GetPolicyCommand, GetRoleCommand, type GetRoleCommandOutput, GetUserCommand, IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import type { LabView } from '../../lib/assembly/lab-view';
import { checkedCaller, connectAws } from '../../lib/aws/lab-aws';
import { deployedResources, deployedStack } from '../../lib/aws/deployed-lab';
import { priceTableOf } from '../../lib/plan/price-table';
import { estimateSeat } from '../../lib/plan/class-estimate';
import { estimateLaunch } from '../../lib/plan/launch-estimate';
import type { CheckContext, LocalTools } from '../../lib/preflight/preflight-check';
import { machineClock, type RunContext, runContext } from '../../lib/run-context';
import { smallLabView } from '../assembly/small-lab';

export const ACCOUNT = '111122223333';
export const INSTRUCTOR_SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/instructor/kim`;

/** An error as the SDK throws it. */
export function awsError(name: string, message: string = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}

/** What IAM says of a role of the account, by its path and name: `role/aws-reserved/instructor`. */
export function role(pathAndName: string): Pick<GetRoleCommandOutput, 'Role'> {
  const RoleName = pathAndName.slice(pathAndName.lastIndexOf('/') + 1);
  return { Role: { Arn: `arn:aws:iam::${ACCOUNT}:${pathAndName}`, Path: '/', RoleId: 'AROA', RoleName, CreateDate: new Date(0) } };
}

/** A run at a moment of the calendar that stands still. */
export function runAt(moment: Date): RunContext {
  return runContext({ clock: { ...machineClock, now: () => moment } });
}

/** An account on which the small lab can be deployed, answered by mocks: a test changes one answer. */
export class MockAccount {
  readonly cloudFormation = mockClient(CloudFormationClient);
  readonly logs = mockClient(CloudWatchLogsClient);
  readonly ec2 = mockClient(EC2Client);
  readonly eks = mockClient(EKSClient);
  readonly iam = mockClient(IAMClient);
  readonly quotas = mockClient(ServiceQuotasClient);
  readonly scheduler = mockClient(SchedulerClient);
  readonly sqs = mockClient(SQSClient);
  readonly ssm = mockClient(SSMClient);
  readonly sts = mockClient(STSClient);
  readonly aws = connectAws('ap-northeast-2');

  constructor() {
    this.makeReady();
  }

  get clients() {
    const { cloudFormation, logs, ec2, eks, iam, quotas, scheduler, sqs, ssm, sts } = this;
    return { cloudFormation, logs, ec2, eks, iam, quotas, scheduler, sqs, ssm, sts };
  }

  /** Names of all commands that were sent. */
  get commands(): readonly string[] {
    return Object.values(this.clients).flatMap((client) => client.calls().map(({ args: [command] }) => command.constructor.name));
  }

  /** Every service refuses everything. */
  refuseAll(error: Error): void {
    for (const client of Object.values(this.clients)) {
      client.reset();
      client.rejects(error);
    }
  }

  /** The stack of the lab is deployed, with these resources. */
  deploy(status: string, resources: readonly (readonly [type: string, physicalId: string])[] = []): void {
    this.cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackName: 'Lab', StackId: 'arn:stack/Lab/1', CreationTime: new Date(0), StackStatus: status as 'CREATE_COMPLETE' }] });
    this.cloudFormation.on(ListStackResourcesCommand).resolves({
      StackResourceSummaries: resources.map(([ResourceType, PhysicalResourceId], index) => ({
        LogicalResourceId: `R${index}`, ResourceType, PhysicalResourceId, ResourceStatus: 'CREATE_COMPLETE', LastUpdatedTimestamp: new Date(0),
      })),
    });
  }

  /** EC2 and VPC allow so much, by quota code. */
  allow(limits: Readonly<Record<string, number>>): void {
    for (const [QuotaCode, Value] of Object.entries(limits)) this.quotas.on(GetServiceQuotaCommand, { QuotaCode }).resolves({ Quota: { Value } });
  }

  /** The policies of whoever asks allow these actions. */
  mayDo(isAllowed: (action: string) => boolean): void {
    this.iam.on(SimulatePrincipalPolicyCommand).callsFake(({ ActionNames }: { ActionNames: readonly string[] }) => ({
      EvaluationResults: ActionNames.map((EvalActionName) => ({ EvalActionName, EvalDecision: isAllowed(EvalActionName) ? 'allowed' : 'implicitDeny' })),
    }));
  }

  context(lab: LabView = smallLabView(), tools: Partial<LocalTools> = {}): CheckContext {
    return {
      lab,
      aws: this.aws,
      projectDirectory: '/lab',
      tools: { node: '20.19.5', kubectl: () => Promise.resolve('1.35.2'), awsCli: () => Promise.resolve('2.31.0'), ...tools },
      seat: estimateSeat(lab, priceTableOf('ap-northeast-2')),
      launch: estimateLaunch(lab, priceTableOf('ap-northeast-2')),
      bootstrap: { version: 6, parameterName: '/cdk-bootstrap/hnb659fds/version' },
      caller: () => checkedCaller(this.aws, lab.stack.account),
      stack: async () => {
        const stack = await deployedStack(this.aws.cloudFormation, 'Lab');
        return stack === undefined ? undefined : { ...stack, resources: await deployedResources(this.aws.cloudFormation, 'Lab') };
      },
      run: runAt(new Date('2026-11-24T00:00:00Z')),
    };
  }

  private makeReady(): void {
    const zones = ['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c'];
    this.sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT, Arn: INSTRUCTOR_SESSION });
    this.ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '28' } });
    this.cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack with id Lab does not exist'));
    this.allow({ 'L-1216C47A': 128, 'L-34B43A08': 128, 'L-F678F1CE': 5, 'L-0263D0A3': 5, 'L-FE5A380F': 5 });
    this.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    this.ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{ VpcId: 'vpc-default' }] });
    this.ec2.on(DescribeAddressesCommand).resolves({ Addresses: [] });
    this.ec2.on(DescribeNatGatewaysCommand).resolves({ NatGateways: [] });
    this.ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ SubnetId: 'subnet-a', AvailabilityZone: 'ap-northeast-2a' }, { SubnetId: 'subnet-b', AvailabilityZone: 'ap-northeast-2b' }] });
    this.ec2.on(DescribeAvailabilityZonesCommand).resolves({ AvailabilityZones: zones.map((ZoneName) => ({ ZoneName, State: 'available' })) });
    this.ec2.on(DescribeInstanceTypeOfferingsCommand).callsFake(({ Filters }: { Filters: readonly { readonly Values: readonly string[] }[] }) => ({
      InstanceTypeOfferings: Filters[0]?.Values.flatMap((InstanceType) => zones.map((Location) => ({ InstanceType, Location }))),
    }));
    this.eks.on(DescribeClusterVersionsCommand).resolves({
      clusterVersions: [{ clusterVersion: '1.35', versionStatus: 'STANDARD_SUPPORT', endOfStandardSupportDate: new Date('2027-03-27T00:00:00Z') }],
    });
    this.eks.on(DescribeAddonVersionsCommand).resolves({ addons: [{ addonVersions: [{ addonVersion: 'v1.0.0-eksbuild.1' }] }] });
    this.eks.on(DescribeClusterCommand).rejects(awsError('ResourceNotFoundException'));
    this.iam.on(GetRoleCommand).rejects(awsError('NoSuchEntityException'));
    this.iam.on(GetRoleCommand, { RoleName: 'AWSServiceRoleForEC2Spot' }).resolves({});
    this.iam.on(GetRoleCommand, { RoleName: 'instructor' }).resolves(role('role/instructor'));
    this.iam.on(GetUserCommand).rejects(awsError('NoSuchEntityException'));
    this.mayDo(() => true);
    this.iam.on(GetPolicyCommand).rejects(awsError('NoSuchEntityException'));
    this.scheduler.on(GetScheduleCommand).rejects(awsError('ResourceNotFoundException'));
    this.sqs.on(GetQueueUrlCommand).rejects(awsError('QueueDoesNotExist'));
    this.logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [{ logGroupName: '/aws/eks/lab/cluster-of-another' }] });
  }
}
