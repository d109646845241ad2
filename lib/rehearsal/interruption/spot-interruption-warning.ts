/** What a warning is about. */
export interface SpotInterruptionWarningOptions {
  /** Of the event: a UUID. */
  readonly id: string;
  readonly time: Date;
  readonly region: string;
  readonly instanceId: string;
}

/**
 * The event that EventBridge passes on when EC2 takes a spot instance back.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export interface SpotInterruptionWarning {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'EC2 Spot Instance Interruption Warning';
  readonly source: 'aws.ec2';
  readonly account: string;
  /** ISO 8601 in UTC, in whole seconds. */
  readonly time: string;
  readonly region: string;
  /** ARN of the instance. */
  readonly resources: readonly string[];
  readonly detail: {
    readonly 'instance-id': string;
    readonly 'instance-action': 'terminate';
  };
}

/** The account that moto plays. */
const MOTO_ACCOUNT = '123456789012';

/** The warning for an instance. */
export function spotInterruptionWarning({ id, time, region, instanceId }: SpotInterruptionWarningOptions): SpotInterruptionWarning {
  return {
    version: '0',
    id,
    'detail-type': 'EC2 Spot Instance Interruption Warning',
    source: 'aws.ec2',
    account: MOTO_ACCOUNT,
    time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [`arn:aws:ec2:${region}:${MOTO_ACCOUNT}:instance/${instanceId}`],
    detail: { 'instance-id': instanceId, 'instance-action': 'terminate' },
  };
}
