import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { parseJson, type JsonValue } from '../../../lib/json';
import { runAwsAnswers } from '../../../lib/rehearsal/aws-answers/run-aws-answers';
import { startAwsAnswers } from '../../../lib/rehearsal/aws-answers/aws-answers-server';
import { nodeImageId, nodeImageName } from '../../../lib/rehearsal/aws-answers/node-image';
import { postJson, signedFor } from './answering';
import { imagesOf, SMALL_TABLE } from './small-market';
import { startStubUpstream, type StubUpstream } from './stub-upstream';

/** Resolves when the condition holds; Jest's time limit is the deadline. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the server as a process', () => {
  let folder: string;
  let upstream: StubUpstream;
  const file = (name: string) => join(folder, name);
  const options = (changes: Readonly<Record<string, string>> = {}): string[] => Object.entries({
    port: '0', moto: upstream.url, region: 'ap-northeast-2', images: file('images.json'), 'ready-file': file('ready'), ...changes,
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const start = (argv: readonly string[]): ChildProcess => spawn(process.execPath, [file('aws-answers.js'), ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
  const codeOfFailure = (argv: readonly string[]) => runAwsAnswers(argv, () => undefined).then(
    async (server) => { await server.close(); return 'none'; },
    (error: unknown) => (error as { readonly code: string }).code,
  );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aws-answers-'));
    writeFileSync(file('images.json'), JSON.stringify(imagesOf('v20260917').map((image) => ({ name: nodeImageName(image), ami_id: nodeImageId(image) }))));
    upstream = await startStubUpstream();
    await build({
      entryPoints: { 'aws-answers': join(__dirname, '../../../lib/rehearsal/aws-answers/main.ts') },
      outdir: folder, bundle: true, platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning',
    });
  });

  afterAll(async () => {
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes its port, answers, logs and ends on SIGTERM with a request under way [server-start] [server-ready] [server-stop] [log-line]', async () => {
    const waiting = new Promise<void>((resolve) => upstream.answerWith(() => resolve()));
    const server = start(options());
    const output = text(server.stdout ?? process.stdin);
    await until(() => existsSync(file('ready')));
    const ready = readFileSync(file('ready'), 'utf8');
    expect(ready).toMatch(/^\d+\n$/);
    expect(readdirSync(folder)).not.toContain('ready.part');

    const url = `http://127.0.0.1:${ready.trim()}`;
    expect((await postJson(url, 'pricing', 'AWSPriceListService.GetProducts', '{"ServiceCode":"AmazonEC2"}')).status).toBe(200);
    const pending = fetch(`${url}/waits`, { headers: signedFor('sqs') }).catch(() => 'ended');
    await waiting;
    server.kill('SIGTERM');
    await expect(once(server, 'exit')).resolves.toEqual([0, null]);
    await expect(pending).resolves.toBe('ended');

    const lines = (await output).trimEnd().split('\n').map((line): JsonValue => parseJson(line));
    expect(lines).toEqual([
      expect.objectContaining({ action: 'GetProducts', status: 200, answeredBy: 'lab' }),
      expect.objectContaining({ action: 'GET /waits', status: 0, note: 'broken off' }),
    ]);
  });

  it('fails with the reason as its last line [server-failure]', async () => {
    const server = start(options({ region: 'eu-west-1', 'ready-file': file('never') }));
    const output = text(server.stdout ?? process.stdin);
    await expect(once(server, 'exit')).resolves.toEqual([1, null]);
    expect(parseJson((await output).trimEnd())).toMatchObject({
      code: 'RegionWithoutPrices', message: expect.any(String), received: 'eu-west-1', remedy: expect.any(String),
    });
    expect(existsSync(file('never'))).toBe(false);
  });

  it('fails when an option is missing, unknown or no port [server-start]', async () => {
    await expect(codeOfFailure([])).resolves.toBe('AwsAnswersMisused');
    await expect(codeOfFailure(options({ colour: 'red' }))).resolves.toBe('AwsAnswersMisused');
    await expect(codeOfFailure(options({ port: '70000' }))).resolves.toBe('AwsAnswersMisused');
    await expect(codeOfFailure(options({ images: '' }))).resolves.toBe('AwsAnswersMisused');
  });

  it('fails when there is no price table of the region [server-region]', async () => {
    await expect(codeOfFailure(options({ region: 'us-east-1' }))).resolves.toBe('RegionWithoutPrices');
  });

  it.each([['no JSON', '{'], ['no array', '{}'], ['another image', '[{"name":"ubuntu"}]']])('fails when the images are %s [server-images]', async (name, content) => {
    writeFileSync(file(`${name}.json`), content);
    await expect(codeOfFailure(options({ images: file(`${name}.json`) }))).resolves.toBe('NodeImagesUnreadable');
  });

  it('fails when the images are not there [server-images]', async () => {
    await expect(codeOfFailure(options({ images: file('none.json') }))).resolves.toBe('NodeImagesUnreadable');
  });

  it('fails when the port is taken [server-port]', async () => {
    await expect(codeOfFailure(options({ port: new URL(upstream.url).port }))).resolves.toBe('AwsAnswersNotStarted');
  });

  it.each(['http://192.0.2.1:5000', 'https://ec2.ap-northeast-2.amazonaws.com', 'nonsense'])('fails when moto is at %s [server-loopback]', async (moto) => {
    await expect(codeOfFailure(options({ moto }))).resolves.toBe('EndpointNotLocal');
  });

  it('listens on loopback only [server-loopback]', async () => {
    const server = await startAwsAnswers({ prices: SMALL_TABLE, images: imagesOf(), moto: upstream.url, log: () => undefined });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    // All of 127/8 is this machine: a server on every interface would answer here too.
    await expect(fetch(`http://127.0.0.2:${server.port}/`)).rejects.toThrow();
    await server.close();
  });
});
