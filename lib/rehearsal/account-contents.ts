import { ListStacksCommand, CloudFormationClient, StackStatus } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeAddressesCommand, EC2Client, paginateDescribeInstances, paginateDescribeInternetGateways, paginateDescribeLaunchTemplates,
  paginateDescribeNatGateways, paginateDescribeNetworkInterfaces, paginateDescribeRouteTables, paginateDescribeSecurityGroups,
  paginateDescribeSubnets, paginateDescribeVolumes, paginateDescribeVpcEndpoints, paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { EKSClient, paginateListClusters } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingClient, paginateDescribeLoadBalancers as paginateClassicLoadBalancers } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client, paginateDescribeLoadBalancers, paginateDescribeTargetGroups } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, paginateListInstanceProfiles, paginateListPolicies, paginateListRoles, paginateListUsers } from '@aws-sdk/client-iam';
import { LambdaClient, paginateListFunctions, paginateListLayers } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { paginateListScheduleGroups, paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import { boundTo } from '../aws/bound-client';
import type { Account } from './account';
import { BOOTSTRAP_STACK, BOOTSTRAP_VERSION_PARAMETER, bucketName } from './bootstrap-roles';
import { rolesOfEmptyAccount, SERVICE_ROLE_PATH } from './empty-account';
import { ROOT_CREDENTIALS } from './iam/principals';

/** Something that an account holds. */
export interface AccountThing {
  /** As it signs requests: `ec2`. */
  readonly service: string;
  /** Such as `subnet`. */
  readonly kind: string;
  /** By which its service knows it. */
  readonly id: string;
}

/** Clients that ask each service what it holds. */
interface ListingClients {
  readonly cloudFormation: CloudFormationClient;
  readonly logs: CloudWatchLogsClient;
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
  readonly classicLoadBalancers: ElasticLoadBalancingClient;
  readonly loadBalancers: ElasticLoadBalancingV2Client;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly scheduler: SchedulerClient;
  readonly stepFunctions: SFNClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
}

/**
 * All that an account holds besides what it was made with, service by service, and by no name or tag of the lab's: what somebody
 * overlooks is here. None in an account that is empty.
 */
export async function everythingIn(account: Pick<Account, 'accountId' | 'endpoint' | 'region' | 'run'>): Promise<readonly AccountThing[]> {
  const { endpoint, region, run: { signal } } = account;
  const configuration = { endpoint, region, credentials: ROOT_CREDENTIALS };
  const clients: ListingClients = {
    cloudFormation: boundTo(signal, new CloudFormationClient(configuration)),
    logs: boundTo(signal, new CloudWatchLogsClient(configuration)),
    ec2: boundTo(signal, new EC2Client(configuration)),
    eks: boundTo(signal, new EKSClient(configuration)),
    classicLoadBalancers: boundTo(signal, new ElasticLoadBalancingClient(configuration)),
    loadBalancers: boundTo(signal, new ElasticLoadBalancingV2Client(configuration)),
    events: boundTo(signal, new EventBridgeClient(configuration)),
    iam: boundTo(signal, new IAMClient(configuration)),
    lambda: boundTo(signal, new LambdaClient(configuration)),
    s3: boundTo(signal, new S3Client({ ...configuration, forcePathStyle: true })),
    scheduler: boundTo(signal, new SchedulerClient(configuration)),
    stepFunctions: boundTo(signal, new SFNClient(configuration)),
    sqs: boundTo(signal, new SQSClient(configuration)),
    ssm: boundTo(signal, new SSMClient(configuration)),
  };
  try {
    const found: readonly Found[] = [...await network(clients), ...await compute(clients), ...await identities(clients, account), ...await queuesAndStores(clients, account)];
    return found.flatMap(([service, kind, ids]) => ids.flatMap((id) => (id === undefined ? [] : [{ service, kind, id }])));
  } finally {
    for (const client of Object.values(clients) as readonly EC2Client[]) client.destroy();
  }
}

/** Service, kind, and the ids of all of it. */
type Found = readonly [service: string, kind: string, ids: readonly (string | undefined)[]];

/** What EC2 makes with a VPC belongs to it: its default group and its main route table. The default VPC is in every account. */
async function network({ ec2 }: ListingClients): Promise<readonly Found[]> {
  const vpcs = await all(paginateDescribeVpcs({ client: ec2 }, {}), ({ Vpcs }) => Vpcs);
  const early = new Set(vpcs.filter(({ IsDefault }) => IsDefault).map(({ VpcId }) => VpcId));
  const isNew = ({ VpcId }: { readonly VpcId?: string }): boolean => !early.has(VpcId);
  const subnets = await all(paginateDescribeSubnets({ client: ec2 }, {}), ({ Subnets }) => Subnets);
  const groups = await all(paginateDescribeSecurityGroups({ client: ec2 }, {}), ({ SecurityGroups }) => SecurityGroups);
  const routeTables = await all(paginateDescribeRouteTables({ client: ec2 }, {}), ({ RouteTables }) => RouteTables);
  const gateways = await all(paginateDescribeNatGateways({ client: ec2 }, {}), ({ NatGateways }) => NatGateways);
  const endpoints = await all(paginateDescribeVpcEndpoints({ client: ec2 }, {}), ({ VpcEndpoints }) => VpcEndpoints);
  const internetGateways = await all(paginateDescribeInternetGateways({ client: ec2 }, {}), ({ InternetGateways }) => InternetGateways);
  const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({}));
  return [
    ['ec2', 'vpc', vpcs.filter(isNew).map(({ VpcId }) => VpcId)],
    ['ec2', 'subnet', subnets.filter(isNew).map(({ SubnetId }) => SubnetId)],
    ['ec2', 'security-group', groups.filter(({ GroupName }) => GroupName !== 'default').map(({ GroupId }) => GroupId)],
    ['ec2', 'route-table', routeTables.filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main)).map(({ RouteTableId }) => RouteTableId)],
    ['ec2', 'natgateway', gateways.filter(({ State }) => State !== 'deleted').map(({ NatGatewayId }) => NatGatewayId)],
    ['ec2', 'vpc-endpoint', endpoints.filter(({ State }) => State?.toLowerCase() !== 'deleted').map(({ VpcEndpointId }) => VpcEndpointId)],
    ['ec2', 'internet-gateway', internetGateways.map(({ InternetGatewayId }) => InternetGatewayId)],
    ['ec2', 'elastic-ip', Addresses.map(({ AllocationId }) => AllocationId)],
  ];
}

