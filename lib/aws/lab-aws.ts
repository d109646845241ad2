import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { IAMClient } from '@aws-sdk/client-iam';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

/**
 * The AWS services that the lab's actions ask, in the lab's region.
 *
 * Credentials and endpoints are the SDK's own default: profile, environment or role, and `AWS_ENDPOINT_URL`, by which the
 * same actions work on a rehearsal.
 */
export interface LabAws {
  readonly region: string;
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
  /** Closes all connections. */
  readonly close: () => void;
}

/** Connects to AWS in a region. No request is made yet. */
export function connectAws(region: string): LabAws {
  const configuration = { region };
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
  return {
    region,
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
