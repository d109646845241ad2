import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { arrayAt, objectAt, parseJson, textAt } from '../../../lib/json';
import { jsonAnswer } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { AwsFault, type AwsRequest, jsonBody } from '../../../lib/rehearsal/aws-answers/aws-request';
import { eventually, makeFunction, type PlayingAccount, startPlayingAccount } from './playing-account';

const PRINT = 'exports.handler = async () => { console.log("printed"); };';

/** CloudWatch with log groups, and with a right that may be missing. */
function cloudWatch(groups: Set<string>, refused: readonly string[] = []) {
  return (request: AwsRequest) => (request.service !== 'logs' ? undefined : () => {
    if (refused.includes(request.operation)) throw new AwsFault('AccessDeniedException', `not authorized to perform: logs:${request.operation}`);
    const group = textAt(jsonBody(request), 'logGroupName') ?? '';
    if (request.operation === 'CreateLogGroup') groups.add(group);
    if (!groups.has(group)) throw new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.');
    return { answer: jsonAnswer({}) };
  });
}

function operations({ requests }: PlayingAccount): readonly string[] {
  return requests.filter(({ service }) => service === 'logs').map(({ operation }) => operation);
}

describe('the log of a function', () => {
  it('goes to its log group, by the rights of its role', async () => {
    const playing = await startPlayingAccount({ others: cloudWatch(new Set(['own-group'])) });
    const lambda = await makeFunction(playing, 'logging', PRINT, { LoggingConfig: { LogGroup: 'own-group' } });
    await lambda.send(new InvokeCommand({ FunctionName: 'logging' }));
    await eventually(() => operations(playing).includes('PutLogEvents'));
    expect(operations(playing)).toEqual(['CreateLogStream', 'PutLogEvents']);
    const put = playing.requests.find(({ operation }) => operation === 'PutLogEvents');
    expect(put?.accessKeyId).toBe('logging-role');
    const body = parseJson(put?.body.toString('utf8') ?? '{}');
    expect(objectAt(body)).toMatchObject({ logGroupName: 'own-group', logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/) });
    expect(arrayAt(body, 'logEvents').map((event) => textAt(event, 'message'))).toContain('printed');
    await lambda.send(new InvokeCommand({ FunctionName: 'logging' }));
    await eventually(() => operations(playing).length === 3);
    expect(operations(playing).at(-1)).toBe('PutLogEvents');
    await playing.stop();
  });

  it('makes its log group where there is none', async () => {
    const groups = new Set<string>();
    const playing = await startPlayingAccount({ others: cloudWatch(groups) });
    const lambda = await makeFunction(playing, 'making', PRINT);
    await lambda.send(new InvokeCommand({ FunctionName: 'making' }));
    await eventually(() => operations(playing).includes('PutLogEvents'));
    expect([...groups]).toEqual(['/aws/lambda/making']);
    await playing.stop();
  });

  it('makes no log group for a function that is gone', async () => {
    const groups = new Set<string>();
    const playing = await startPlayingAccount({ others: cloudWatch(groups) });
    const lambda = await makeFunction(playing, 'going', 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 300));');
    const last = lambda.send(new InvokeCommand({ FunctionName: 'going' }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'going' }));
    await last;
    await eventually(() => operations(playing).length > 0);
    await playing.stop();
    expect(operations(playing)).toEqual(['CreateLogStream']);
    expect([...groups]).toEqual([]);
  });

  it('fails no function when the role may not write, and is in the file all the same', async () => {
    const playing = await startPlayingAccount({ others: cloudWatch(new Set(['/aws/lambda/silent']), ['CreateLogStream']) });
    const lambda = await makeFunction(playing, 'silent', PRINT);
    expect((await lambda.send(new InvokeCommand({ FunctionName: 'silent' }))).FunctionError).toBeUndefined();
    const file = join(playing.account.directory, 'functions/silent.log');
    await eventually(() => existsSync(file) && readFileSync(file, 'utf8').includes('[not in CloudWatch] AccessDeniedException: not authorized to perform: logs:CreateLogStream'));
    expect(readFileSync(file, 'utf8')).toContain('printed\n');
    await playing.stop();
  });
});
