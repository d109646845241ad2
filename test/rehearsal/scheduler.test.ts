import { join } from 'node:path';
import { Findings } from '../../lib/rehearsal/findings';
import type { Account, AssumeForServiceOptions } from '../../lib/rehearsal/account';
import { AwsFault, type AwsRequest } from '../../lib/rehearsal/aws-answers/aws-request';
import { CLOCK_PATH, Scheduler } from '../../lib/rehearsal/scheduler';
import { machineClock, runContext } from '../../lib/run-context';
import { type JsonObject, objectAt } from '../../lib/json';
import { eventually } from './functions/playing-account';
import { startStubUpstream, type StubUpstream } from './aws-answers/stub-upstream';
import { temporaryFolder } from './fake-program';

const STACK_ID = 'arn:aws:cloudformation:ap-northeast-2:123456789012:stack/karpenter-lab/1';
const ROLE = 'arn:aws:iam::123456789012:role/karpenter-lab-DeadlineRole';
const ARN = 'arn:aws:scheduler:ap-northeast-2:123456789012:schedule/default/karpenter-lab-deadline';
const NINE = new Date('2026-12-01T09:00:00Z');

describe('EventBridge Scheduler of a rehearsed account', () => {
  let aws: StubUpstream;
  let schedules: Map<string, JsonObject>;
  let refusals: number;
  let assumed: AssumeForServiceOptions[];
  let now: Date;
  let account: Account;
  let scheduler: Scheduler;
  let end: AbortController;

  beforeEach(async () => {
    schedules = new Map();
    refusals = 0;
    assumed = [];
    now = NINE;
    end = new AbortController();
    aws = await startStubUpstream();
    aws.answerWith(({ target, body }, response) => {
      const [path = ''] = target.split('?');
      const json = (status: number, content: JsonObject): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      if (path === '/schedules') return json(200, { Schedules: [...schedules.keys()].map((Name) => ({ Name, GroupName: 'default' })) });
      if (path.startsWith('/schedules/')) {
        const schedule = schedules.get(path.slice('/schedules/'.length));
        return schedule?.['isGone'] === true || schedule === undefined ? void response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{}') : json(200, schedule);
      }
      if (new URLSearchParams(body).get('Action') === 'DeleteStack' && refusals > 0) {
        refusals -= 1;
        response.writeHead(400, { 'content-type': 'text/xml' }).end('<ErrorResponse><Error><Code>ValidationError</Code><Message>an update is under way</Message></Error></ErrorResponse>');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/xml' }).end('<DeleteStackResponse/>');
    });
    account = {
      accountId: '123456789012', region: 'ap-northeast-2', endpoint: aws.url, moto: aws.url, directory: temporaryFolder(), compression: 60_000,
      sessions: {
        assumeForService: (options) => {
          assumed.push(options);
          return Promise.resolve({ accessKeyId: 'of-the-role', secretAccessKey: 'secret', sessionToken: 'token', expiration: new Date(NINE.getTime() + 3_600_000) });
        },
      },
      findings: new Findings(join(temporaryFolder(), 'findings.jsonl')),
      run: runContext({ signal: end.signal, clock: { ...machineClock, now: () => now } }),
    };
    scheduler = new Scheduler(account);
  });

  afterEach(async () => {
    end.abort();
    await scheduler.close();
    await aws.stop();
  });

  /** A schedule as the stack makes it. */
  const put = (changes: JsonObject = {}, name = 'karpenter-lab-deadline'): void => {
    schedules.set(name, {
      Name: name, GroupName: 'default', Arn: ARN, State: 'ENABLED', ScheduleExpression: 'at(2026-12-01T10:00:00)', ScheduleExpressionTimezone: 'UTC',
      Target: { Arn: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack', RoleArn: ROLE, Input: JSON.stringify({ StackName: STACK_ID }), RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 60 } },
      ...changes,
    });
  };
  /** Lets time pass, as a drill does. @returns names of the schedules that began */
  const pass = async (seconds: number): Promise<unknown> => {
    const request = { protocol: 'rest', method: 'POST', target: CLOCK_PATH, body: Buffer.from(JSON.stringify({ seconds })) } as unknown as AwsRequest;
    const handled = await scheduler.handlerOf(request)?.(request);
    return objectAt(JSON.parse(String(handled !== undefined && 'answer' in handled ? handled.answer.body : '{}')) as JsonObject)['started'];
  };
  /** The requests that deleted something, by who signed them and what. */
  const deletions = (): readonly (readonly [signer: string | undefined, stack: string | null])[] => aws.requests
    .map(({ headers, body }) => [/Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1], new URLSearchParams(body)] as const)
    .filter(([, body]) => body.get('Action') === 'DeleteStack')
    .map(([signer, body]) => [signer, body.get('StackName')]);

  it('deletes the stack at the moment of its schedule, once, with the keys of the schedule\'s role', async () => {
    put();
    expect(await pass(3599)).toEqual([]);
    expect(await pass(1)).toEqual(['karpenter-lab-deadline']);
    await eventually(() => deletions().length === 1);
    expect(await pass(3600)).toEqual([]);
    expect(deletions()).toEqual([['of-the-role', STACK_ID]]);
    expect(assumed).toEqual([{ roleArn: ROLE, service: 'scheduler.amazonaws.com', sessionName: 'karpenter-lab-deadline', sourceArn: 'arn:aws:scheduler:ap-northeast-2:123456789012:schedule-group/default' }]);
    expect(account.findings.found).toEqual([]);
  });

  it('goes by the computer\'s clock where nobody lets time pass', async () => {
    put();
    now = new Date(NINE.getTime() + 3_600_000);
    expect(await pass(0)).toEqual(['karpenter-lab-deadline']);
  });

  it('waits for the moment to which a schedule was moved', async () => {
    put();
    put({ ScheduleExpression: 'at(2026-12-01T12:00:00)' });
    expect(await pass(2 * 3600)).toEqual([]);
    expect(await pass(3600)).toEqual(['karpenter-lab-deadline']);
  });

  it('reads a moment in the zone of its schedule', async () => {
    put({ ScheduleExpression: 'at(2026-12-01T18:30:00)', ScheduleExpressionTimezone: 'Asia/Seoul' });
    expect(await pass(29 * 60)).toEqual([]);
    expect(await pass(60)).toEqual(['karpenter-lab-deadline']);
  });

  it('leaves alone a schedule that is switched off, and one that is deleted while it looks', async () => {
    put({ State: 'DISABLED' });
    put({ isGone: true }, 'gone');
    expect(await pass(7200)).toEqual([]);
    expect(account.findings.found).toEqual([]);
  });

  it('begins a schedule anew that was deleted and made again, and gives a new one all of its time', async () => {
    put();
    expect(await pass(3600)).toEqual(['karpenter-lab-deadline']);
    schedules.clear();
    expect(await pass(0)).toEqual([]);
    put();
    expect(await pass(0)).toEqual([]);
    expect(await pass(3600)).toEqual(['karpenter-lab-deadline']);
  });

  it('repeats a request that CloudFormation refuses', async () => {
    put();
    refusals = 2;
    await pass(3600);
    await eventually(() => deletions().length === 3);
    expect(account.findings.found).toEqual([]);
  });

  it('fails when all repetitions are refused, and says what CloudFormation said', async () => {
    put({ Target: { Arn: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack', RoleArn: ROLE, Input: '{}', RetryPolicy: { MaximumRetryAttempts: 1 } } });
    refusals = 5;
    await pass(3600);
    await eventually(() => account.findings.found.length === 1);
    expect(deletions()).toHaveLength(2);
    expect(account.findings.found).toMatchObject([{ kind: 'resource-failed', resource: 'schedule karpenter-lab-deadline', found: expect.stringContaining('an update is under way') as string }]);
  });

  it('fails when the role does not let it in, with the reason', async () => {
    put({ Target: { Arn: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack', RoleArn: ROLE, Input: '{}', RetryPolicy: { MaximumRetryAttempts: 0 } } });
    jest.spyOn(account.sessions, 'assumeForService').mockRejectedValue(new AwsFault('AccessDenied', 'scheduler.amazonaws.com is not authorized', 403));
    await pass(3600);
    await eventually(() => account.findings.found.length === 1);
    expect(account.findings.found).toMatchObject([{ found: expect.stringContaining('scheduler.amazonaws.com is not authorized') as string }]);
    expect(deletions()).toEqual([]);
  });

  it.each([
    ['a target', { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:eks:deleteCluster', RoleArn: ROLE, RetryPolicy: { MaximumRetryAttempts: 0 } } }, 'the target arn:aws:scheduler:::aws-sdk:eks:deleteCluster is not played'],
    ['an expression', { ScheduleExpression: 'rate(1 hour)' }, 'the expression rate(1 hour) UTC is not played'],
  ])('fails when %s is not played, by name, and carries out the others', async (_what, changes, found) => {
    put({ ...changes, Arn: `${ARN}-other` }, 'other');
    put();
    expect(await pass(3600)).toContain('karpenter-lab-deadline');
    await eventually(() => account.findings.found.length === 1 && deletions().length === 1);
    expect(account.findings.found).toMatchObject([{ resource: 'schedule other', found: expect.stringContaining(found) as string }]);
  });

  it('fails when a drill lets time run backwards', async () => {
    await expect(pass(-1)).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
