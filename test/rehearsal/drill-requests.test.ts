import { interruptSpotInstance, setCapacityShortages } from '../../lib/rehearsal/drill-requests';
import { runContext } from '../../lib/run-context';
import { startStubUpstream, type StubUpstream } from './aws-answers/stub-upstream';

describe('what a drill tells a rehearsed account', () => {
  let account: StubUpstream;

  beforeEach(async () => {
    account = await startStubUpstream();
    account.answerWith((_request, response) => response.writeHead(200).end('{}'));
  });

  afterEach(() => account.stop());

  it('is a request to a path of the account', async () => {
    await setCapacityShortages(account.url, [{ instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2a' }], runContext());
    await interruptSpotInstance(account.url, { instanceId: 'i-1' }, runContext());
    expect(account.requests.map(({ method, target, body }) => [method, target, body])).toEqual([
      ['PUT', '/rehearsal/capacity-shortages', '[{"instanceType":"c5a.2xlarge","zone":"ap-northeast-2a"}]'],
      ['POST', '/rehearsal/spot-interruptions', '{"instanceId":"i-1"}'],
    ]);
  });

  it('fails when the account refuses it, with its words', async () => {
    account.answerWith((_request, response) => response.writeHead(400).end('{"message":"The instance ID \'i-1\' does not exist"}'));
    await expect(interruptSpotInstance(account.url, { instanceId: 'i-1' }, runContext()))
      .rejects.toMatchObject({ code: 'RehearsedEventRefused', message: 'The rehearsed account does not play this: The instance ID \'i-1\' does not exist.', received: '{"instanceId":"i-1"}' });
  });

  it('fails when the account is not on this machine, or does not answer', async () => {
    await expect(setCapacityShortages('https://ec2.ap-northeast-2.amazonaws.com', [], runContext())).rejects.toMatchObject({ code: 'EndpointNotLocal' });
    await expect(setCapacityShortages('http://127.0.0.1:1', [], runContext())).rejects.toMatchObject({ code: 'RehearsedEventRefused' });
  });
});
