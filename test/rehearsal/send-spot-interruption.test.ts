import { createHash } from 'node:crypto';
import { sendSpotInterruption, spotInterruptionWarning } from '../../lib/rehearsal/send-spot-interruption';
import { runContext } from '../../lib/run-context';
import { startStubUpstream, type StubAnswer, type StubUpstream } from './aws-answers/stub-upstream';

/** A queue that takes each message; the SDK compares the checksum. */
const QUEUE: StubAnswer = (request, response) => {
  const { MessageBody = '' } = JSON.parse(request.body) as { readonly MessageBody?: string };
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({
    QueueUrl: 'http://127.0.0.1:1/123456789012/lab',
    MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
  }));
};

const refuseWith = (code: string, operation = ''): StubAnswer => (request, response) => {
  if (!String(request.headers['x-amz-target']).endsWith(operation)) return QUEUE(request, response);
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'refused' }));
};

describe('the interruption of a spot instance', () => {
  let upstream: StubUpstream;
  const send = (account?: string) => sendSpotInterruption({
    endpoint: upstream.url, region: 'ap-northeast-2', account, queueName: 'lab', instanceId: 'i-0123',
  }, runContext());
  const sent = (): Readonly<Record<string, string>> => JSON.parse(upstream.requests[1]?.body ?? '') as Readonly<Record<string, string>>;

  beforeEach(async () => {
    upstream = await startStubUpstream();
    upstream.answerWith(QUEUE);
  });

  afterEach(() => upstream.stop());

  it('is the event that EventBridge passes on', () => {
    expect(spotInterruptionWarning({ id: 'a-b', time: new Date('2026-11-23T18:23:24.567Z'), region: 'ap-northeast-2', account: '123456789012', instanceId: 'i-0123' })).toEqual({
      version: '0',
      id: 'a-b',
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      source: 'aws.ec2',
      account: '123456789012',
      time: '2026-11-23T18:23:24Z',
      region: 'ap-northeast-2',
      resources: ['arn:aws:ec2:ap-northeast-2:123456789012:instance/i-0123'],
      detail: { 'instance-id': 'i-0123', 'instance-action': 'terminate' },
    });
  });

  it('is a message in the queue of that name', async () => {
    await send();
    expect(upstream.requests.map(({ headers }) => headers['x-amz-target'])).toEqual(['AmazonSQS.GetQueueUrl', 'AmazonSQS.SendMessage']);
    const { QueueUrl, MessageBody = '' } = sent();
    expect(QueueUrl).toBe('http://127.0.0.1:1/123456789012/lab');
    expect(JSON.parse(MessageBody)).toMatchObject({ source: 'aws.ec2', account: '123456789012', detail: { 'instance-id': 'i-0123' } });
  });

  it('comes from the account that the lab is bound to', async () => {
    await send('210987654321');
    expect(JSON.parse(sent()['MessageBody'] ?? '')).toMatchObject({
      account: '210987654321', resources: ['arn:aws:ec2:ap-northeast-2:210987654321:instance/i-0123'],
    });
  });

  it('is not sent once the run is interrupted', async () => {
    const run = runContext({ signal: AbortSignal.abort(new Error('Ctrl-C')) });
    const sending = sendSpotInterruption({ endpoint: upstream.url, region: 'ap-northeast-2', queueName: 'lab', instanceId: 'i-0123' }, run);
    await expect(sending).rejects.toThrow('Ctrl-C');
    expect(upstream.requests).toEqual([]);
  });

  it.each(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'])('fails when there is no such queue: %s', async (code) => {
    upstream.answerWith(refuseWith(code));
    await expect(send()).rejects.toMatchObject({ code: 'InterruptionQueueNotFound', received: 'lab' });
  });

  it('fails when the message is refused', async () => {
    upstream.answerWith(refuseWith('InvalidMessageContents', 'SendMessage'));
    await expect(send()).rejects.toMatchObject({ code: 'SpotInterruptionNotSent', received: 'i-0123' });
  });

  it('fails when the queue is not on this machine', async () => {
    await expect(sendSpotInterruption({ endpoint: 'https://sqs.ap-northeast-2.amazonaws.com', region: 'ap-northeast-2', queueName: 'lab', instanceId: 'i-1' }, runContext()))
      .rejects.toMatchObject({ code: 'EndpointNotLocal' });
  });
});
