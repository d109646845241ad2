import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { pause } from '../../../wait-for';
import { deadlineIn } from '../../../run-context';
import type { Account } from '../../account';
import type { CloudController } from '../cloud-controller';
import { instanceName, readBootingInstance } from './booting-instance';
import { joinCluster, type JoinOptions } from './join-cluster';
import type { Obstacle } from './way-to-cluster';

/** AWS seconds from an instance's launch until its kubelet registers, as a rule. */
const BOOT_SECONDS = 30;

/** AWS seconds for which an obstacle stands before it counts: an access entry, for one, is there for all only after a while. */
const PATIENCE_SECONDS = 60;

/** Real seconds between two tries of a kubelet, at first and at most. */
const FIRST_RETRY_SECONDS = 1;
const LAST_RETRY_SECONDS = 10;

/** What boots need. */
export interface BootsOptions extends JoinOptions {
  readonly account: Pick<Account, 'compression' | 'findings' | 'region' | 'run' | 'sessions'>;
  readonly cloudController: CloudController;
}

/** Boots instances: each joins its cluster, tries again as long as it runs and does not get in, and a finding says why not. */
export class Boots {
  private readonly booting = new Set<string>();

  constructor(private readonly options: BootsOptions) {}

  /** Boots every instance that runs. Those whose Node is there already find it. */
  async startAll(): Promise<void> {
    const pages = paginateDescribeInstances({ client: this.options.aws.ec2 }, { Filters: [{ Name: 'instance-state-name', Values: ['running'] }] });
    for await (const { Reservations = [] } of pages) {
      for (const { InstanceId = '' } of Reservations.flatMap(({ Instances = [] }) => Instances)) void this.boot(InstanceId);
    }
  }

  /**
   * Boots an instance that was just launched.
   *
   * @returns when it has joined, is gone, or the account has ended. It never rejects: what fails becomes a finding
   */
  async boot(instanceId: string): Promise<void> {
    if (this.booting.has(instanceId)) return;
    this.booting.add(instanceId);
    const { findings, run } = this.options.account;
    try {
      await this.untilJoined(instanceId);
    } catch (error) {
      if (run.signal.aborted) return;
      findings.report({
        kind: 'node-not-joined',
        resource: `instance ${instanceId}`,
        expected: 'the rehearsal can play its boot',
        found: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      });
    } finally {
      this.booting.delete(instanceId);
    }
  }

  private async untilJoined(instanceId: string): Promise<void> {
    const { account: { compression, findings, region, run }, aws, cloudController } = this.options;
    await pause(Math.max(BOOT_SECONDS / compression, 1), run.signal);
    const patience = deadlineIn(run, PATIENCE_SECONDS / compression);
    for (let wait = FIRST_RETRY_SECONDS; ; wait = Math.min(wait * 2, LAST_RETRY_SECONDS)) {
      const instance = await readBootingInstance(aws, instanceId, region);
      if (instance === undefined) return;
      const outcome = await joinCluster(instance, this.options);
      if ('isNameTaken' in outcome) {
        await pause(FIRST_RETRY_SECONDS, run.signal);
        continue;
      }
      if (!('obstacle' in outcome)) {
        if (outcome.cluster !== undefined) await cloudController.initialize(instance, outcome.cluster);
        return;
      }
      if (patience.isPassed) findings.report(notJoined(instanceName(instance), outcome.obstacle));
      await pause(wait, run.signal);
    }
  }
}

function notJoined(resource: string, { expected, found }: Obstacle) {
  return { kind: 'node-not-joined', resource, expected, found } as const;
}