async function compute({ ec2, loadBalancers, classicLoadBalancers, eks, lambda, stepFunctions }: ListingClients): Promise<readonly Found[]> {
  const reservations = await all(paginateDescribeInstances({ client: ec2 }, {}), ({ Reservations }) => Reservations);
  const instances = reservations.flatMap(({ Instances = [] }) => Instances).filter(({ State }) => State?.Name !== 'terminated');
  return [
    ['ec2', 'instance', instances.map(({ InstanceId }) => InstanceId)],
    ['ec2', 'volume', await all(paginateDescribeVolumes({ client: ec2 }, {}), ({ Volumes }) => Volumes?.map(({ VolumeId }) => VolumeId))],
    ['ec2', 'network-interface', await all(paginateDescribeNetworkInterfaces({ client: ec2 }, {}), ({ NetworkInterfaces }) => NetworkInterfaces?.map(({ NetworkInterfaceId }) => NetworkInterfaceId))],
    ['ec2', 'launch-template', await all(paginateDescribeLaunchTemplates({ client: ec2 }, {}), ({ LaunchTemplates }) => LaunchTemplates?.map(({ LaunchTemplateId }) => LaunchTemplateId))],
    ['elasticloadbalancing', 'load-balancer', await all(paginateDescribeLoadBalancers({ client: loadBalancers }, {}), (page) => page.LoadBalancers?.map(({ LoadBalancerArn }) => LoadBalancerArn))],
    ['elasticloadbalancing', 'target-group', await all(paginateDescribeTargetGroups({ client: loadBalancers }, {}), ({ TargetGroups }) => TargetGroups?.map(({ TargetGroupArn }) => TargetGroupArn))],
    ['elasticloadbalancing', 'classic-load-balancer', await all(paginateClassicLoadBalancers({ client: classicLoadBalancers }, {}), (page) => page.LoadBalancerDescriptions?.map(({ LoadBalancerName }) => LoadBalancerName))],
    ['eks', 'cluster', await all(paginateListClusters({ client: eks }, {}), ({ clusters }) => clusters)],
    ['lambda', 'function', await all(paginateListFunctions({ client: lambda }, {}), ({ Functions }) => Functions?.map(({ FunctionName }) => FunctionName))],
    ['lambda', 'layer', await all(paginateListLayers({ client: lambda }, {}), ({ Layers }) => Layers?.map(({ LayerName }) => LayerName))],
    ['states', 'state-machine', await all(paginateListStateMachines({ client: stepFunctions }, {}), ({ stateMachines }) => stateMachines?.map(({ stateMachineArn }) => stateMachineArn))],
  ];
}

