import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Events that announce the end of an instance, by the id of their rule. AWS spells the detail types like this. */
const INTERRUPTION_EVENTS = {
  ScheduledChange: { source: 'aws.health', detailType: 'AWS Health Event' },
  SpotInterruption: { source: 'aws.ec2', detailType: 'EC2 Spot Instance Interruption Warning' },
  Rebalance: { source: 'aws.ec2', detailType: 'EC2 Instance Rebalance Recommendation' },
  InstanceStateChange: { source: 'aws.ec2', detailType: 'EC2 Instance State-change Notification' },
  CapacityReservationInterruption: { source: 'aws.ec2', detailType: 'EC2 Capacity Reservation Instance Interruption Warning' },
} as const;

/** What the queue needs to know. */
export interface InterruptionQueueProps {
  /** Name of the queue, which the controller is told too. */
  readonly queueName: string;
}

/**
 * The queue from which Karpenter learns, ahead of time, that an instance will go, and the
 * EventBridge rules that fill it.
 *
 * Deletion: the messages go with the queue. SQS keeps the name for 60 seconds.
 *
 * @see https://karpenter.sh/v1.14/reference/cloudformation/#interruption-handling
 */
export class InterruptionQueue extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string, props: InterruptionQueueProps) {
    super(scope, id);
    this.queue = new sqs.Queue(this, 'Queue', {
      queueName: props.queueName,
      // A warning older than this is about an instance that is gone.
      retentionPeriod: Duration.seconds(300),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.queue.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'AllowEventDelivery',
      principals: [new iam.ServicePrincipal('events.amazonaws.com'), new iam.ServicePrincipal('sqs.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [this.queue.queueArn],
    }));
    this.queue.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'DenyHTTP',
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions: ['sqs:*'],
      resources: [this.queue.queueArn],
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    }));
    for (const [ruleId, { source, detailType }] of Object.entries(INTERRUPTION_EVENTS)) {
      new events.CfnRule(this, `${ruleId}Rule`, {
        description: `Tells Karpenter of: ${detailType}`,
        state: 'ENABLED',
        eventPattern: { 'source': [source], 'detail-type': [detailType] },
        targets: [{ id: 'KarpenterInterruptionQueue', arn: this.queue.queueArn }],
      });
    }
  }
}
