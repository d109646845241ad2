import { isJsonArray, type JsonObject, type JsonValue, numberAt, objectAt, parseJson, textAt } from '../../json';
import type { PriceTable } from '../../plan/price-table';
import { NODE_POOL_LABEL } from '../../well-known-keys';
import type { Account, PlayedService } from '../account';
import { type AwsAnswer, ec2Answer, type Handler, type Handling, xmlElement } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest, jsonBody } from '../aws-answers/aws-request';
import { dryRunSucceeds, queryFilters } from '../aws-answers/ec2-query';
import { restRoutes } from '../aws-answers/rest-routes';
import { Boots } from './boot/boots';
import { CloudController } from './cloud-controller';
import { createFleet } from './create-fleet';
import { correctedDescription } from './described-instances';
import { EventBus } from './events/event-bus';
import { readEventPattern } from './events/event-pattern';
import { type CapacityShortage, NO_CAPACITY, refusalOf } from './fleet-offers';
import { InstanceLife } from './instance-life';
import { completeLaunch, tagsFor } from './launch-request';
import { readLaunchTemplate } from './launch-template';
import { Launches, launchMarketOf, zoneOf } from './launches';
import { closeMotoAws, motoAws, type MotoAws } from './moto-aws';
import type { NodeClusters } from './node-cluster';
import { formObject } from './query-form';

/** What EC2 needs besides the account. */
export interface Ec2Options {
  /** Instance types and prices of the region, by which the cheapest offer is chosen. */
  readonly prices: PriceTable;
  /** Clusters that instances join, and leave. */
  readonly clusters: NodeClusters;
  /** The most vCPUs that the account may run, on demand and spot each. @default - no limit */
  readonly vcpuQuota?: number;
}

/** Seconds between a spot interruption's warning and the termination. */
const WARNING_SECONDS = 120;

/** Seconds between two looks for the EBS CSI driver. */
const EBS_DRIVER_EVERY_SECONDS = 5;

/** Filters that only an instance passes whose checks fail, or for which something is scheduled; none is so here. */
const FAULT_FILTERS: readonly string[] = ['instance-status.status', 'system-status.status', 'event.code'];

/**
 * EC2's instances in a rehearsed account. moto holds them; this launches fleets, boots what was launched so that it joins its
 * cluster or says why not, takes nodes away with their instances, and tells EventBridge.
 *
 * Drills tell it what happens in AWS by four paths of the account, in requests that nobody signs:
 *
 * - `PUT /rehearsal/capacity-shortages` with a JSON list of {@link CapacityShortage}: what EC2 has none of from now on;
 * - `POST /rehearsal/spot-interruptions` with `{"instanceId", "secondsUntilTermination"}` (120 unless it says otherwise);
 * - `POST /rehearsal/rebalance-recommendations` with `{"instanceId"}`;
 * - `POST /rehearsal/health-events` with `{"instanceId", "eventTypeCode"}`.
 */
export class Ec2 implements PlayedService {
  private readonly aws: MotoAws;
  private readonly boots: Boots;
  private readonly cloudController: CloudController;
  private readonly launches: Launches;
  private readonly life: InstanceLife;
  private readonly handlers: ReadonlyMap<string, Handler>;
  private shortages: readonly CapacityShortage[] = [];

  constructor(private readonly account: Account, private readonly options: Ec2Options) {
    this.aws = motoAws(account);
    this.cloudController = new CloudController(account, options.clusters);
    this.boots = new Boots({ ...options, account, aws: this.aws, cloudController: this.cloudController });
    const events = new EventBus(account, this.aws);
    this.life = new InstanceLife({ account, aws: this.aws, boots: this.boots, cloudController: this.cloudController, events });
    this.launches = new Launches(account, this.aws, { ...options, onLaunched: (id) => this.life.launched(id) });
    this.handlers = new Map<string, Handler>([
      ['ec2 CreateFleet', async (request) => ({ answer: await createFleet(request, this.fleetOptions()) })],
      ['ec2 RunInstances', async (request) => ({ answer: await this.runInstances(request) })],
      ['ec2 TerminateInstances', (request) => this.terminateInstances(request)],
      ['ec2 DescribeInstances', (request) => this.corrected(request)],
      ['ec2 DescribeNetworkInterfaces', (request) => this.corrected(request)],
      ['ec2 DescribeInstanceStatus', describeInstanceStatus],
      ['events PutRule', putRule],
    ]);
  }

  /** Boots the instances that run in moto already. To be called once the account answers requests. */
  async start(): Promise<void> {
    // It ends with the account.
    this.cloudController.followEbsDriver(EBS_DRIVER_EVERY_SECONDS).catch((error: unknown) => {
      if (!this.account.run.signal.aborted) throw error;
    });
    await this.boots.startAll();
  }

  handlerOf(request: AwsRequest): Handler | undefined {
    return this.handlers.get(`${request.service} ${request.operation}`) ?? (request.protocol === 'rest' ? this.drills(request) : undefined);
  }

  /** Closes its connections. What is still to come ends with the signal of the account. */
  close(): Promise<void> {
    closeMotoAws(this.aws);
    return Promise.resolve();
  }

