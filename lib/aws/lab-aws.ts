import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { LabError } from '../lab-error';
import { type RunContext, runContext } from '../run-context';
import { asking } from './aws-failure';
import { boundTo } from './bound-client';

/**
 * The AWS services that the lab's actions ask, in the lab's region.
 *
 * Credentials and endpoints are the SDK's own default: profile, environment or role, and `AWS_ENDPOINT_URL`, by which the
 * same actions work on a rehearsal.
 */
export interface LabAws {
  readonly region: string;
  /** Aborts every request. */
  readonly signal: AbortSignal;
  readonly cloudFormation: CloudFormationClient;
  readonly logs: CloudWatchLogsClient;
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
  /** Application and network load balancers. */
  readonly loadBalancers: ElasticLoadBalancingV2Client;
  /** Classic load balancers, which Kubernetes makes where no controller of AWS's is installed. */
  readonly classicLoadBalancers: ElasticLoadBalancingClient;
  readonly iam: IAMClient;
  readonly scheduler: SchedulerClient;
  readonly quotas: ServiceQuotasClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
  /** The same services by connections of their own, whose requests another signal aborts. */
  readonly boundTo: (signal: AbortSignal) => LabAws;
  /** Closes all connections. */
  readonly close: () => void;
}

/** Another way to AWS than the SDK's own. */
export interface AwsAccess {
  /** URL at which all calls are answered. @default - `AWS_ENDPOINT_URL`, or AWS itself */
  readonly endpoint?: string;
  /** @default - the SDK's own: profile, environment or role */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Connects to AWS in a region. No request is made yet.
 *
 * @param run its signal aborts every request
 * @param access @default - the SDK's own way
 */
export function connectAws(region: string, run: Partial<RunContext> = {}, access: AwsAccess = {}): LabAws {
  const { signal } = runContext(run);
  const configuration = { region, ...access };
  const clients = {
    cloudFormation: new CloudFormationClient(configuration),
    logs: new CloudWatchLogsClient(configuration),
    ec2: new EC2Client(configuration),
    eks: new EKSClient(configuration),
    loadBalancers: new ElasticLoadBalancingV2Client(configuration),
    classicLoadBalancers: new ElasticLoadBalancingClient(configuration),
    iam: new IAMClient(configuration),
    scheduler: new SchedulerClient(configuration),
    quotas: new ServiceQuotasClient(configuration),
    sqs: new SQSClient(configuration),
    ssm: new SSMClient(configuration),
    sts: new STSClient(configuration),
  };
  for (const client of Object.values(clients)) boundTo(signal, client);
  return {
    region,
    signal,
    ...clients,
    boundTo: (other) => connectAws(region, { signal: other }, access),
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** Who asks. */
export interface AwsCaller {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

/**
 * Who the credentials belong to.
 *
 * @throws LabError `AwsCredentialsRefused`, `AwsUnreachable`
 */
async function callerOf(aws: Pick<LabAws, 'sts'>): Promise<AwsCaller> {
  const { Account, Arn } = await asking('sts:GetCallerIdentity', () => aws.sts.send(new GetCallerIdentityCommand({})));
  return { account: Account ?? '', arn: Arn ?? '' };
}

/**
 * {@link callerOf}, refused when it is another account than the lab's.
 *
 * @param account the account that the lab is bound to; undefined where `lab.yaml` names none
 * @throws LabError `AccountNotConfigured`
 */
export async function checkedCaller(aws: Pick<LabAws, 'sts'>, account: string | undefined): Promise<AwsCaller> {
  const caller = await callerOf(aws);
  if (account === undefined || account === caller.account) return caller;
  throw new LabError({
    code: 'AccountNotConfigured',
    message: `The lab belongs to account ${account}; your credentials are of account ${caller.account}.`,
    received: caller.arn,
    remedy: 'Use credentials of the lab\'s account (AWS_PROFILE), or change account in lab.yaml and synthesize again.',
  });
}
