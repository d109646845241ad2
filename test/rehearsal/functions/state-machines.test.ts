import {
  CreateStateMachineCommand, DeleteStateMachineCommand, DescribeExecutionCommand, type DescribeExecutionCommandOutput, DescribeStateMachineCommand, ListExecutionsCommand,
  ListStateMachinesCommand, ListTagsForResourceCommand, SFNClient, StartExecutionCommand, StopExecutionCommand, TagResourceCommand, UntagResourceCommand, UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { AwsFault, type AwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { faultOf } from '../aws-answers/answering';
import { eventually, type PlayingAccount, startPlayingAccount } from './playing-account';

const FUNCTION = 'arn:aws:lambda:ap-northeast-2:123456789012:function:';

/** The machine of the CDK's provider framework. */
function waiter(maxAttempts: number, intervalSeconds = 15): string {
  return JSON.stringify({
    StartAt: 'framework-isComplete-task',
    States: {
      'framework-isComplete-task': {
        End: true, Type: 'Task', Resource: `${FUNCTION}isComplete`,
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: intervalSeconds, MaxAttempts: maxAttempts, BackoffRate: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'framework-onTimeout-task' }],
      },
      'framework-onTimeout-task': { End: true, Type: 'Task', Resource: `${FUNCTION}onTimeout` },
    },
  });
}

