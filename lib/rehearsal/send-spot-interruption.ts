import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { isAwsError, NO_SUCH_QUEUE } from '../aws/aws-failure';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { MOTO_ACCOUNT } from './aws-answers/aws-answer';
import { closeLocalAws, localAws, type LocalAws } from './seed/seeding';

/** Which instance is interrupted, and who is told. */
export interface SendSpotInterruptionOptions {
  /** Loopback URL at which all AWS calls are answered. */
  readonly endpoint: string;
  readonly region: string;
  /**
   * Account of the instance: the one that the lab is bound to.
   *
   * @default - moto's own, which the rehearsal's AWS plays for a lab that is bound to none
   */
  readonly account?: string;
  /** Name of the queue that Karpenter listens to. */
  readonly queueName: string;
  /** Such as `i-0123456789abcdef0`: the last part of a NodeClaim's provider id. */
  readonly instanceId: string;
}

/**
 * Tells Karpenter that AWS takes a spot instance back in two minutes: sends EventBridge's message
 * to the queue. Nothing takes the instance away; Karpenter replaces it in time.
 *
 * @throws LabError `InterruptionQueueNotFound` when there is no queue of that name
 * @throws LabError `SpotInterruptionNotSent` when the message was not taken
 * @throws LabError `EndpointNotLocal` when the endpoint is not on this machine
 * @throws the signal's reason when the run was interrupted
 */
export async function sendSpotInterruption(
  { endpoint, region, account = MOTO_ACCOUNT, queueName, instanceId }: SendSpotInterruptionOptions, run: RunContext,
): Promise<void> {
  const aws = localAws({ endpoint, region }, run);
  try {
    const queueUrl = await queueUrlOf(aws, queueName);
    const warning = spotInterruptionWarning({ id: randomUUID(), time: run.clock.now(), region, account, instanceId });
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(warning) }));
  } catch (cause) {
    run.signal.throwIfAborted();
    if (cause instanceof LabError) throw cause;
    throw new LabError({
      code: 'SpotInterruptionNotSent',
      message: `The warning could not be sent to the queue ${queueName}: ${cause instanceof Error ? cause.message : String(cause)}`,
      received: instanceId,
      remedy: 'See whether the rehearsal still runs: npm run rehearse -- --status.',
      cause,
    });
  } finally {
    closeLocalAws(aws);
  }
}

async function queueUrlOf({ sqs }: LocalAws, queueName: string): Promise<string | undefined> {
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }))).QueueUrl;
  } catch (cause) {
    if (!isAwsError(cause, ...NO_SUCH_QUEUE)) throw cause;
    throw new LabError({
      code: 'InterruptionQueueNotFound',
      message: 'There is no such queue, so Karpenter hears of no interruption.',
      received: queueName,
      remedy: 'Give Karpenter the name of the queue in the stack (settings.interruptionQueue), and run npm run synth.',
      cause,
    });
  }
}

/** What a warning says. */
export interface SpotInterruptionWarningOptions {
  /** Id of the event, a UUID. */
  readonly id: string;
  readonly time: Date;
  readonly region: string;
  readonly account: string;
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

/** Makes the warning for an instance. */
export function spotInterruptionWarning({ id, time, region, account, instanceId }: SpotInterruptionWarningOptions): SpotInterruptionWarning {
  return {
    version: '0',
    id,
    'detail-type': 'EC2 Spot Instance Interruption Warning',
    source: 'aws.ec2',
    account,
    time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [`arn:aws:ec2:${region}:${account}:instance/${instanceId}`],
    detail: { 'instance-id': instanceId, 'instance-action': 'terminate' },
  };
}
