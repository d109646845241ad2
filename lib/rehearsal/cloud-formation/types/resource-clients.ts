import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { boundTo } from '../../../aws/bound-client';
import type { Account } from '../../account';
import { ROOT_CREDENTIALS } from '../../iam/principals';
import type { ResourceCredentials } from '../resource-type';

/** The services by which CloudFormation makes resources. */
export interface AwsClients {
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly scheduler: SchedulerClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly stepFunctions: SFNClient;
}

/** Clients of the account's services: one set for each access key, because a stack of a hundred resources makes many calls. */
export class ResourceClients {
  private readonly sets = new Map<string, AwsClients>();

  constructor(private readonly account: Pick<Account, 'endpoint' | 'moto' | 'region' | 'run'>) {}

  /** Clients with these keys, whose requests the account judges. */
  of({ credentials }: { readonly credentials: ResourceCredentials }): AwsClients {
    return this.set(credentials.accessKeyId, this.account.endpoint, credentials);
  }

  /** Clients for what AWS does by itself: their requests go to moto, which judges none. */
  get ofAws(): AwsClients {
    return this.set('', this.account.moto, ROOT_CREDENTIALS);
  }

  /** Closes all connections. */
  close(): void {
    for (const clients of this.sets.values()) {
      for (const client of Object.values(clients) as readonly EC2Client[]) client.destroy();
    }
    this.sets.clear();
  }

  private set(key: string, endpoint: string, credentials: ResourceCredentials): AwsClients {
    const known = this.sets.get(key);
    if (known !== undefined) return known;
    const configuration = { endpoint, region: this.account.region, credentials };
    const { signal } = this.account.run;
    const made: AwsClients = {
      ec2: boundTo(signal, new EC2Client(configuration)),
      eks: boundTo(signal, new EKSClient(configuration)),
      events: boundTo(signal, new EventBridgeClient(configuration)),
      iam: boundTo(signal, new IAMClient(configuration)),
      lambda: boundTo(signal, new LambdaClient(configuration)),
      logs: boundTo(signal, new CloudWatchLogsClient(configuration)),
      scheduler: boundTo(signal, new SchedulerClient(configuration)),
      sqs: boundTo(signal, new SQSClient(configuration)),
      ssm: boundTo(signal, new SSMClient(configuration)),
      stepFunctions: boundTo(signal, new SFNClient(configuration)),
    };
    this.sets.set(key, made);
    return made;
  }
}
