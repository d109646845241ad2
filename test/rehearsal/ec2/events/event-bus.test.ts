import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import type { JsonObject } from '../../../../lib/json';
import { Ec2Events } from '../../../../lib/rehearsal/ec2/events/ec2-events';
import { EventBus } from '../../../../lib/rehearsal/ec2/events/event-bus';
import type { Finding } from '../../../../lib/rehearsal/findings';
import { runContext } from '../../../../lib/run-context';

const configuration = { region: 'ap-northeast-2' };
const aws = { ec2: new EC2Client(configuration), iam: new IAMClient(configuration), events: new EventBridgeClient(configuration), sqs: new SQSClient(configuration) };
const events = mockClient(aws.events);
const sqs = mockClient(aws.sqs);

const QUEUE = 'arn:aws:sqs:ap-northeast-2:123456789012:karpenter-lab';
const RULE = 'arn:aws:events:ap-northeast-2:123456789012:rule/spot';
const ALLOW: JsonObject = { Effect: 'Allow', Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] }, Action: 'sqs:SendMessage', Resource: QUEUE };
const DENY_HTTP: JsonObject = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: QUEUE, Condition: { Bool: { 'aws:SecureTransport': 'false' } } };

let found: Omit<Finding, 'at'>[];

const account = { accountId: '123456789012', region: 'ap-northeast-2', run: runContext(), findings: { report: (finding: Omit<Finding, 'at'>) => found.push(finding) } };
const warning = new Ec2Events(account).spotInterruptionWarning('i-0123456789abcdef0');
const put = () => new EventBus(account as never, aws).put(warning);

const rule = (pattern: JsonObject, State: 'ENABLED' | 'DISABLED' = 'ENABLED') => ({ Name: 'spot', Arn: RULE, EventPattern: JSON.stringify(pattern), State });
const WANTED = { source: ['aws.ec2'], 'detail-type': ['EC2 Spot Instance Interruption Warning'] };
const policy = (...Statement: readonly JsonObject[]): void => {
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: Statement.length === 0 ? {} : { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) } });
};

beforeEach(() => {
  found = [];
  events.reset();
  sqs.reset();
  events.on(ListRulesCommand).resolves({ Rules: [rule(WANTED)] });
  events.on(ListTargetsByRuleCommand, { Rule: 'spot' }).resolves({ Targets: [{ Id: 'queue', Arn: QUEUE }] });
  sqs.on(GetQueueUrlCommand, { QueueName: 'karpenter-lab' }).resolves({ QueueUrl: 'http://127.0.0.1/queue' });
  sqs.on(SendMessageCommand).resolves({});
  policy(ALLOW, DENY_HTTP);
});

const messages = (): readonly unknown[] => sqs.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => JSON.parse(input.MessageBody ?? '') as unknown);

describe('an event', () => {
  it('reaches the queue of a rule that wants it, as EventBridge writes it', async () => {
    await expect(put()).resolves.toEqual(['spot']);
    expect(messages()).toEqual([{
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      source: 'aws.ec2',
      account: '123456789012',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      region: 'ap-northeast-2',
      resources: ['arn:aws:ec2:ap-northeast-2:123456789012:instance/i-0123456789abcdef0'],
      detail: { 'instance-id': 'i-0123456789abcdef0', 'instance-action': 'terminate' },
    }]);
    expect(found).toEqual([]);
  });

  it('is looked for in all pages of the rules', async () => {
    events.on(ListRulesCommand).resolves({ Rules: [], NextToken: 'next' }).on(ListRulesCommand, { NextToken: 'next' }).resolves({ Rules: [rule(WANTED)] });
    await expect(put()).resolves.toEqual(['spot']);
  });

  it('fails when no rule wants it, or the one that does is disabled', async () => {
    events.on(ListRulesCommand).resolves({ Rules: [rule({ ...WANTED, 'detail-type': ['EC2 Spot Instance Interuption Warning'] }), rule(WANTED, 'DISABLED')] });
    await expect(put()).resolves.toEqual([]);
    expect(messages()).toEqual([]);
  });

  it.each<readonly [string, readonly JsonObject[], string]>([
    ['has none', [], 'no statement allows sqs:SendMessage'],
    ['lets another service send', [{ ...ALLOW, Principal: { Service: 'sns.amazonaws.com' } }], 'allows it only for'],
    ['is about another rule', [{ ...ALLOW, Condition: { ArnEquals: { 'aws:SourceArn': `${RULE}-other` } } }], 'allows it only where'],
    ['denies it', [ALLOW, { ...DENY_HTTP, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }], 'a statement denies it'],
  ])('fails when the policy of the queue %s', async (_what, statements, reason) => {
    policy(...statements);
    await put();
    expect(messages()).toEqual([]);
    expect(found).toEqual([{
      kind: 'event-not-delivered',
      resource: 'rule spot',
      expected: `"EC2 Spot Instance Interruption Warning" reaches ${QUEUE}`,
      found: expect.stringContaining(reason) as string,
    }]);
  });

  it('fails when the queue is gone, or the target is no queue', async () => {
    sqs.on(GetQueueUrlCommand).rejects(Object.assign(new Error('gone'), { name: 'QueueDoesNotExist' }));
    await put();
    events.on(ListTargetsByRuleCommand).resolves({ Targets: [{ Id: 'topic', Arn: 'arn:aws:sns:ap-northeast-2:123456789012:topic' }] });
    await put();
    expect(found.map((finding) => finding.found)).toEqual(['there is no such queue', expect.stringContaining('only queues') as string]);
  });

  it('says what the rules want', async () => {
    await expect(new EventBus(account as never, aws).detailTypes()).resolves.toEqual(['EC2 Spot Instance Interruption Warning']);
  });
});
