import { AwsFault } from '../../../lib/rehearsal/aws-answers/aws-request';
import { startAwsAnswers } from '../../../lib/rehearsal/aws-answers/aws-answers-server';
import { marketOf } from '../../../lib/rehearsal/aws-answers/market';
import { readNodeImages } from '../../../lib/rehearsal/aws-answers/node-image';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postForm, postJson, signedFor } from './answering';
import { imagesOf, SMALL_TABLE } from './small-market';
import { startStubUpstream, type StubUpstream } from './stub-upstream';

describe('the server', () => {
  let upstream: StubUpstream;
  const market = marketOf({ prices: SMALL_TABLE, images: imagesOf('v20260917') });
  const options = () => ({ services: [market], moto: upstream.url, log: () => undefined });

  beforeAll(async () => {
    upstream = await startStubUpstream();
  });

  afterAll(() => upstream.stop());

  it('listens on loopback only [server-loopback]', async () => {
    const server = await startAwsAnswers(options());
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    // All of 127/8 is this machine: a server on every interface would answer here too.
    await expect(fetch(`http://127.0.0.2:${server.port}/`)).rejects.toThrow();
    await server.close();
  });

  it.each(['http://192.0.2.1:5000', 'https://ec2.ap-northeast-2.amazonaws.com', 'nonsense'])('fails when moto is at %s [server-loopback]', async (moto) => {
    await expect(startAwsAnswers({ ...options(), moto })).rejects.toMatchObject({ code: 'EndpointNotLocal' });
  });

  it('fails when the port is taken [server-port]', async () => {
    await expect(startAwsAnswers({ ...options(), port: Number(new URL(upstream.url).port) })).rejects.toMatchObject({ code: 'AwsAnswersNotStarted' });
  });

  it('ends with a request under way [server-stop]', async () => {
    const waiting = new Promise<void>((resolve) => upstream.answerWith(() => resolve()));
    const server = await startAwsAnswers(options());
    const pending = fetch(`${server.url}/waits`, { headers: signedFor('sqs') }).catch(() => 'ended');
    await waiting;
    await server.close();
    await expect(pending).resolves.toBe('ended');
  });

  it('has each signed request judged before anything answers it [judge-signed]', async () => {
    const judged: string[] = [];
    const judge = async ({ service, operation, accessKeyId }: { readonly service: string; readonly operation: string; readonly accessKeyId: string }) => {
      judged.push(`${accessKeyId} ${service} ${operation}`);
      return service === 'ec2' ? Promise.reject(new AwsFault('UnauthorizedOperation', 'You are not authorized', 403)) : Promise.resolve();
    };
    const server = await startAwsAnswers({ ...options(), judge });
    expect((await postJson(server.url, 'pricing', 'AWSPriceListService.GetProducts', '{"ServiceCode":"AmazonEC2"}')).status).toBe(200);
    expect((await postForm(server.url, 'ec2', { Action: 'DescribeInstanceTypeOfferings' })).status).toBe(403);
    expect(judged).toEqual(['test pricing GetProducts', 'test ec2 DescribeInstanceTypeOfferings']);
    await server.close();
  });

  it('fails with a request that is not signed, unless a service of the account takes it [judge-unsigned]', async () => {
    const server = await startAwsAnswers({ ...options(), judge: () => Promise.resolve() });
    const response = await fetch(`${server.url}/?Action=DescribeVpcs`);
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')]);
    await server.close();
  });

  it.each([['no JSON', '{'], ['no array', '{}'], ['another image', '[{"name":"ubuntu"}]']])('fails when the images are %s [server-images]', (_name, content) => {
    const folder = mkdtempSync(join(tmpdir(), 'images-'));
    writeFileSync(join(folder, 'images.json'), content);
    expect(() => readNodeImages(join(folder, 'images.json'))).toThrow(expect.objectContaining({ code: 'NodeImagesUnreadable' }));
    expect(() => readNodeImages(join(folder, 'none.json'))).toThrow(expect.objectContaining({ code: 'NodeImagesUnreadable' }));
    rmSync(folder, { recursive: true });
  });
});
