import { request as startRequest } from 'node:http';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { PriceTable } from '../../../lib/plan/price-table';
import { startAwsAnswers } from '../../../lib/rehearsal/aws-answers/aws-answers-server';
import { marketOf } from '../../../lib/rehearsal/aws-answers/market';
import { faultOf, postForm, postJson, sdkConfiguration, signedFor, startAnswering, type Answering } from './answering';
import { imagesOf, SMALL_TABLE } from './small-market';
import { EMPTY_XML, type StubAnswer } from './stub-upstream';

/** The page that moto shows for what it does not know. */
const WEB_PAGE: StubAnswer = (_request, response) => {
  response.writeHead(500, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><title>500 Internal Server Error</title>');
};

describe('what goes to moto', () => {
  let answering: Answering;

  beforeEach(async () => {
    answering = await startAnswering();
  });

  afterEach(() => answering.stop());

  it('goes as it came, and so does the answer [forward-unchanged]', async () => {
    answering.upstream.answerWith((_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json', 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{"message":"none"}');
    });
    const headers = { ...signedFor('eks'), 'content-type': 'application/json', 'x-own': 'kept' };
    const response = await fetch(`${answering.url}/clusters/lab?a=1&b=%20`, { method: 'PUT', headers, body: '{"a":1}' });
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()])
      .toEqual([404, 'ResourceNotFoundException', '{"message":"none"}']);

    const [passed] = answering.upstream.requests;
    expect(passed).toMatchObject({ method: 'PUT', target: '/clusters/lab?a=1&b=%20', body: '{"a":1}' });
    expect(passed?.headers).toMatchObject({ ...headers, host: new URL(answering.url).host, 'content-length': '7' });
  });

  it('is understood in every protocol of the SDKs [forward-unchanged]', async () => {
    const { url, upstream } = answering;
    upstream.answerWith(({ headers }, response) => {
      const isJson = headers['x-amz-target'] !== undefined || headers['content-type']?.startsWith('application/x-www-form') !== true;
      response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'text/xml' });
      response.end(isJson ? '{"QueueUrl":"http://queue","cluster":{"name":"lab"}}' : '<Response/>');
    });
    await new EC2Client(sdkConfiguration(url)).send(new DescribeSubnetsCommand({}));
    const { cluster } = await new EKSClient(sdkConfiguration(url)).send(new DescribeClusterCommand({ name: 'lab' }));
    const { QueueUrl } = await new SQSClient(sdkConfiguration(url)).send(new GetQueueUrlCommand({ QueueName: 'lab' }));
    expect([cluster?.name, QueueUrl]).toEqual(['lab', 'http://queue']);
    await answering.logged('GetQueueUrl');
    expect(answering.log.map(({ service, action }) => [service, action])).toEqual([
      ['ec2', 'DescribeSubnets'], ['eks', 'GET /clusters/lab'], ['sqs', 'GetQueueUrl'],
    ]);
  });

  it('ends when the caller goes away [forward-abort] [log-broken-off]', async () => {
    const ended = new Promise<void>((resolve) => answering.upstream.answerWith((_request, response) => {
      response.on('close', resolve);
      caller.destroy();
    }));
    const caller = startRequest(answering.url, { method: 'GET', path: '/waits', headers: signedFor('sqs') }).on('error', () => undefined);
    caller.end();
    await ended;
    await expect(answering.logged('GET /waits')).resolves.toMatchObject({ status: 0, note: 'broken off', answeredBy: 'moto' });
  });

  it('is asked of IAM one request after the other, a failed one too, and of other services as it comes [forward-turns]', async () => {
    let under = 0;
    let most = 0;
    answering.upstream.answerWith((_request, response) => {
      most = Math.max(most, ++under);
      setTimeout(() => {
        under -= 1;
        response.writeHead(404, { 'content-type': 'text/xml' }).end('<Response/>');
      }, 20);
    });
    const mostAtOnce = async (service: string): Promise<number> => {
      most = 0;
      await Promise.all(['/a', '/b', '/c'].map((path) => fetch(`${answering.url}${path}`, { headers: signedFor(service) })));
      return most;
    };
    expect([await mostAtOnce('iam'), await mostAtOnce('sqs')]).toEqual([1, 3]);
  });

  it('is broken off when moto breaks off [log-broken-off]', async () => {
    answering.upstream.answerWith((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('a part', () => response.destroy());
    });
    await expect(fetch(`${answering.url}/part`, { headers: signedFor('eks') }).then((response) => response.text())).rejects.toThrow();
    await expect(answering.logged('GET /part')).resolves.toMatchObject({ status: 200, note: 'broken off' });
  });

  it('fails when moto is not there [forward-down]', async () => {
    await answering.upstream.stop();
    await expect(faultOf(new EC2Client(sdkConfiguration(answering.url)).send(new DescribeSubnetsCommand({})))).resolves.toBe('ServiceUnavailable');
    await expect(answering.logged('DescribeSubnets')).resolves.toMatchObject({ status: 503, answeredBy: 'lab' });
  });

  it('fails when moto does not know the operation, and is not repeated [forward-unknown]', async () => {
    answering.upstream.answerWith(WEB_PAGE);
    const client = new EC2Client({ ...sdkConfiguration(answering.url), maxAttempts: 3 });
    await expect(faultOf(client.send(new DescribeSubnetsCommand({})))).resolves.toBe('NotImplemented');
    expect(answering.upstream.requests).toHaveLength(1);
    const response = await fetch(`${answering.url}/managedresources/x`, { headers: signedFor('arc-zonal-shift') });
    await expect(response.json()).resolves.toMatchObject({ message: expect.stringContaining('arc-zonal-shift GET /managedresources/x') });
  });

  it('fails in the shape of its protocol [fault-shape]', async () => {
    answering.upstream.answerWith(WEB_PAGE);
    const ec2 = await postForm(answering.url, 'ec2', { Action: 'Nothing<>' });
    expect(await ec2.text()).toMatch(/<Response><Errors><Error><Code>NotImplemented<\/Code><Message>.*Nothing&lt;&gt;.*<\/Message><\/Error><\/Errors><RequestID>/);
    const iam = new IAMClient(sdkConfiguration(answering.url));
    await expect(faultOf(iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'x' })))).resolves.toBe('NotImplemented');
    const sqs = new SQSClient(sdkConfiguration(answering.url));
    await expect(faultOf(sqs.send(new GetQueueUrlCommand({ QueueName: 'x' })))).resolves.toBe('NotImplemented');
    const eks = new EKSClient(sdkConfiguration(answering.url));
    await expect(faultOf(eks.send(new DescribeClusterCommand({ name: 'x' })))).resolves.toBe('NotImplemented');
  });

  it('is logged with who answered, and the fault [log-line] [log-fault]', async () => {
    await postJson(answering.url, 'pricing', 'AWSPriceListService.GetProducts', '{"ServiceCode":"AmazonRDS"}');
    await expect(answering.logged('GetProducts')).resolves.toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'pricing',
      action: 'GetProducts',
      status: 400,
      ms: expect.any(Number),
      answeredBy: 'lab',
      note: 'NotFoundException: The rehearsal has prices of AmazonEC2, not of AmazonRDS.',
    });
    answering.upstream.answerWith(EMPTY_XML);
    await postForm(answering.url, 'ec2', { Action: 'DescribeSubnets' });
    await expect(answering.logged('DescribeSubnets')).resolves.toMatchObject({ service: 'ec2', status: 200, answeredBy: 'moto' });
  });

  it('fails with the message of a mistake in the server [fault-internal]', async () => {
    let isBroken = false;
    const prices: PriceTable = {
      ...SMALL_TABLE,
      get instanceTypes() {
        if (isBroken) throw new TypeError('x is not a function');
        return SMALL_TABLE.instanceTypes;
      },
    };
    const server = await startAwsAnswers({ services: [marketOf({ prices, images: imagesOf() })], moto: answering.upstream.url, log: () => undefined });
    isBroken = true;
    const response = await postForm(server.url, 'ec2', { Action: 'DescribeInstanceTypeOfferings' });
    const text = await response.text();
    await server.close();
    expect([response.status, text]).toEqual([500, expect.stringMatching(/<Code>InternalFailure<\/Code>.*x is not a function/)]);
  });
});