describe('state machines', () => {
  let playing: PlayingAccount;
  let client: SFNClient;
  /** What functions answer, by name, one after the other; the last one from then on. */
  let answers: Record<string, unknown[]>;
  let calls: { readonly name: string; readonly by: string; readonly event: unknown; readonly at: number }[];

  /** Stands before the functions of the account: a machine must reach them by the API. */
  const lambda = (request: AwsRequest) => {
    const name = /\/functions\/.*%3Afunction%3A(\w+)\/invocations/.exec(request.target)?.[1];
    if (name === undefined) return undefined;
    return () => {
      calls.push({ name, by: request.accessKeyId, event: JSON.parse(request.body.toString('utf8')) as unknown, at: Date.now() });
      const queue = answers[name] ?? [];
      const next = queue.length > 1 ? queue.shift() : queue[0];
      if (next instanceof AwsFault) throw next;
      const headers: Record<string, string> = next instanceof Error ? { 'x-amz-function-error': 'Unhandled' } : {};
      const body = next instanceof Error ? { errorType: next.name, errorMessage: next.message } : next;
      return { answer: { status: 200, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) } };
    };
  };

  beforeEach(async () => {
    answers = {};
    calls = [];
    playing = await startPlayingAccount({ first: lambda, compression: 30, refusedRoles: ['closed'] });
    client = new SFNClient(playing.client);
  });
  afterEach(() => playing.stop());

  async function create(definition: string, name = 'waiter'): Promise<string> {
    const { stateMachineArn = '' } = await client.send(new CreateStateMachineCommand({ name, definition, roleArn: 'arn:aws:iam::123456789012:role/waiter-role' }));
    return stateMachineArn;
  }

  async function run(definition: string, input: unknown = {}): Promise<DescribeExecutionCommandOutput> {
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: await create(definition), input: JSON.stringify(input) }));
    const describe = () => client.send(new DescribeExecutionCommand({ executionArn }));
    await eventually(async () => (await describe()).status !== 'RUNNING');
    return describe();
  }

  it('call a function with their input and the keys of their role', async () => {
    answers = { isComplete: [{ done: true }] };
    const execution = await run(waiter(3), { RequestId: '1' });
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"done":true}', input: '{"RequestId":"1"}', startDate: expect.any(Date), stopDate: expect.any(Date) });
    expect(calls).toMatchObject([{ name: 'isComplete', by: 'waiter-role', event: { RequestId: '1' } }]);
    expect(playing.assumed).toContainEqual(expect.objectContaining({ service: 'states.amazonaws.com' }));
  });

  it('call it again while it fails, after a compressed wait', async () => {
    answers = { isComplete: [new Error('not yet'), new Error('not yet'), 'done'] };
    expect(await run(waiter(5, 18))).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
    const [first = 0, second = 0, third = 0] = calls.map(({ at }) => at);
    for (const wait of [second - first, third - second]) {
      expect(wait).toBeGreaterThan(590);
      expect(wait).toBeLessThan(2000);
    }
  });

  it('go on to the state that catches the error, with the error as its input', async () => {
    answers = { isComplete: [new Error('{"RequestId":"1"}')], onTimeout: [null] };
    expect(await run(waiter(1), {})).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls.map(({ name }) => name)).toEqual(['isComplete', 'isComplete', 'onTimeout']);
    // The CDK's framework reads the request out of the cause.
    const { Error: error, Cause: cause } = calls[2]?.event as { Error: string; Cause: string };
    expect(error).toBe('Error');
    expect(JSON.parse(cause)).toEqual({ errorType: 'Error', errorMessage: '{"RequestId":"1"}' });
  });

  it('fails with the error that nothing catches', async () => {
    answers = { isComplete: [new AwsFault('AccessDeniedException', 'not authorized to perform: lambda:InvokeFunction', 403)] };
    const definition = JSON.stringify({ StartAt: 'a', States: { a: { Type: 'Task', Resource: `${FUNCTION}isComplete`, End: true, Retry: [{ ErrorEquals: ['Other'] }], Catch: [{ ErrorEquals: ['Other'], Next: 'a' }] } } });
    expect(await run(definition)).toMatchObject({ status: 'FAILED', error: 'Lambda.AccessDeniedException', cause: 'not authorized to perform: lambda:InvokeFunction' });
    expect(calls).toHaveLength(1);
  });

  it('can be stopped', async () => {
    answers = { isComplete: [new Error('not yet')] };
    const stateMachineArn = await create(waiter(100));
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'mine' }));
    expect(executionArn).toBe('arn:aws:states:ap-northeast-2:123456789012:execution:waiter:mine');
    await client.send(new StopExecutionCommand({ executionArn }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions).toMatchObject([{ name: 'mine', status: 'ABORTED' }]);
  });

  it('are described, changed, tagged, listed and deleted', async () => {
    const stateMachineArn = await create(waiter(3));
    await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: waiter(4) }));
    expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({ name: 'waiter', definition: waiter(4), roleArn: 'arn:aws:iam::123456789012:role/waiter-role', status: 'ACTIVE' });
    await client.send(new TagResourceCommand({ resourceArn: stateMachineArn, tags: [{ key: 'a', value: '1' }, { key: 'b', value: '2' }] }));
    await client.send(new UntagResourceCommand({ resourceArn: stateMachineArn, tagKeys: ['a'] }));
    expect(await client.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }))).toMatchObject({ tags: [{ key: 'b', value: '2' }] });
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    expect((await client.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([]);
    expect(await faultOf(client.send(new DescribeStateMachineCommand({ stateMachineArn })))).toBe('StateMachineDoesNotExist');
  });

  it('fails to be made for a role that Step Functions cannot assume', async () => {
    const made = client.send(new CreateStateMachineCommand({ name: 'closed', definition: waiter(1), roleArn: 'arn:aws:iam::123456789012:role/closed' }));
    expect(await faultOf(made)).toBe('AccessDeniedException');
  });

  it.each([
    ['a state of another type, by its name', { a: { Type: 'Choice' } }, 'does not play the state \'a\' of type \'Choice\''],
    ['a task that calls no function', { a: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } }, 'does not play the resource'],
    ['a field that would be passed over', { a: { Type: 'Task', Resource: `${FUNCTION}a`, End: true, ResultPath: '$.b' } }, 'the field \'ResultPath\' of the state \'a\''],
    ['a way to nowhere', { a: { Type: 'Task', Resource: `${FUNCTION}a`, Next: 'b' } }, 'Missing \'Next\' target: b'],
    ['a state without an end', { a: { Type: 'Task', Resource: `${FUNCTION}a` } }, 'needs one of Next and End'],
  ])('fails to be made with %s', async (_case, States, message) => {
    await expect(create(JSON.stringify({ StartAt: 'a', States }))).rejects.toThrow(message);
  });
});
