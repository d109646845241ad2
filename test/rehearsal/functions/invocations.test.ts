import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import { isJsonObject, type JsonValue, parseJson, textOrJson } from '../../../lib/json';
import { eventually, makeFunction, type PlayingAccount, startPlayingAccount, zipOf } from './playing-account';

/** What a function returned, or its error. */
function contentOf({ Payload }: InvokeCommandOutput): JsonValue {
  return parseJson(Buffer.from(Payload ?? []).toString('utf8'));
}

function call(lambda: LambdaClient, name: string, event: JsonValue = {}): Promise<InvokeCommandOutput> {
  return lambda.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)), LogType: 'Tail' }));
}

/** Whether a process is gone, or only waits for its parent to ask how it ended. */
function hasEnded(pid: string): boolean {
  return /^(Z.*)?$/.test(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim());
}

describe('functions of Node.js', () => {
  let playing: PlayingAccount;
  beforeAll(async () => {
    playing = await startPlayingAccount({
      environment: { PATH: process.env['PATH'] ?? '', MARKER: 'marked' },
      others: (request) => (request.method === 'PUT' && request.service === '' ? () => ({ answer: { status: 200, headers: {}, body: '' } }) : undefined),
    });
  });
  afterAll(() => playing.stop());

  it('get the event and return a value', async () => {
    const lambda = await makeFunction(playing, 'echo', 'exports.handler = async (event) => ({ got: event.a });');
    const answer = await call(lambda, 'echo', { a: 1 });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(contentOf(answer)).toEqual({ got: 1 });
  });

  it('get the environment of Lambda, with keys of their role', async () => {
    const lambda = await makeFunction(playing, 'env', 'exports.handler = async (event, context) => ({ ...process.env, ...context, left: context.getRemainingTimeInMillis() });', {
      Environment: { Variables: { COLOUR: 'blue' } }, MemorySize: 256, Timeout: 30,
    });
    expect(contentOf(await call(lambda, 'env'))).toMatchObject({
      AWS_REGION: 'ap-northeast-2', AWS_ACCESS_KEY_ID: 'env-role', AWS_SESSION_TOKEN: 'token', AWS_ENDPOINT_URL: playing.account.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: 'env', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256', COLOUR: 'blue', MARKER: 'marked', functionName: 'env', memoryLimitInMB: '256',
      left: expect.any(Number), invokedFunctionArn: 'arn:aws:lambda:ap-northeast-2:123456789012:function:env',
    });
    expect(playing.assumed).toContainEqual({ roleArn: 'arn:aws:iam::123456789012:role/env-role', service: 'lambda.amazonaws.com', sessionName: 'env' });
  });

  it('keep their process for the next invocation, and have one each at the same time', async () => {
    const lambda = await makeFunction(playing, 'pid', 'exports.handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return process.pid; };');
    const first = contentOf(await call(lambda, 'pid', { ms: 0 }));
    expect(contentOf(await call(lambda, 'pid', { ms: 0 }))).toBe(first);
    const both = await Promise.all([call(lambda, 'pid', { ms: 300 }), call(lambda, 'pid', { ms: 300 })]);
    expect(new Set(both.map(contentOf)).size).toBe(2);
  });

  it('find the packages of Lambda, and no other package of the project', async () => {
    const code = (name: string) => `exports.handler = async () => typeof require('${name}');`;
    const sdk = await makeFunction(playing, 'sdk', code('@aws-sdk/client-sfn'));
    expect(contentOf(await call(sdk, 'sdk'))).toBe('object');
    const other = await makeFunction(playing, 'yaml', code('yaml'));
    expect(await call(other, 'yaml')).toMatchObject({ FunctionError: 'Unhandled' });
  });

  it('reach the account by HTTPS without a port, as CloudFormation is answered in AWS', async () => {
    const lambda = await makeFunction(playing, 'answer', `
      const https = require('https');
      exports.handler = (event) => new Promise((resolve, reject) => {
        const request = https.request({ hostname: '127.0.0.1', path: '/cloudformation-custom-resource-response/1?a=b', method: 'PUT' }, (response) => { response.resume(); resolve(response.statusCode); });
        request.on('error', reject);
        request.end('{}');
      });`);
    expect(contentOf(await call(lambda, 'answer'))).toBe(200);
    expect(playing.requests.at(-1)).toMatchObject({ method: 'PUT', target: '/cloudformation-custom-resource-response/1?a=b' });
  });

  it('may be ES modules', async () => {
    const lambda = await makeFunction(playing, 'module', '', { Code: { ZipFile: zipOf({ 'lib/main.mjs': 'export const run = async () => "module";' }) }, Handler: 'lib/main.run' });
    expect(contentOf(await call(lambda, 'module'))).toBe('module');
  });

  it('write into the log what they print', async () => {
    const lambda = await makeFunction(playing, 'print', 'exports.handler = async () => { console.log("to out"); console.error("to err"); };');
    const answer = await call(lambda, 'print');
    const tail = Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8');
    expect(tail).toMatch(/^START RequestId: /);
    expect(tail).toContain('to out\n');
    expect(tail).toContain('to err\n');
    expect(tail).toMatch(/REPORT RequestId: .*Memory Size: 128 MB\n$/);
    expect(readFileSync(join(playing.account.directory, 'functions/print.log'), 'utf8')).toContain('to out\n');
  });

  it('fails when the function throws, as Lambda writes it', async () => {
    const lambda = await makeFunction(playing, 'throw', 'class Retry extends Error {}\nexports.handler = async () => { throw new Retry("not yet"); };');
    const answer = await call(lambda, 'throw');
    expect(answer.FunctionError).toBe('Unhandled');
    expect(contentOf(answer)).toMatchObject({ errorType: 'Error', errorMessage: 'not yet', trace: expect.arrayContaining(['Error: not yet']) });
  });

  it('fails when its time is over', async () => {
    const lambda = await makeFunction(playing, 'slow', 'exports.handler = () => new Promise(() => { setInterval(() => 0, 1000); });', { Timeout: 1 });
    expect(contentOf(await call(lambda, 'slow'))).toEqual({ errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1.00 seconds$/) });
  });

  it('have all of their time once their code is loaded, however long that took', async () => {
    const code = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200); exports.handler = async () => "in time";';
    const lambda = await makeFunction(playing, 'heavy', code, { Timeout: 1 });
    expect(contentOf(await call(lambda, 'heavy'))).toBe('in time');
  });

  it('fails when its process ends', async () => {
    const lambda = await makeFunction(playing, 'exit', 'exports.handler = () => process.exit(3);');
    expect(contentOf(await call(lambda, 'exit'))).toEqual({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('Runtime exited with error: exit status 3') });
  });

  it.each([
    ['Runtime.ImportModuleError', 'require("./nothing");'],
    ['Runtime.UserCodeSyntaxError', 'this is no code'],
    ['Runtime.HandlerNotFound', 'exports.other = 1;'],
  ])('fails with %s when the code is of no use', async (errorType, code) => {
    const name = errorType.replace('.', '-');
    const lambda = await makeFunction(playing, name, code);
    expect(contentOf(await call(lambda, name))).toMatchObject({ errorType });
  });

  it('are tried again twice when nobody waits for them', async () => {
    const lambda = await makeFunction(playing, 'later', 'exports.handler = async () => { console.log("once"); throw new Error("no"); };');
    expect(await lambda.send(new InvokeCommand({ FunctionName: 'later', InvocationType: 'Event', Payload: Buffer.from('{}') }))).toMatchObject({ StatusCode: 202 });
    const log = join(playing.account.directory, 'functions/later.log');
    const calls = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter((line) => line === 'once').length : 0);
    await eventually(() => calls() === 3);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(calls()).toBe(3);
    // All tries are one invocation to the function.
    expect(new Set(readFileSync(log, 'utf8').match(/START RequestId: \S+/g)).size).toBe(1);
  });
});

