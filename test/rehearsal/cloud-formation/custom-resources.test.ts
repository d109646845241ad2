import { isJsonObject, type JsonObject, objectAt, textAt } from '../../../lib/json';
import { FakeTypes } from './fake-types';
import { PlayedAccount } from './played-account';

const FUNCTION = 'arn:aws:lambda:ap-northeast-2:123456789012:function:handler';
/** AWS seconds that pass in a real second here: the hour of a custom resource in 1.8 s. */
const COMPRESSION = 2000;

/** Puts the answer of a function to the URL of its event, as the CDK's provider framework does. */
async function answer(event: JsonObject, fields: JsonObject): Promise<number> {
  const body = JSON.stringify({ StackId: event['StackId'] ?? '', RequestId: event['RequestId'] ?? '', LogicalResourceId: event['LogicalResourceId'] ?? '', ...fields });
  const { status } = await fetch(textAt(event, 'ResponseURL') ?? '', { method: 'PUT', headers: { 'content-type': '' }, body });
  return status;
}

function custom(properties: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return { Type: 'Custom::Thing', Properties: { ServiceToken: FUNCTION, ...properties }, ...more };
}

describe('a custom resource is made by its function', () => {
  let fakes: FakeTypes;
  let account: PlayedAccount;
  const success = (event: JsonObject): Promise<number> => answer(event, { Status: 'SUCCESS', PhysicalResourceId: `made-${account.invocations.length}`, Data: { Out: 'put' } });
  const kinds = (): readonly (string | undefined)[] => account.invocations.map((event) => textAt(event, 'RequestType'));

  beforeEach(async () => {
    fakes = new FakeTypes();
    account = await PlayedAccount.start([fakes.of('AWS::Test::Thing')], { compression: COMPRESSION });
    account.onInvoke = (event) => void success(event);
  });

  afterEach(() => account.stop());

  it('with an event as CloudFormation sends it, in which everything is text', async () => {
    expect(await account.create({ Resources: { C: custom({ Wait: true, Count: 3, List: [1, { Deep: false }] }), After: { Type: 'AWS::Test::Thing', Properties: { Out: { 'Fn::GetAtt': ['C', 'Out'] }, Ref: { Ref: 'C' } } } } })).toBe('CREATE_COMPLETE');
    const [event = {}] = account.invocations;
    expect(event).toEqual({
      RequestType: 'Create', ServiceToken: FUNCTION, StackId: await account.stackId(), LogicalResourceId: 'C', ResourceType: 'Custom::Thing',
      RequestId: expect.any(String), ResponseURL: expect.stringContaining(account.endpoint),
      ResourceProperties: { ServiceToken: FUNCTION, Wait: 'true', Count: '3', List: ['1', { Deep: 'false' }] },
    });
    expect(fakes.requests[0]?.properties).toEqual({ Out: 'put', Ref: 'made-1' });
  });

  it('changed and deleted by it, under the id that it gave; another id means that the old one is deleted', async () => {
    await account.create({ Resources: { C: custom({ Size: 1 }) } });
    expect(await account.update({ Resources: { C: custom({ Size: 2 }) } })).toBe('UPDATE_COMPLETE');
    expect(kinds()).toEqual(['Create', 'Update', 'Delete']);
    expect(account.invocations[1]).toMatchObject({ PhysicalResourceId: 'made-1', OldResourceProperties: { Size: '1' }, ResourceProperties: { Size: '2' } });
    expect(account.invocations[2]).toMatchObject({ PhysicalResourceId: 'made-1', ResourceProperties: { Size: '1' } });
    await account.delete();
    expect(account.invocations[3]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: 'made-2', ResourceProperties: { Size: '2' } });
  });

  it('fails when the function says so, and what it made is deleted by the id that it gave', async () => {
    account.onInvoke = (event) => void (textAt(event, 'RequestType') === 'Create' ? answer(event, { Status: 'FAILED', Reason: 'no chart', PhysicalResourceId: 'half' }) : success(event));
    expect(await account.create({ Resources: { C: custom() } })).toBe('ROLLBACK_COMPLETE');
    expect((await account.events()).find((event) => event.startsWith('C CREATE_FAILED'))).toMatch(/Received response status \[FAILED\] from custom resource. Message returned: no chart \(RequestId: /);
    expect(account.invocations[1]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: 'half' });
  });

  it('fails when no answer comes in its time, and is deleted by an id that CloudFormation made up', async () => {
    account.onInvoke = (event) => void (textAt(event, 'RequestType') === 'Create' ? undefined : success(event));
    const began = performance.now();
    expect(await account.create({ Resources: { C: custom({ ServiceTimeout: '600' }) } })).toBe('ROLLBACK_COMPLETE');
    expect(performance.now() - began).toBeGreaterThanOrEqual(300);
    const [event = {}] = account.invocations;
    expect((await account.events()).find((line) => line.startsWith('C CREATE_FAILED'))).toContain(`CloudFormation did not receive a response from your custom resource. Please check your logs for requestId [${textAt(event, 'RequestId')}]`);
    expect(account.invocations[1]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: expect.stringMatching(/^lab-C-\w{12}$/) });
    // An answer that comes too late changes nothing.
    expect(await answer(event, { Status: 'SUCCESS', PhysicalResourceId: 'late' })).toBe(403);
  });

  it('fails when the function cannot be invoked: nothing is there to delete', async () => {
    expect(await account.create({ Resources: { C: custom({ ServiceToken: `${FUNCTION}-missing` }) } })).toBe('ROLLBACK_COMPLETE');
    expect((await account.events()).find((line) => line.startsWith('C CREATE_FAILED'))).toContain('Function not found');
    expect(account.invocations).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['has no id', { Status: 'SUCCESS' }, 'Invalid PhysicalResourceId'],
    ['is too long', { Status: 'SUCCESS', PhysicalResourceId: 'x', Data: { Long: 'x'.repeat(5000) } }, 'Response object is too long.'],
  ])('fails when the answer %s', async (_name, fields, reason) => {
    account.onInvoke = (event) => void (textAt(event, 'RequestType') === 'Create' ? answer(event, fields) : success(event));
    expect(await account.create({ Resources: { C: custom() } })).toBe('ROLLBACK_COMPLETE');
    expect((await account.events()).find((line) => line.startsWith('C CREATE_FAILED'))).toContain(reason);
  });

  it('fails when something else fails meanwhile: its function is asked to delete it at once', async () => {
    fakes.waits.set('create Fails', new Promise<void>((wake) => {
      account.onInvoke = (event) => void (textAt(event, 'RequestType') === 'Create' ? wake() : success(event));
    }));
    fakes.lateFailures.set('create Fails', new Error('refused'));
    expect(await account.create({ Resources: { C: custom(), Fails: { Type: 'AWS::Test::Thing' } } })).toBe('ROLLBACK_COMPLETE');
    expect(await account.events()).toContain('C CREATE_FAILED (Resource creation cancelled)');
    expect(kinds()).toEqual(['Create', 'Delete']);
  });

  it('fails to be deleted when its function does not answer: the stack stays, and its deletion can be asked for again', async () => {
    await account.create({ Resources: { C: custom({ ServiceTimeout: 200 }) } });
    account.onInvoke = () => undefined;
    expect(await account.delete()).toBe('DELETE_FAILED');
    account.onInvoke = (event) => void success(event);
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    expect(isJsonObject(objectAt(account.invocations.at(-1), 'ResourceProperties'))).toBe(true);
  });
});
