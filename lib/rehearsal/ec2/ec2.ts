import type { PriceTable } from '../../plan/price-table';
import type { Account, PlayedService } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import type { AwsRequest } from '../aws-answers/aws-request';
import type { MayServiceSend } from './events/event-bus';
import type { NodeClusters } from './node-cluster';

/** What EC2 needs besides the account. */
export interface Ec2Options {
  /** Instance types and prices of the region, by which the cheapest offer is chosen. */
  readonly prices: PriceTable;
  /** Clusters that instances join, and leave. */
  readonly clusters: NodeClusters;
  /** Whether the policy of a queue lets EventBridge send to it. @default - every queue takes events */
  readonly mayServiceSend?: MayServiceSend;
  /** The most vCPUs that the account may run, on demand and spot each. @default - no limit */
  readonly vcpuQuota?: number;
}

/**
 * EC2's instances in a rehearsed account. moto holds them; this launches fleets, boots what was launched so that it joins its
 * cluster or says why not, takes nodes away with their instances, and tells EventBridge.
 *
 * Drills tell it what happens in AWS by four paths of the account:
 *
 * - `PUT /rehearsal/capacity-shortages` with a JSON list of {@link CapacityShortage}: what EC2 has none of from now on;
 * - `POST /rehearsal/spot-interruptions` with `{"instanceId", "secondsUntilTermination"}` (120 unless it says otherwise);
 * - `POST /rehearsal/rebalance-recommendations` with `{"instanceId"}`;
 * - `POST /rehearsal/health-events` with `{"instanceId", "eventTypeCode"}`.
 */
export class Ec2 implements PlayedService {
  constructor(protected readonly account: Account, protected readonly options: Ec2Options) {}

  /** Boots the instances that run in moto already. To be called once the account answers requests. */
  async start(): Promise<void> {
    // No instance is booted yet.
  }

  handlerOf(_request: AwsRequest): Handler | undefined {
    return undefined;
  }

  /** Ends every boot and every termination that is still to come. */
  async close(): Promise<void> {
    // Nothing is started yet.
  }
}
