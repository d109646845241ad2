import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { type GetScheduleCommandOutput, GetScheduleCommand, paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { isAwsError } from '../aws/aws-failure';
import { boundTo } from '../aws/bound-client';
import { momentOfExpression } from '../config/moments';
import { numberAt, objectAt, parseJson, textAt } from '../json';
import { pause } from '../wait-for';
import type { Account, PlayedService } from './account';
import { type Handler, jsonAnswer } from './aws-answers/aws-answer';
import { type AwsRequest, AwsFault, jsonBody } from './aws-answers/aws-request';
import { restRoutes } from './aws-answers/rest-routes';
import { ROOT_CREDENTIALS } from './iam/principals';

/** Path by which a drill moves the account's clock on: `{"seconds"}`, as if they had passed. */
export const CLOCK_PATH = '/rehearsal/clock';

/** Milliseconds between two looks at the schedules. */
const LOOK_MILLIS = 5000;

/** The only target that a schedule of the lab has. */
const DELETE_STACK = /^arn:aws[a-z-]*:scheduler:::aws-sdk:cloudformation:deleteStack$/;

/** AWS seconds before the first repetition of a request that failed. Each further one waits twice as long, up to the most. */
const RETRY_SECONDS = 60;
const MOST_RETRY_SECONDS = 3600;

/** What AWS takes for a schedule that says nothing of repetitions. */
const DEFAULT_RETRIES = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/**
 * EventBridge Scheduler of an account, as far as a class's deadline needs it. moto holds the schedules; this does at their moment
 * what they say, with the rights of their role, and repeats what fails as their retry policy says.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-retry-policy.html
 */
export class Scheduler implements PlayedService {
  /** How far the account's clock is ahead of the computer's. */
  private aheadSeconds = 0;
  /** Schedules that were begun, by ARN and expression: one that is moved is due again. */
  private begun: ReadonlySet<string> = new Set();
  private looking: Promise<readonly string[]> = Promise.resolve([]);
  private readonly client: SchedulerClient;
  private timer: NodeJS.Timeout | undefined;
  private readonly routes = restRoutes({
    [`POST ${CLOCK_PATH}`]: async (request) => {
      const seconds = numberAt(jsonBody(request), 'seconds');
      if (seconds === undefined || seconds < 0) throw new AwsFault('ValidationException', 'seconds must be a number that is not negative');
      this.aheadSeconds += seconds;
      const now = this.now().toISOString();
      return { answer: jsonAnswer({ now, started: [...await this.look()] }) };
    },
  });

  constructor(private readonly account: Account) {
    const { moto, region, run } = account;
    this.client = boundTo(run.signal, new SchedulerClient({ endpoint: moto, region, credentials: ROOT_CREDENTIALS }));
  }

  /** Begins to look at the schedules. To be called once the account answers requests. */
  start(): void {
    this.timer = setInterval(() => void this.look().catch((error: unknown) => this.tell('the schedules', error)), LOOK_MILLIS);
  }

  handlerOf(request: AwsRequest): Handler | undefined {
    return this.routes(request);
  }

  close(): Promise<void> {
    clearInterval(this.timer);
    this.client.destroy();
    return Promise.resolve();
  }

  private now(): Date {
    return new Date(this.account.run.clock.now().getTime() + this.aheadSeconds * 1000);
  }

  /** @returns names of the schedules whose moment has come, and that were begun now */
  private look(): Promise<readonly string[]> {
    // One after the other, so that none is begun twice.
    const next = this.looking.catch(() => []).then(() => this.beginDue());
    this.looking = next;
    return next;
  }

  private async beginDue(): Promise<readonly string[]> {
    const schedules = await this.schedules();
    // The next lab's deadline is of the computer's time again.
    if (schedules.length === 0) this.aheadSeconds = 0;
    const due = schedules.filter((schedule) => schedule.State !== 'DISABLED' && !this.begun.has(keyOf(schedule)) && this.isDue(schedule));
    // What is there no longer is forgotten: a schedule that is made anew is due anew.
    this.begun = new Set([...schedules.map(keyOf).filter((key) => this.begun.has(key)), ...due.map(keyOf)]);
    for (const schedule of due) void this.carryOut(schedule).catch((error: unknown) => this.tell(`schedule ${schedule.Name ?? ''}`, error));
    return due.map(({ Name = '' }) => Name);
  }

  private async schedules(): Promise<readonly GetScheduleCommandOutput[]> {
    const found: GetScheduleCommandOutput[] = [];
    for await (const { Schedules = [] } of paginateListSchedules({ client: this.client }, {})) {
      for (const { Name, GroupName } of Schedules) {
        try {
          found.push(await this.client.send(new GetScheduleCommand({ Name, GroupName })));
        } catch (error) {
          // It was deleted since it was listed.
          if (!isAwsError(error, 'ResourceNotFoundException')) throw error;
        }
      }
    }
    return found;
  }

  private isDue({ Name = '', ScheduleExpression = '', ScheduleExpressionTimezone }: GetScheduleCommandOutput): boolean {
    const moment = momentOfExpression(ScheduleExpression, ScheduleExpressionTimezone);
    if (moment !== undefined) return moment <= this.now();
    this.tell(`schedule ${Name}`, new Error(`the expression ${ScheduleExpression} ${ScheduleExpressionTimezone ?? ''} is not played`));
    return false;
  }

  /** Calls the target, and again where it fails, as often and as long as the schedule says. */
  private async carryOut(schedule: GetScheduleCommandOutput): Promise<void> {
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = { ...DEFAULT_RETRIES, ...schedule.Target?.RetryPolicy };
    const { compression, run } = this.account;
    for (let attempt = 0, age = 0; ; attempt++) {
      try {
        await this.callTarget(schedule);
        return;
      } catch (error) {
        const seconds = Math.min(RETRY_SECONDS * 2 ** attempt, MOST_RETRY_SECONDS);
        age += seconds;
        if (attempt >= MaximumRetryAttempts || age > MaximumEventAgeInSeconds) throw error;
        await pause(seconds / compression, run.signal);
      }
    }
  }

  private async callTarget({ Name = '', Arn = '', Target }: GetScheduleCommandOutput): Promise<void> {
    if (!DELETE_STACK.test(Target?.Arn ?? '')) throw new Error(`the target ${Target?.Arn ?? ''} is not played`);
    const credentials = await this.account.sessions.assumeForService({
      roleArn: Target?.RoleArn ?? '',
      service: 'scheduler.amazonaws.com',
      sessionName: Name,
      // AWS fills in the group, not the schedule.
      sourceArn: Arn.replace(/:schedule\/([^/]+)\/.*$/, ':schedule-group/$1'),
    });
    const { endpoint, region, run } = this.account;
    const client = boundTo(run.signal, new CloudFormationClient({ endpoint, region, credentials }));
    try {
      await client.send(new DeleteStackCommand({ StackName: textAt(objectAt(parseJson(Target?.Input ?? '{}')), 'StackName') ?? '' }));
    } finally {
      client.destroy();
    }
  }

  private tell(resource: string, error: unknown): void {
    if (this.account.run.signal.aborted) return;
    this.account.findings.report({
      kind: 'resource-failed', resource, expected: 'it is carried out at its moment', found: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
}

function keyOf({ Arn = '', ScheduleExpression = '' }: GetScheduleCommandOutput): string {
  return `${Arn} ${ScheduleExpression}`;
}
