import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { type GetScheduleCommandOutput, GetScheduleCommand, paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { boundTo } from '../aws/bound-client';
import { momentOfExpression } from '../config/moments';
import { numberAt, objectAt, parseJson, textAt } from '../json';
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

/**
 * EventBridge Scheduler of an account, as far as a class's deadline needs it. moto holds the schedules; this does at their moment
 * what they say, with the rights of their role.
 */
export class Scheduler implements PlayedService {
  /** How far the account's clock is ahead of the computer's. */
  private aheadSeconds = 0;
  private readonly done = new Set<string>();
  private readonly client: SchedulerClient;
  private timer: NodeJS.Timeout | undefined;
  private readonly routes = restRoutes({
    [`POST ${CLOCK_PATH}`]: async (request) => {
      const seconds = numberAt(jsonBody(request), 'seconds');
      if (seconds === undefined || seconds < 0) throw new AwsFault('ValidationException', 'seconds must be a number that is not negative');
      this.aheadSeconds += seconds;
      return { answer: jsonAnswer({ now: this.now().toISOString(), started: [...await this.look()] }) };
    },
  });

  constructor(private readonly account: Account) {
    const { endpoint, region, run } = account;
    this.client = boundTo(run.signal, new SchedulerClient({ endpoint, region, credentials: ROOT_CREDENTIALS }));
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
  private async look(): Promise<readonly string[]> {
    const begun: string[] = [];
    for await (const { Schedules = [] } of paginateListSchedules({ client: this.client }, {})) {
      for (const { Name = '', GroupName } of Schedules) {
        const schedule = await this.client.send(new GetScheduleCommand({ Name, GroupName }));
        const key = `${schedule.Arn ?? ''} ${schedule.ScheduleExpression ?? ''}`;
        if (schedule.State === 'DISABLED' || this.done.has(key) || momentOf(schedule) > this.now()) continue;
        this.done.add(key);
        begun.push(Name);
        void this.carryOut(schedule).catch((error: unknown) => this.tell(`schedule ${Name}`, error));
      }
    }
    return begun;
  }

  private async carryOut({ Name = '', Arn = '', Target }: GetScheduleCommandOutput): Promise<void> {
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

function momentOf({ ScheduleExpression = '', ScheduleExpressionTimezone }: GetScheduleCommandOutput): Date {
  const moment = momentOfExpression(ScheduleExpression, ScheduleExpressionTimezone);
  if (moment === undefined) throw new Error(`the expression ${ScheduleExpression} ${ScheduleExpressionTimezone ?? ''} is not played`);
  return moment;
}
