import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteLayerVersionCommand, GetFunctionConfigurationCommand, GetLayerVersionCommand, InvokeCommand, LambdaClient, ListLayersCommand, ListLayerVersionsCommand, PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { faultOf } from '../aws-answers/answering';
import { fakeProgram, temporaryFolder } from '../fake-program';
import { makeFunction, type PlayingAccount, startPlayingAccount, zipOf } from './playing-account';

describe('layers', () => {
  let playing: PlayingAccount;
  let lambda: LambdaClient;
  beforeAll(async () => {
    playing = await startPlayingAccount();
    lambda = new LambdaClient(playing.client);
  });
  afterAll(() => playing.stop());

  async function publish(LayerName: string, files: Readonly<Record<string, string>>, account = lambda): Promise<string> {
    const { LayerVersionArn = '' } = await account.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zipOf(files) }, Description: 'programs' }));
    return LayerVersionArn;
  }

  /** What a program prints that a function runs by its name. */
  async function printed(account: PlayingAccount, name: string, Layers: string[], command: string): Promise<unknown> {
    const client = await makeFunction(account, name, `exports.handler = async () => require('child_process').execSync('${command}').toString();`, { Layers });
    const { Payload = [] } = await client.send(new InvokeCommand({ FunctionName: name }));
    return JSON.parse(Buffer.from(Payload).toString('utf8'));
  }

  it('have numbers that are given out once', async () => {
    const first = await publish('numbered', { a: '1' });
    expect(first).toBe('arn:aws:lambda:ap-northeast-2:123456789012:layer:numbered:1');
    // As CloudFormation names it: by its ARN.
    await lambda.send(new DeleteLayerVersionCommand({ LayerName: first.slice(0, first.lastIndexOf(':')), VersionNumber: 1 }));
    const second = await publish('numbered', { a: '2' });
    expect(second).toMatch(/:numbered:2$/);
    const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName: 'numbered' }));
    expect(LayerVersions.map(({ LayerVersionArn }) => LayerVersionArn)).toEqual([second]);
    const { Layers = [] } = await lambda.send(new ListLayersCommand({}));
    expect(Layers.find(({ LayerName }) => LayerName === 'numbered')).toMatchObject({ LatestMatchingVersion: { Version: 2, Description: 'programs' } });
    expect(await faultOf(lambda.send(new GetLayerVersionCommand({ LayerName: 'numbered', VersionNumber: 1 })))).toBe('ResourceNotFoundException');
  });

  it('bring programs, and stay with a function when they are deleted', async () => {
    const arn = await publish('programs', { 'kubectl/kubectl': '#!/bin/sh\necho "layer $1"\n' });
    expect(await printed(playing, 'user', [arn], 'kubectl get')).toBe('layer get\n');
    await lambda.send(new DeleteLayerVersionCommand({ LayerName: 'programs', VersionNumber: 1 }));
    expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'user' }))).toMatchObject({ Layers: [{ Arn: arn, CodeSize: expect.any(Number) }] });
  });

  it('bring programs for Lambda\'s own Python, which run with the account\'s', async () => {
    const arn = await publish('aws', { 'awscli/aws': '#!/var/lang/bin/python\nimport sys, helper\nprint(helper.NAME, *sys.argv[1:])\n', 'awscli/helper.py': 'NAME = "aws"\n' });
    expect(await printed(playing, 'cli', [arn], 'aws eks "get token"')).toBe('aws eks get token\n');
  });

  it('bring modules of Node.js and Python', async () => {
    const arn = await publish('modules', { 'nodejs/node_modules/of-layer/index.js': 'module.exports = "of node";', 'python/of_layer.py': 'NAME = "of python"\n' });
    const node = await makeFunction(playing, 'node', 'exports.handler = async () => require("of-layer");', { Layers: [arn] });
    const python = await makeFunction(playing, 'python', 'import of_layer\ndef handler(event, context):\n  return of_layer.NAME', { Layers: [arn], Runtime: 'python3.13' });
    const answers = await Promise.all([node.send(new InvokeCommand({ FunctionName: 'node' })), python.send(new InvokeCommand({ FunctionName: 'python' }))]);
    expect(answers.map(({ Payload = [] }) => JSON.parse(Buffer.from(Payload).toString('utf8')) as unknown)).toEqual(['of node', 'of python']);
  });

  it('are replaced by the account\'s programs where theirs do not run', async () => {
    const folder = temporaryFolder();
    const programs = { kubectl: fakeProgram(folder, 'own-kubectl', 'echo "own kubectl $1"'), helm: fakeProgram(folder, 'own-helm', 'echo "own helm $@"') };
    const other = await startPlayingAccount({ programs });
    const arn = await publish('programs', { 'kubectl/kubectl': 'not for this computer', 'helm/helm': 'not for this computer' }, new LambdaClient(other.client));
    expect(await printed(other, 'both', [arn], 'kubectl get; helm list --all')).toBe('own kubectl get\nown helm list --all\n');
    await other.stop();
  });

  it('are unzipped once for each content', async () => {
    const cacheDirectory = join(temporaryFolder(), 'cache');
    const other = await startPlayingAccount({ cacheDirectory });
    const client = new LambdaClient(other.client);
    await publish('first', { a: 'same' }, client);
    const { Content: { CodeSha256 = '' } = {} } = await client.send(new GetLayerVersionCommand({ LayerName: 'first', VersionNumber: 1 }));
    const folder = join(cacheDirectory, Buffer.from(CodeSha256, 'base64').toString('hex'));
    mkdirSync(join(folder, 'nodejs/node_modules/marked'), { recursive: true });
    writeFileSync(join(folder, 'nodejs/node_modules/marked/index.js'), 'module.exports = "kept";');
    const arn = await publish('second', { a: 'same' }, client);
    const made = await makeFunction(other, 'f', 'exports.handler = async () => require("marked");', { Layers: [arn] });
    const { Payload = [] } = await made.send(new InvokeCommand({ FunctionName: 'f' }));
    expect(Buffer.from(Payload).toString('utf8')).toBe('"kept"');
    await other.stop();
  });
});
