import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand, type GetScheduleCommandOutput, type UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { type DeadlineChange, type DeadlineMove, extendIn, type ExtendResult } from '../../lib/removal/extend-lab';
import { readLab } from '../../lib/assembly/lab-view';
import { connectAws } from '../../lib/aws/lab-aws';
import { smallLabView } from '../assembly/small-lab';
import { runAt } from '../preflight/account';
import { SynthesizedStack } from '../../lib/assembly/synthesized-stack';

const scheduler = mockClient(SchedulerClient);
const cloudFormation = mockClient(CloudFormationClient);
const sts = mockClient(STSClient);

const NOW = new Date('2026-12-01T06:00:00Z');

/** Something in every field of a schedule that can be written back: a field that the SDK adds does not compile without one here. */
const WRITABLE: Required<Omit<UpdateScheduleCommandInput, 'ClientToken'>> = {
  Name: 'lab-deadline',
  GroupName: 'default',
  Description: 'Deletes the lab',
  ScheduleExpression: 'at(2026-12-01T09:00:00)',
  ScheduleExpressionTimezone: 'UTC',
  StartDate: new Date('2026-11-01T00:00:00Z'),
  EndDate: new Date('2027-01-01T00:00:00Z'),
  State: 'ENABLED',
  KmsKeyArn: 'arn:aws:kms:ap-northeast-2:111122223333:key/1',
  ActionAfterCompletion: 'NONE',
  FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
  Target: { Arn: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack', RoleArn: 'arn:aws:iam::111122223333:role/deadline', Input: '{}', RetryPolicy: { MaximumRetryAttempts: 60 } },
};

/** The schedule as EventBridge Scheduler gives it, with what it alone writes. */
const SCHEDULE: Omit<GetScheduleCommandOutput, '$metadata'> = {
  ...WRITABLE,
  Arn: 'arn:aws:scheduler:ap-northeast-2:111122223333:schedule/default/lab-deadline',
  CreationDate: new Date('2026-12-01T00:00:00Z'),
  LastModificationDate: new Date('2026-12-01T00:00:00Z'),
};

beforeEach(() => {
  for (const mock of [scheduler, cloudFormation, sts]) mock.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:role/instructor' });
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackName: 'Lab', StackStatus: 'CREATE_COMPLETE', CreationTime: NOW }] });
  scheduler.on(GetScheduleCommand).resolves(SCHEDULE);
  scheduler.on(UpdateScheduleCommand).resolves({});
});

const LATER: DeadlineMove = { bySeconds: 7200 };

async function extend(move: DeadlineMove, confirm: (change: DeadlineChange) => Promise<boolean> = () => Promise.resolve(true), lab = smallLabView()): Promise<ExtendResult> {
  return extendIn(connectAws('ap-northeast-2'), lab, { move, confirm }, runAt(NOW));
}

function updates(): readonly unknown[] {
  return scheduler.commandCalls(UpdateScheduleCommand).map(({ args }) => args[0].input);
}

describe('extending a lab', () => {
  test('moves the schedule, in UTC, and keeps all else', async () => {
    expect(await extend(LATER)).toMatchObject({ outcome: 'moved', from: '2026-12-01T09:00Z', to: '2026-12-01T11:00Z', account: '111122223333', isEnabled: true });
    expect(scheduler.commandCalls(GetScheduleCommand).map(({ args }) => args[0].input)).toEqual([{ Name: `${smallLabView().cluster.name}-deadline` }]);
    expect(updates()).toStrictEqual([{ ...WRITABLE, ScheduleExpression: 'at(2026-12-01T11:00:00)' }]);
  });

  test('takes a moment of any zone, also an earlier one', async () => {
    await extend({ to: new Date('2026-12-01T17:00:00+09:00') });
    expect(updates()).toEqual([expect.objectContaining({ ScheduleExpression: 'at(2026-12-01T08:00:00)' })]);
  });

  test('reads a schedule that somebody has moved in the console, in a zone of theirs', async () => {
    scheduler.on(GetScheduleCommand).resolves({ ...SCHEDULE, ScheduleExpression: 'at(2026-12-01T20:00:00)', ScheduleExpressionTimezone: 'Asia/Seoul' });
    expect(await extend(LATER)).toMatchObject({ from: '2026-12-01T11:00Z', to: '2026-12-01T13:00Z' });
    expect(updates()).toEqual([expect.objectContaining({ ScheduleExpression: 'at(2026-12-01T13:00:00)', ScheduleExpressionTimezone: 'UTC' })]);
  });

  test('changes nothing when it is declined', async () => {
    const seen: DeadlineChange[] = [];
    const result = await extend(LATER, (change) => Promise.resolve(seen.push(change) < 0));
    expect([result.outcome, seen[0]?.to, updates()]).toEqual(['declined', '2026-12-01T11:00Z', []]);
  });

  test('asks nothing when the deadline is there already', async () => {
    const confirm = jest.fn(() => Promise.resolve(true));
    expect((await extend({ to: new Date('2026-12-01T09:00:00Z') }, confirm)).outcome).toBe('unchanged');
    expect([confirm.mock.calls, updates()]).toEqual([[], []]);
  });

  test('leaves a schedule that is off as it is, and says so', async () => {
    scheduler.on(GetScheduleCommand).resolves({ ...SCHEDULE, State: 'DISABLED' });
    expect((await extend(LATER)).isEnabled).toBe(false);
    expect(updates()).toEqual([expect.objectContaining({ State: 'DISABLED' })]);
  });

  test('begins anew where a deletion has failed', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackName: 'Lab', StackStatus: 'DELETE_FAILED', CreationTime: NOW }] });
    expect((await extend(LATER)).outcome).toBe('moved');
  });
});

