import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { isFound, nameClashFinding } from './name-clash';

/** Whether the name of the interruption queue is free. */
export const queueNameCheck: Check = {
  name: 'Names: queue',
  asksAws: true,
  run: (context) => nameClashFinding(context, {
    type: 'AWS::SQS::Queue',
    noun: 'queue',
    exists: (QueueName) => asking('sqs:GetQueueUrl', () => isFound(
      () => context.aws.sqs.send(new GetQueueUrlCommand({ QueueName }), { abortSignal: context.signal }),
      'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue')),
  }),
};
