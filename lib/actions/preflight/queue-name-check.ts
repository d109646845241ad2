import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { nameClashFinding } from './name-clash';
import { unlessAbsent } from './name-holder';

/** Whether the name of the interruption queue is free. */
export const queueNameCheck: Check = {
  name: 'Names: queue',
  asksAws: true,
  run: (context) => nameClashFinding(context, {
    type: 'AWS::SQS::Queue',
    noun: 'queue',
    holder: (name) => asking('sqs:GetQueueUrl', async () => {
      const found = await unlessAbsent(
        () => context.aws.sqs.send(new GetQueueUrlCommand({ QueueName: name }), { abortSignal: context.signal }),
        'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue',
      );
      return found === undefined ? undefined : { physicalId: found.QueueUrl ?? name };
    }),
    deletion: ({ physicalId }) => `aws sqs delete-queue --region ${context.lab.stack.region} --queue-url ${physicalId}`,
  }),
};
