import {
  AddPermissionCommand, CreateFunctionCommand, DeleteFunctionCommand, DeleteFunctionEventInvokeConfigCommand, GetFunctionCommand, GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand, GetPolicyCommand, InvokeCommand, LambdaClient, ListFunctionsCommand, PublishVersionCommand, PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand, TagResourceCommand, UntagResourceCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand, waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { faultOf } from '../aws-answers/answering';
import { makeFunction, type PlayingAccount, startPlayingAccount, zipOf } from './playing-account';

const RETURN = (value: string) => `exports.handler = async () => '${value}';`;
const NEW = { Role: 'arn:aws:iam::123456789012:role/role', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile: zipOf({ 'index.js': RETURN('one') }) } } as const;

describe('the API of Lambda', () => {
  let playing: PlayingAccount;
  let lambda: LambdaClient;
  beforeAll(async () => {
    playing = await startPlayingAccount({ refusedRoles: ['closed'] });
    lambda = new LambdaClient(playing.client);
  });
  afterAll(() => playing.stop());

  async function call(FunctionName: string): Promise<unknown> {
    const { Payload = [] } = await lambda.send(new InvokeCommand({ FunctionName }));
    return JSON.parse(Buffer.from(Payload).toString('utf8'));
  }

  it('makes a function that is Pending first, then Active', async () => {
    const slow = await startPlayingAccount({ compression: 20 });
    const client = new LambdaClient(slow.client);
    expect(await client.send(new CreateFunctionCommand({ ...NEW, FunctionName: 'new', Tags: { a: 'b' } }))).toMatchObject({
      FunctionArn: 'arn:aws:lambda:ap-northeast-2:123456789012:function:new', State: 'Pending', Timeout: 3, MemorySize: 128, PackageType: 'Zip',
      LoggingConfig: { LogGroup: '/aws/lambda/new' }, CodeSize: NEW.Code.ZipFile.length,
    });
    expect(await faultOf(client.send(new InvokeCommand({ FunctionName: 'new' })))).toBe('ResourceConflictException');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { Configuration, Tags } = await client.send(new GetFunctionCommand({ FunctionName: 'arn:aws:lambda:ap-northeast-2:123456789012:function:new' }));
    expect(Configuration).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
    expect(Tags).toEqual({ a: 'b' });
    await slow.stop();
  });

  it('takes the code from S3 as its caller may read it', async () => {
    playing.objects.set('/assets/code.zip', zipOf({ 'index.js': RETURN('from S3') }));
    await makeFunction(playing, 'uploaded', '', { Code: { S3Bucket: 'assets', S3Key: 'code.zip' } });
    expect(await call('uploaded')).toBe('from S3');
    expect(playing.requests.find(({ service }) => service === 's3')).toMatchObject({ accessKeyId: 'deployer', target: '/assets/code.zip' });
  });

  it('changes code and settings, and runs the new ones from then on', async () => {
    await makeFunction(playing, 'changing', RETURN('one'));
    expect(await call('changing')).toBe('one');
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'changing', ZipFile: zipOf({ 'index.js': 'exports.handler = async () => process.env.NUMBER;' }) }));
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.01 }, { FunctionName: 'changing' });
    const updated = await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'changing', Environment: { Variables: { NUMBER: '2' } } }));
    expect(updated).toMatchObject({ LastUpdateStatus: 'InProgress', Handler: 'index.handler', Environment: { Variables: { NUMBER: '2' } } });
    expect(await call('changing')).toBe('2');
  });

  it('ends what runs old code once that is free', async () => {
    await makeFunction(playing, 'busy', 'exports.handler = () => new Promise((resolve) => setTimeout(() => resolve("old"), 400));');
    const old = call('busy');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'busy', ZipFile: zipOf({ 'index.js': RETURN('new') }) }));
    expect(await old).toBe('old');
    expect(await call('busy')).toBe('new');
  });

  it('lists functions, tags them and deletes them', async () => {
    await makeFunction(playing, 'listed', RETURN('one'));
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const arn = Functions.find(({ FunctionName }) => FunctionName === 'listed')?.FunctionArn;
    await lambda.send(new TagResourceCommand({ Resource: arn, Tags: { a: '1', b: '2' } }));
    await lambda.send(new UntagResourceCommand({ Resource: arn, TagKeys: ['a'] }));
    expect(await lambda.send(new GetFunctionCommand({ FunctionName: 'listed' }))).toMatchObject({ Tags: { b: '2' } });
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'listed' }));
    expect(await faultOf(lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'listed' })))).toBe('ResourceNotFoundException');
  });

  it('keeps permissions as statements of the function\'s policy', async () => {
    await makeFunction(playing, 'shared', RETURN('one'));
    const permission = { FunctionName: 'shared', StatementId: 'rule', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', SourceArn: 'arn:aws:events:ap-northeast-2:123456789012:rule/r' };
    await lambda.send(new AddPermissionCommand(permission));
    expect(await faultOf(lambda.send(new AddPermissionCommand(permission)))).toBe('ResourceConflictException');
    const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: 'shared' }));
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Sid: 'rule', Principal: { Service: 'events.amazonaws.com' }, Condition: { ArnLike: { 'AWS:SourceArn': permission.SourceArn } } }] });
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'shared', StatementId: 'rule' }));
    expect(await faultOf(lambda.send(new GetPolicyCommand({ FunctionName: 'shared' })))).toBe('ResourceNotFoundException');
  });

  it('keeps how often an invocation is tried again', async () => {
    await makeFunction(playing, 'once', RETURN('one'));
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'once', MaximumRetryAttempts: 0 }));
    expect(await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'once' }))).toMatchObject({ MaximumRetryAttempts: 0, LastModified: expect.any(Date) });
    await lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: 'once' }));
    expect(await faultOf(lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'once' })))).toBe('ResourceNotFoundException');
  });

  it.each([
    ['for a role that Lambda cannot assume', { Role: 'arn:aws:iam::123456789012:role/closed' }, 'The role defined for the function cannot be assumed by Lambda.'],
    ['for code that is no zip', { Code: { ZipFile: Buffer.from('no zip') } }, 'Could not unzip uploaded file'],
    ['for code that is not there', { Code: { S3Bucket: 'assets', S3Key: 'missing.zip' } }, 'S3 Error Code: NoSuchKey'],
    ['for a layer that is not there', { Layers: ['arn:aws:lambda:ap-northeast-2:123456789012:layer:none:1'] }, 'Layer version arn:aws:lambda:ap-northeast-2:123456789012:layer:none:1 does not exist.'],
    ['for a runtime that is not played', { Runtime: 'java25' as const }, 'does not play the runtime \'java25\''],
    ['for a handler without a function', { Handler: 'index' }, 'failed to satisfy constraint'],
    ['for a timeout of more than 15 minutes', { Timeout: 901 }, 'failed to satisfy constraint'],
    ['for a file system', { FileSystemConfigs: [{ Arn: 'arn', LocalMountPath: '/mnt/a' }] }, 'does not play FileSystemConfigs'],
  ])('fails %s, and makes no function', async (_case, options, message) => {
    await expect(lambda.send(new CreateFunctionCommand({ ...NEW, FunctionName: 'refused', ...options }))).rejects.toThrow(message);
    expect(await faultOf(lambda.send(new GetFunctionCommand({ FunctionName: 'refused' })))).toBe('ResourceNotFoundException');
  });

  it('fails for a second function of the same name', async () => {
    await makeFunction(playing, 'twice', RETURN('one'));
    expect(await faultOf(lambda.send(new CreateFunctionCommand({ ...NEW, FunctionName: 'twice' })))).toBe('ResourceConflictException');
  });

  it('fails for an operation that is not played, by its name', async () => {
    await expect(lambda.send(new PublishVersionCommand({ FunctionName: 'twice' }))).rejects.toThrow('does not play Lambda\'s \'POST /2015-03-31/functions/twice/versions\'');
  });
});
