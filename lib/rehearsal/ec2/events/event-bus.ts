import { ListRulesCommand, ListTargetsByRuleCommand, type Rule } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { isAwsError, NO_SUCH_QUEUE } from '../../../aws/aws-failure';
import { arrayAt, parseJson, textAt } from '../../../json';
import type { Account } from '../../account';
import { readPolicy } from '../../iam/policy-document';
import { evaluatePolicies, type PolicyDecision } from '../../iam/policy-evaluation';
import { conditionKeys } from '../../iam/policy-text';
import type { MotoAws } from '../moto-aws';
import type { AwsEvent } from './ec2-events';
import { readEventPattern } from './event-pattern';

/** EventBridge as a service of AWS. */
const EVENTS_SERVICE = 'events.amazonaws.com';

/** Passes events on by the rules of the account's default event bus, which moto holds. */
export class EventBus {
  constructor(
    private readonly account: Pick<Account, 'accountId' | 'findings'>,
    private readonly aws: MotoAws,
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

  /** What the policy of a queue says to a rule that sends to it. */
  private decision(policy: string, queueArn: string, ruleArn: string): PolicyDecision {
    const statements = policy === '' ? [] : readPolicy(queueArn, policy);
    const keys = conditionKeys({ 'aws:SourceArn': ruleArn, 'aws:SourceAccount': this.account.accountId, 'aws:SecureTransport': 'true' });
    return evaluatePolicies(statements, { action: 'sqs:SendMessage', resource: queueArn, keys }, { service: EVENTS_SERVICE });
  }

  /** @returns why the event does not arrive; undefined where it does */
  private async send(queueArn: string, sourceArn: string, event: AwsEvent): Promise<string | undefined> {
    const QueueName = queueArn.slice(queueArn.lastIndexOf(':') + 1);
    try {
      const { QueueUrl } = await this.aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
      const { Attributes } = await this.aws.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
      const { effect, nearest = 'a statement denies it' } = this.decision(Attributes?.['Policy'] ?? '', queueArn, sourceArn);
      if (effect !== 'allowed') return `the policy of the queue does not let ${EVENTS_SERVICE} send: ${nearest}`;
      await this.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
      return undefined;
    } catch (error) {
      if (!isAwsError(error, ...NO_SUCH_QUEUE)) throw error;
      return 'there is no such queue';
    }
  }
}
