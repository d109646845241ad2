import { CreateQueueCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import { textAt } from '../../assembly/json';
import type { TemplateResource } from '../../assembly/template-resource';
import { given, known, type Seeding } from './seeding';

/** A queue, as the rehearsal's AWS has it. */
export interface SeededQueue {
  readonly logicalId: string;
  readonly name: string;
  readonly url: string;
}

/** Attributes that say how a queue treats messages; in the template they are properties of the same names. */
const ATTRIBUTES: readonly QueueAttributeName[] = [
  'DelaySeconds', 'MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds', 'VisibilityTimeout',
];

/** Creates the queues. Their policies are left out: nothing in a rehearsal checks them. */
export async function seedQueues(seeding: Seeding): Promise<readonly SeededQueue[]> {
  const queues: SeededQueue[] = [];
  for (const queue of seeding.stack.resourcesOfType('AWS::SQS::Queue')) queues.push(await createQueue(seeding, queue));
  return queues;
}

async function createQueue(seeding: Seeding, queue: TemplateResource): Promise<SeededQueue> {
  const { logicalId } = queue;
  const properties = seeding.stack.resolvedProperties(queue);
  // CloudFormation makes up such a name, with a random end.
  const name = textAt(properties, 'QueueName') ?? `${seeding.stack.stackName}-${logicalId}`;
  const step = { resource: `the queue ${logicalId}`, received: name };
  const { QueueUrl } = await seeding.run(step, () => seeding.aws.sqs.send(new CreateQueueCommand({
    QueueName: known(name, step),
    Attributes: Object.fromEntries(ATTRIBUTES.flatMap((attribute) => {
      const value = textAt(properties, attribute);
      return value === undefined ? [] : [[attribute, value]];
    })),
  })));
  return { logicalId, name, url: given(QueueUrl, step) };
}