describe('functions of Python', () => {
  let playing: PlayingAccount;
  beforeAll(async () => {
    playing = await startPlayingAccount({ environment: { PATH: process.env['PATH'] ?? '' } });
  });
  afterAll(() => playing.stop());

  it('get the event and return a value', async () => {
    const lambda = await makeFunction(playing, 'echo', [
      'import logging, os, sys',
      'logging.getLogger().setLevel(logging.INFO)',
      'def handler(event, context):',
      '  print("printed")',
      '  logging.getLogger().info("logged")',
      '  return {"got": event["a"], "name": context.function_name, "tmp": os.environ["TEST_OUTDIR"] == os.environ["TMPDIR"], "left": context.get_remaining_time_in_millis() > 0}',
    ].join('\n'), { Runtime: 'python3.13' });
    const answer = await call(lambda, 'echo', { a: 'é' });
    expect(contentOf(answer)).toEqual({ got: 'é', name: 'echo', tmp: true, left: true });
    const tail = Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8');
    expect(tail).toContain('printed\n');
    expect(tail).toContain('[INFO]\tlogged\n');
  });

  it('fails when the function raises, as Lambda writes it', async () => {
    const lambda = await makeFunction(playing, 'raise', 'def handler(event, context):\n  raise ValueError("not so")', { Runtime: 'python3.13' });
    const answer = await call(lambda, 'raise');
    expect(answer.FunctionError).toBe('Unhandled');
    expect(contentOf(answer)).toEqual({
      errorMessage: 'not so', errorType: 'ValueError', requestId: expect.any(String), stackTrace: [expect.stringContaining('line 2, in handler')],
    });
  });

  it.each([
    ['Runtime.ImportModuleError', 'import nothing_of_that_name'],
    ['Runtime.UserCodeSyntaxError', 'this is no code'],
    ['Runtime.HandlerNotFound', 'other = 1'],
  ])('fails with %s when the code is of no use', async (errorType, code) => {
    const name = errorType.replace('.', '-');
    const lambda = await makeFunction(playing, name, code, { Runtime: 'python3.13' });
    const content = contentOf(await call(lambda, name));
    expect(isJsonObject(content) ? content['errorType'] : content).toBe(errorType);
  });

  it('end with the account, and with the programs that they run', async () => {
    const other = await startPlayingAccount({ environment: { PATH: process.env['PATH'] ?? '' } });
    const lambda = await makeFunction(other, 'child', 'import subprocess, os\ndef handler(event, context):\n  print(subprocess.Popen(["sleep", "100"]).pid)\n  return os.getpid()', { Runtime: 'python3.13' });
    const answer = await call(lambda, 'child');
    const [, child] = /^(\d+)$/m.exec(Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8')) ?? [];
    await other.stop();
    for (const pid of [textOrJson(contentOf(answer)), child ?? '']) await eventually(() => hasEnded(pid));
  });
});
