import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../json';
import type { Account } from '../../account';

/** An event as EventBridge passes it on. */
export interface AwsEvent extends JsonObject {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

/** Makes EC2's events of an account. */
export class Ec2Events {
  constructor(private readonly account: Pick<Account, 'accountId' | 'region' | 'run'>) {}

  /** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html */
  stateChange(instanceId: string, state: string): AwsEvent {
    return this.event('aws.ec2', 'EC2 Instance State-change Notification', [this.arn(instanceId)], { 'instance-id': instanceId, state });
  }

  /** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
  spotInterruptionWarning(instanceId: string): AwsEvent {
    const detail = { 'instance-id': instanceId, 'instance-action': 'terminate' };
    return this.event('aws.ec2', 'EC2 Spot Instance Interruption Warning', [this.arn(instanceId)], detail);
  }

  /** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html */
  rebalanceRecommendation(instanceId: string): AwsEvent {
    return this.event('aws.ec2', 'EC2 Instance Rebalance Recommendation', [this.arn(instanceId)], { 'instance-id': instanceId });
  }

  /**
   * A scheduled change that concerns an instance.
   *
   * @param eventTypeCode such as `AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED`
   * @see https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
   */
  health(instanceId: string, eventTypeCode: string): AwsEvent {
    const { accountId, region, run } = this.account;
    const at = run.clock.now().toUTCString();
    return this.event('aws.health', 'AWS Health Event', [instanceId], {
      eventArn: `arn:aws:health:${region}::event/EC2/${eventTypeCode}/${eventTypeCode}_${randomUUID()}`,
      service: 'EC2',
      eventTypeCode,
      eventTypeCategory: 'scheduledChange',
      eventScopeCode: 'ACCOUNT_SPECIFIC',
      communicationId: randomUUID(),
      startTime: at,
      endTime: at,
      lastUpdatedTime: at,
      statusCode: 'upcoming',
      eventRegion: region,
      eventDescription: [{ language: 'en_US', latestDescription: `A change of the instance ${instanceId} is scheduled.` }],
      affectedEntities: [{ entityValue: instanceId, status: 'PENDING', lastUpdatedTime: at }],
      affectedAccount: accountId,
      page: '1',
      totalPages: '1',
    });
  }

  private arn(instanceId: string): string {
    return `arn:aws:ec2:${this.account.region}:${this.account.accountId}:instance/${instanceId}`;
  }

  private event(source: string, detailType: string, resources: readonly string[], detail: JsonObject): AwsEvent {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: this.account.accountId,
      time: this.account.run.clock.now().toISOString().replace(/\.\d+Z$/, 'Z'),
      region: this.account.region,
      resources,
      detail,
    };
  }
}
