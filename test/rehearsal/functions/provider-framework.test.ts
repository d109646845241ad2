import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { isJsonObject, type JsonObject, parseJson } from '../../../lib/json';
import { eventually, makeFunction, type PlayingAccount, startPlayingAccount, zipOf } from './playing-account';

const FRAMEWORK = join(dirname(require.resolve('aws-cdk-lib/package.json')), 'custom-resources/lib/provider-framework/runtime');
const framework = zipOf(Object.fromEntries(readdirSync(FRAMEWORK).filter((name) => name.endsWith('.js')).map((name) => [name, readFileSync(join(FRAMEWORK, name), 'utf8')])));

const arn = (name: string): string => `arn:aws:lambda:ap-northeast-2:123456789012:function:${name}`;

describe('a custom resource of the CDK\'s provider framework', () => {
  let playing: PlayingAccount;
  let lambda: LambdaClient;
  let responses: JsonObject[];

  beforeEach(async () => {
    responses = [];
    playing = await startPlayingAccount({
      compression: 30,
      others: (request) => (!request.operation.startsWith('PUT /response') ? undefined : () => {
        const body = parseJson(request.body.toString('utf8'));
        if (isJsonObject(body)) responses.push(body);
        return { answer: { status: 200, headers: {}, body: '' } };
      }),
    });
  });
  afterEach(() => playing.stop());

  /** Deploys the framework around a function that says whether the resource is complete. */
  async function deploy(isComplete: string, maxAttempts: number): Promise<void> {
    await makeFunction(playing, 'onEvent', 'exports.handler = async ({ RequestType }) => ({ PhysicalResourceId: "made", Data: { was: RequestType } });');
    lambda = await makeFunction(playing, 'isComplete', isComplete);
    const variables = {
      USER_ON_EVENT_FUNCTION_ARN: arn('onEvent'), USER_IS_COMPLETE_FUNCTION_ARN: arn('isComplete'), WAITER_STATE_MACHINE_ARN: 'arn:aws:states:ap-northeast-2:123456789012:stateMachine:waiter',
    };
    for (const name of ['onEvent', 'isComplete', 'onTimeout']) {
      await makeFunction(playing, `framework-${name}`, '', { Code: { ZipFile: framework }, Handler: `framework.${name}`, Timeout: 900, Environment: { Variables: variables } });
    }
    await new SFNClient(playing.client).send(new CreateStateMachineCommand({
      name: 'waiter',
      roleArn: 'arn:aws:iam::123456789012:role/waiter-role',
      definition: JSON.stringify({
        StartAt: 'wait',
        States: {
          wait: {
            Type: 'Task', Resource: arn('framework-isComplete'), End: true,
            Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: maxAttempts, BackoffRate: 1 }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'timeout' }],
          },
          timeout: { Type: 'Task', Resource: arn('framework-onTimeout'), End: true },
        },
      }),
    }));
  }

  /** Calls the provider as CloudFormation does, and waits for what comes to its response URL. */
  async function create(): Promise<JsonObject | undefined> {
    const event = { RequestType: 'Create', RequestId: 'r', StackId: 's', LogicalResourceId: 'Resource', ResourceType: 'Custom::A', ResponseURL: `${playing.client.endpoint}/response?a=b`, ResourceProperties: {} };
    await lambda.send(new InvokeCommand({ FunctionName: 'framework-onEvent', InvocationType: 'Event', Payload: Buffer.from(JSON.stringify(event)) }));
    await eventually(() => responses.length > 0);
    return responses[0];
  }

  it('is complete once its own function says so', async () => {
    await deploy('let calls = 0; exports.handler = async () => ({ IsComplete: ++calls > 1, ...(calls > 1 ? { Data: { calls } } : {}) });', 10);
    expect(await create()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made', LogicalResourceId: 'Resource', Data: { was: 'Create', calls: 2 } });
  });

  it('fails when it is not complete in time', async () => {
    await deploy('exports.handler = async () => ({ IsComplete: false });', 1);
    expect(await create()).toMatchObject({ Status: 'FAILED', Reason: 'Operation timed out' });
  });

  it('fails when its own function fails, with the error', async () => {
    await deploy('exports.handler = async () => { throw new Error("the drain hangs"); };', 10);
    expect(await create()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('the drain hangs') });
  });
});
