import { ListRulesCommand, ListTargetsByRuleCommand, type Rule } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { isAwsError, NO_SUCH_QUEUE } from '../../../aws/aws-failure';
import { arrayAt, parseJson, textAt } from '../../../json';
import type { Account } from '../../account';
import type { MotoAws } from '../moto-aws';
import type { AwsEvent } from './ec2-events';
import { readEventPattern } from './event-pattern';

/** Asks whether the policy of a queue lets EventBridge send to it for a rule. */
export interface ServiceSend {
  /** The queue's policy, as JSON text. @default - it has none */
  readonly policy?: string;
  /** Such as `events.amazonaws.com`. */
  readonly service: string;
  readonly queueArn: string;
  /** ARN of the rule: the key `aws:SourceArn` of conditions. */
  readonly sourceArn: string;
}

/** Whether the policy of a queue lets a service send a message to it. */
export type MayServiceSend = (send: ServiceSend) => boolean | Promise<boolean>;

/** EventBridge as a service of AWS. */
const EVENTS_SERVICE = 'events.amazonaws.com';

/** Passes events on by the rules of the account's default event bus, which moto holds. */
export class EventBus {
  constructor(
    private readonly account: Pick<Account, 'findings'>,
    private readonly aws: MotoAws,
    private readonly mayServiceSend: MayServiceSend,
  ) {}

  /**
   * Passes an event on to the targets of every rule that wants it. A target that does not get it is a finding.
   *
   * @returns names of the rules that want it; none where the event goes nowhere
   */
  async put(event: AwsEvent): Promise<readonly string[]> {
    const wanting = (await this.rules()).filter(({ EventPattern: pattern, State }) =>
      State !== 'DISABLED' && pattern !== undefined && readEventPattern(pattern)(event));
    for (const rule of wanting) await this.passOn(rule, event);
    return wanting.map(({ Name = '' }) => Name);
  }

  /** Detail types that the rules want, such as `AWS Health Event`. */
  async detailTypes(): Promise<readonly string[]> {
    const patterns = (await this.rules()).flatMap(({ EventPattern: pattern }) => pattern ?? []);
    return [...new Set(patterns.flatMap((pattern) => arrayAt(parseJson(pattern), 'detail-type')).flatMap((type) => textAt(type) ?? []))];
  }

  private async rules(): Promise<readonly Rule[]> {
    const rules: Rule[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.aws.events.send(new ListRulesCommand({ NextToken }));
      rules.push(...(page.Rules ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return rules;
  }

  private async passOn({ Name, Arn = '' }: Rule, event: AwsEvent): Promise<void> {
    const { Targets = [] } = await this.aws.events.send(new ListTargetsByRuleCommand({ Rule: Name }));
    for (const target of Targets) {
      const targetArn = target.Arn ?? '';
      const isShaped = target.Input !== undefined || target.InputPath !== undefined || target.InputTransformer !== undefined;
      const reason = !targetArn.startsWith('arn:aws:sqs:') || isShaped
        ? 'the rehearsal plays only queues as targets, and events as they are'
        : await this.send(targetArn, Arn, event);
      if (reason === undefined) continue;
      this.account.findings.report({
        kind: 'event-not-delivered',
        resource: `rule ${Name}`,
        expected: `"${event['detail-type']}" reaches ${targetArn}`,
        found: reason,
      });
    }
  }

  /** @returns why the event does not arrive; undefined where it does */
  private async send(queueArn: string, sourceArn: string, event: AwsEvent): Promise<string | undefined> {
    const QueueName = queueArn.slice(queueArn.lastIndexOf(':') + 1);
    try {
      const { QueueUrl } = await this.aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
      const { Attributes } = await this.aws.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
      const policy = Attributes?.['Policy'];
      if (!await this.mayServiceSend({ policy: policy === '' ? undefined : policy, service: EVENTS_SERVICE, queueArn, sourceArn })) {
        return `the policy of the queue does not let ${EVENTS_SERVICE} send`;
      }
      await this.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
      return undefined;
    } catch (error) {
      if (!isAwsError(error, ...NO_SUCH_QUEUE)) throw error;
      return 'there is no such queue';
    }
  }
}