async function identities({ iam }: ListingClients, account: Pick<Account, 'accountId' | 'region'>): Promise<readonly Found[]> {
  const early = new Set(rolesOfEmptyAccount(account).map(({ name }) => name));
  const roles = await all(paginateListRoles({ client: iam }, {}), ({ Roles }) => Roles);
  // AWS makes the roles of its services at their first use, and keeps them.
  const isNew = ({ RoleName = '', Path = '' }: { readonly RoleName?: string; readonly Path?: string }): boolean => !early.has(RoleName) && !Path.startsWith(SERVICE_ROLE_PATH);
  return [
    ['iam', 'role', roles.filter(isNew).map(({ RoleName }) => RoleName)],
    ['iam', 'policy', await all(paginateListPolicies({ client: iam }, { Scope: 'Local' }), ({ Policies }) => Policies?.map(({ Arn }) => Arn))],
    ['iam', 'instance-profile', await all(paginateListInstanceProfiles({ client: iam }, {}), ({ InstanceProfiles }) => InstanceProfiles?.map(({ InstanceProfileName }) => InstanceProfileName))],
    ['iam', 'user', await all(paginateListUsers({ client: iam }, {}), ({ Users }) => Users?.map(({ UserName }) => UserName))],
  ];
}

/** Stacks that are there no longer are listed for ninety days. */
const STACKS_THAT_ARE = Object.values(StackStatus).filter((status) => status !== 'DELETE_COMPLETE');

async function queuesAndStores(clients: ListingClients, account: Pick<Account, 'accountId' | 'region'>): Promise<readonly Found[]> {
  const { sqs, events, ssm, logs, scheduler, s3, cloudFormation } = clients;
  const parameters = await all(paginateDescribeParameters({ client: ssm }, {}), ({ Parameters }) => Parameters?.map(({ Name }) => Name));
  const groups = await all(paginateListScheduleGroups({ client: scheduler }, {}), ({ ScheduleGroups }) => ScheduleGroups?.map(({ Name }) => Name));
  const { Rules = [] } = await events.send(new ListRulesCommand({}));
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const { StackSummaries = [] } = await cloudFormation.send(new ListStacksCommand({ StackStatusFilter: STACKS_THAT_ARE }));
  return [
    ['sqs', 'queue', await all(paginateListQueues({ client: sqs }, {}), ({ QueueUrls }) => QueueUrls)],
    ['events', 'rule', Rules.map(({ Name }) => Name)],
    ['ssm', 'parameter', parameters.filter((name) => name !== BOOTSTRAP_VERSION_PARAMETER)],
    ['logs', 'log-group', await all(paginateDescribeLogGroups({ client: logs }, {}), ({ logGroups }) => logGroups?.map(({ logGroupName }) => logGroupName))],
    ['scheduler', 'schedule', await all(paginateListSchedules({ client: scheduler }, {}), ({ Schedules }) => Schedules?.map(({ Name }) => Name))],
    ['scheduler', 'schedule-group', groups.filter((name) => name !== 'default')],
    ['s3', 'bucket', Buckets.map(({ Name }) => Name).filter((name) => name !== bucketName(account))],
    ['cloudformation', 'stack', StackSummaries.map(({ StackName }) => StackName).filter((name) => name !== BOOTSTRAP_STACK)],
  ];
}

/** What all pages of a list give. */
async function all<Page, Item>(pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[] | undefined): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...itemsOf(page) ?? []);
  return items;
}