describe('extending a lab, before anything is asked or changed,', () => {
  const confirm = jest.fn(() => Promise.resolve(true));

  afterEach(() => {
    expect(confirm).not.toHaveBeenCalled();
    expect(updates()).toEqual([]);
  });

  const fault = (name: string, message = name, httpStatusCode = 400): Error => Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

  test.each<[string, string, () => void]>([
    ['there is no schedule', 'DeadlineMissing', () => scheduler.on(GetScheduleCommand).rejects(fault('ResourceNotFoundException'))],
    ['the schedule repeats', 'DeadlineUnreadable', () => scheduler.on(GetScheduleCommand).resolves({ ...SCHEDULE, ScheduleExpression: 'rate(1 hour)' })],
    ['the stack is being deleted', 'StackBeingDeleted', () => cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackName: 'Lab', StackStatus: 'DELETE_IN_PROGRESS', CreationTime: NOW }] })],
    ['there is no stack', 'StackMissing', () => cloudFormation.on(DescribeStacksCommand).rejects(fault('ValidationError', 'Stack with id Lab does not exist'))],
    ['reading the schedule is not allowed', 'AwsAccessDenied', () => scheduler.on(GetScheduleCommand).rejects(fault('AccessDeniedException', 'no', 403))],
    ['there are no credentials', 'AwsCredentialsRefused', () => sts.on(GetCallerIdentityCommand).rejects(fault('ExpiredToken', 'old', 403))],
  ])('fails when %s', async (_fact, code, arrange) => {
    arrange();
    await expect(extend(LATER, confirm)).rejects.toMatchObject({ code });
  });

  test.each<[string, DeadlineMove]>([
    ['the moment has passed', { to: new Date('2026-12-01T05:59:00Z') }],
    ['the moment is now', { to: NOW }],
  ])('fails when %s', async (_fact, move) => {
    await expect(extend(move, confirm)).rejects.toMatchObject({ code: 'DeadlineInPast' });
  });

  test('fails when the old deadline is so far back that later is past as well', async () => {
    scheduler.on(GetScheduleCommand).resolves({ ...SCHEDULE, ScheduleExpression: 'at(2026-11-30T09:00:00)' });
    await expect(extend(LATER, confirm)).rejects.toMatchObject({ code: 'DeadlineInPast', received: '2026-11-30T11:00Z' });
  });

  test('fails when the credentials are of another account than the lab', async () => {
    const { stack } = smallLabView();
    const template = { Resources: Object.fromEntries([...stack.resources].map(([id, { type, properties, dependsOn }]) => [id, { Type: type, Properties: properties, DependsOn: [...dependsOn] }])) };
    const bound = readLab(new SynthesizedStack({ stackName: stack.stackName, region: stack.region, account: '444455556666', template }));
    await expect(extend(LATER, confirm, bound)).rejects.toMatchObject({ code: 'AccountNotConfigured' });
  });
});

test('extending fails when the update is refused, and says which right is missing', async () => {
  scheduler.on(UpdateScheduleCommand).rejects(Object.assign(new Error('not authorized to perform iam:PassRole'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }));
  await expect(extend(LATER)).rejects.toMatchObject({ code: 'AwsAccessDenied', message: expect.stringContaining('iam:PassRole') });
});