  private readonly drills = restRoutes({
    'PUT /rehearsal/capacity-shortages': (request) => {
      const body = parseJson(request.body.toString('utf8'));
      if (!isJsonArray(body)) throw new AwsFault('ValidationException', 'The body is no JSON list of shortages.');
      this.shortages = body.map(readShortage);
      return done();
    },
    'POST /rehearsal/spot-interruptions': async (request) => {
      const body = jsonBody(request);
      await this.life.interrupt(instanceIdIn(body), numberAt(body, 'secondsUntilTermination') ?? WARNING_SECONDS);
      return done();
    },
    'POST /rehearsal/rebalance-recommendations': async (request) => {
      await this.life.recommendRebalance(instanceIdIn(jsonBody(request)));
      return done();
    },
    'POST /rehearsal/health-events': async (request) => {
      const body = jsonBody(request);
      await this.life.announce(instanceIdIn(body), textAt(body, 'eventTypeCode') ?? 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED');
      return done();
    },
  });

  private fleetOptions() {
    return {
      prices: this.options.prices, ec2: this.aws.ec2, launches: this.launches, shortages: () => this.shortages,
      onNoCapacity: (fleet: JsonObject, faults: readonly AwsFault[]) => this.reportNoCapacity(fleet, faults),
    };
  }

  private reportNoCapacity(fleet: JsonObject, faults: readonly AwsFault[]): void {
    // Of what a drill has made short nothing can be launched: that is no fault of the lab's.
    if (faults.every(({ code }) => code === NO_CAPACITY)) return;
    const nodePool = tagsFor('instance', fleet)[NODE_POOL_LABEL];
    const reasons = [...new Set(faults.map(({ code, message }) => (code === NO_CAPACITY ? code : `${code}: ${message}`)))];
    this.account.findings.report({
      kind: 'capacity-short',
      resource: nodePool === undefined ? 'a fleet' : `NodePool ${nodePool}`,
      expected: 'EC2 launches one of the offers of the fleet',
      found: `it refuses all ${faults.length}: ${reasons.join('; ')}`,
    });
  }

  /** Launches what a request and its launch template say together. */
  private async runInstances(request: AwsRequest): Promise<AwsAnswer> {
    const { Action: _action, Version: _version, DryRun: dryRun, ...own } = formObject(request.parameters);
    const template = own['LaunchTemplate'] === undefined ? {} : (await readLaunchTemplate(this.aws.ec2, objectAt(own, 'LaunchTemplate'))).launch;
    const launch = completeLaunch(own, template);
    await this.launches.check(launch);
    if (dryRun === 'true') throw dryRunSucceeds();
    const offer = { instanceType: textAt(launch, 'InstanceType') ?? '', zone: await zoneOf(launch, this.aws.ec2) };
    const refusal = refusalOf(offer, { prices: this.options.prices, capacityType: launchMarketOf(launch) }, this.shortages);
    if (refusal !== undefined) throw refusal;
    const { instanceIds, body } = await this.launches.run(request, launch);
    const headers = { 'content-type': 'text/xml;charset=UTF-8' };
    return { status: 200, headers, body: correctedDescription(body, this.account.region), note: instanceIds.join(' ') };
  }

  private terminateInstances(request: AwsRequest): Handling {
    return {
      forward: request,
      change: (body) => {
        for (const [, instanceId = '', change = ''] of body.matchAll(/<instanceId>(i-[0-9a-f]+)<\/instanceId>(.*?)<\/item>/gs)) {
          // EC2 takes the termination of what is gone as well; nothing follows from it.
          if (!/<previousState>.*?<name>terminated<\/name>/s.test(change)) this.life.terminated(instanceId);
        }
        return body;
      },
    };
  }

  private corrected(request: AwsRequest): Handling {
    return { forward: request, change: (body) => correctedDescription(body, this.account.region) };
  }
}

/** moto takes no notice of filters by the state of checks. */
const describeInstanceStatus: Handler = (request) => {
  const filters = queryFilters(request.parameters);
  const wantsFaults = filters.some(({ name, values }) => FAULT_FILTERS.includes(name) && !values.includes('ok'));
  return wantsFaults ? { answer: ec2Answer(request.operation, [xmlElement('instanceStatusSet', [])]) } : { forward: request };
};

/** A pattern that the rehearsal would not understand is refused when the rule is made. */
const putRule: Handler = (request) => {
  const pattern = textAt(jsonBody(request), 'EventPattern');
  if (pattern !== undefined) readEventPattern(pattern);
  return { forward: request };
};

function readShortage(value: JsonValue): CapacityShortage {
  const instanceType = textAt(value, 'instanceType');
  const capacityType = textAt(value, 'capacityType');
  if (instanceType === undefined) throw new AwsFault('ValidationException', 'A shortage has no instanceType.');
  if (capacityType !== undefined && capacityType !== 'spot' && capacityType !== 'on-demand') {
    throw new AwsFault('ValidationException', `The capacityType ${capacityType} is neither spot nor on-demand.`);
  }
  return { instanceType, zone: textAt(value, 'zone'), capacityType };
}

function instanceIdIn(body: JsonObject): string {
  const id = textAt(body, 'instanceId');
  if (id === undefined) throw new AwsFault('ValidationException', 'The body has no instanceId.');
  return id;
}

function done(): Handling {
  return { answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' } };
}
