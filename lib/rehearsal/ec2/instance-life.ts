import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { NODE_POOL_LABEL } from '../../well-known-keys';
import { pause } from '../../wait-for';
import type { Account } from '../account';
import { AwsFault } from '../aws-answers/aws-request';
import { describedInstance, instanceName } from './boot/booting-instance';
import type { Boots } from './boot/boots';
import type { CloudController } from './cloud-controller';
import { type AwsEvent, Ec2Events } from './events/ec2-events';
import type { EventBus } from './events/event-bus';
import type { MotoAws } from './moto-aws';

/** Who takes part in the life of an instance. */
export interface InstanceLifeOptions {
  readonly account: Pick<Account, 'accountId' | 'findings' | 'region' | 'run'>;
  readonly aws: MotoAws;
  readonly boots: Boots;
  readonly cloudController: CloudController;
  readonly events: EventBus;
}

/** Says what follows from the launch and the end of an instance: its boot, its events, the end of its node. */
export class InstanceLife {
  private readonly making: Ec2Events;

  constructor(private readonly options: InstanceLifeOptions) {
    this.making = new Ec2Events(options.account);
  }

  /** An instance was launched. */
  launched(instanceId: string): void {
    void this.options.boots.boot(instanceId);
    this.inBackground(instanceId, async () => {
      await this.tell(instanceId, this.making.stateChange(instanceId, 'pending'));
      await this.tell(instanceId, this.making.stateChange(instanceId, 'running'));
    });
  }

  /** An instance was terminated. */
  terminated(instanceId: string): void {
    this.inBackground(instanceId, async () => {
      await this.tell(instanceId, this.making.stateChange(instanceId, 'shutting-down'));
      await this.options.cloudController.forget(instanceId);
      await this.tell(instanceId, this.making.stateChange(instanceId, 'terminated'));
    });
  }

  /**
   * EC2 takes a spot instance back: it warns, and terminates the instance later.
   *
   * @param secondsUntilTermination real seconds between the two
   * @throws AwsFault when no such instance runs, or it is no spot instance
   */
  async interrupt(instanceId: string, secondsUntilTermination: number): Promise<void> {
    const instance = await this.running(instanceId);
    if (instance.InstanceLifecycle !== 'spot') throw new AwsFault('UnsupportedOperation', `EC2 takes back spot instances only, and ${instanceId} was bought on demand.`);
    await this.tell(instanceId, this.making.spotInterruptionWarning(instanceId));
    this.inBackground(instanceId, async () => {
      await pause(secondsUntilTermination, this.options.account.run.signal);
      if ((await describedInstance(this.options.aws, instanceId))?.State?.Name !== 'running') return;
      await this.options.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
      this.terminated(instanceId);
    });
  }

  /** EC2 says that a spot instance is more likely than others to be taken back. @throws AwsFault when no such instance runs */
  async recommendRebalance(instanceId: string): Promise<void> {
    await this.running(instanceId);
    await this.tell(instanceId, this.making.rebalanceRecommendation(instanceId));
  }

  /** AWS announces a change of an instance. @throws AwsFault when no such instance runs */
  async announce(instanceId: string, eventTypeCode: string): Promise<void> {
    await this.running(instanceId);
    await this.tell(instanceId, this.making.health(instanceId, eventTypeCode));
  }

  private async running(instanceId: string) {
    const instance = await describedInstance(this.options.aws, instanceId);
    if (instance?.State?.Name === 'running') return instance;
    throw new AwsFault('InvalidInstanceID.NotFound', `The instance ID '${instanceId}' does not exist, or it does not run`);
  }

  /** Puts an event on the bus. Of an instance of Karpenter's each must reach somebody. */
  private async tell(instanceId: string, event: AwsEvent): Promise<void> {
    const { account: { findings }, aws, events } = this.options;
    const rules = await events.put(event);
    if (rules.length > 0) return;
    const instance = await describedInstance(aws, instanceId);
    const tags = Object.fromEntries((instance?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    if (!(NODE_POOL_LABEL in tags)) return;
    const wanted = await events.detailTypes();
    findings.report({
      kind: 'event-not-delivered',
      // Not the instance: the same rule is missing for all of them.
      resource: `NodePool ${tags[NODE_POOL_LABEL]}`,
      expected: `a rule of EventBridge wants "${event['detail-type']}" of ${event.source}, so that Karpenter hears of it`,
      found: wanted.length === 0 ? 'the account has no such rule' : `the account's rules want only ${wanted.map((type) => `"${type}"`).join(', ')}`,
    });
  }

  /** Nobody waits for what follows from a call, so that its failure is a finding. */
  private inBackground(instanceId: string, follow: () => Promise<void>): void {
    const { account: { findings, run } } = this.options;
    follow().catch((error: unknown) => {
      if (run.signal.aborted) return;
      findings.report({
        kind: 'resource-failed',
        resource: instanceName({ id: instanceId, tags: {} }),
        expected: 'the rehearsal can play what follows from its launch and its end',
        found: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      });
    });
  }
}
