import { DeleteStackCommand, DescribeStackResourcesCommand, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import type { JsonObject } from '../../../lib/json';
import { FakeTypes } from './fake-types';
import { PlayedAccount, STACK } from './played-account';

const THING = 'AWS::Test::Thing';

/** A resource that refers to others. */
function thing(refersTo: readonly string[] = [], more: JsonObject = {}): JsonObject {
  return { Type: THING, Properties: { Of: refersTo.map((id) => ({ Ref: id })) }, ...more };
}

const ENDLESS = new Promise<void>(() => undefined);

/** Waits until all of these calls have begun. */
async function allOf(fakes: FakeTypes, calls: readonly string[]): Promise<void> {
  while (!calls.every((call) => fakes.calls.includes(call))) await new Promise((wake) => setTimeout(wake, 5));
}

describe('a stack is made in the order of its dependencies, and deleted in the reverse', () => {
  let fakes: FakeTypes;
  let account: PlayedAccount;

  beforeEach(async () => {
    fakes = new FakeTypes();
    account = await PlayedAccount.start([fakes.of(THING)]);
  });

  afterEach(() => account.stop());

  it('each resource after what it refers to, with the ids that those got', async () => {
    const resources = { C: thing(['B']), B: { Type: THING, DependsOn: ['A'], Properties: { Attribute: { 'Fn::GetAtt': ['A', 'Arn'] } } }, A: thing() };
    expect(await account.create({ Resources: resources })).toBe('CREATE_COMPLETE');
    expect(fakes.calls).toEqual(['create A', 'create B', 'create C']);
    expect(fakes.requests.map(({ properties }) => properties)).toEqual([{ Of: [] }, { Attribute: 'A-1.Arn' }, { Of: ['B-2'] }]);
    expect(await account.events()).toEqual([
      'lab CREATE_IN_PROGRESS (User Initiated)',
      ...['A', 'B', 'C'].flatMap((id) => [`${id} CREATE_IN_PROGRESS`, `${id} CREATE_IN_PROGRESS (Resource creation Initiated)`, `${id} CREATE_COMPLETE`]),
      'lab CREATE_COMPLETE',
    ]);
    const id = await account.stackId();
    fakes.calls.length = 0;
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    expect(fakes.calls).toEqual(['delete C', 'delete B', 'delete A']);
    await expect(account.described()).rejects.toThrow('Stack with id lab does not exist');
    expect((await account.events(id)).slice(-3)).toEqual(['A DELETE_IN_PROGRESS', 'A DELETE_COMPLETE', 'lab DELETE_COMPLETE']);
  });

  it('side by side what does not depend on each other, both ways', async () => {
    for (const verb of ['create', 'delete']) {
      const both = [`${verb} A`, `${verb} B`];
      // Each ends only once the other has begun.
      for (const call of both) fakes.waits.set(call, allOf(fakes, both));
    }
    expect(await account.create({ Resources: { A: thing(), B: thing() } })).toBe('CREATE_COMPLETE');
    expect(await account.delete()).toBe('DELETE_COMPLETE');
  });

  it('fails when a resource fails: what was made is deleted again, what was under way is cancelled, and the cause is found', async () => {
    fakes.waits.set('create Slow', ENDLESS);
    fakes.waits.set('create Fails', new Promise((wake) => setTimeout(wake, 30)));
    fakes.lateFailures.set('create Fails', new Error('in the words of CloudFormation: "no such role"', { cause: new Error('no such role') }));
    const resources = { A: thing(), Slow: thing(['A']), Fails: thing(['A']), Never: thing(['Slow', 'Fails']) };
    expect(await account.create({ Resources: resources })).toBe('ROLLBACK_COMPLETE');
    const events = await account.events();
    expect(events).toContain('Slow CREATE_FAILED (Resource creation cancelled)');
    expect(events).toContain('lab ROLLBACK_IN_PROGRESS (The following resource(s) failed to create: [Slow, Fails]. Rollback requested by user.)');
    expect(events).toContain('Fails CREATE_FAILED (in the words of CloudFormation: "no such role")');
    expect(events.some((event) => event.startsWith('Never'))).toBe(false);
    expect(fakes.calls.filter((call) => call.startsWith('delete')).toSorted()).toEqual(['delete A', 'delete Fails', 'delete Slow']);
    expect(fakes.calls.at(-1)).toBe('delete A');
    expect(account.findings).toEqual([expect.objectContaining({ kind: 'resource-failed', resource: `Fails (${THING})`, expected: 'CloudFormation creates it', found: 'no such role' })]);
    expect(await account.delete()).toBe('DELETE_COMPLETE');
  });

  it('fails when a resource fails before it has an id: there is nothing to delete', async () => {
    fakes.failures.set('create A', new Error('refused'));
    expect(await account.create({ Resources: { A: thing() } })).toBe('ROLLBACK_COMPLETE');
    expect(fakes.calls).toEqual(['create A']);
  });

  it('fails when an attribute does not exist: CloudFormation says which', async () => {
    const plain = { ...fakes.of('AWS::Test::Plain'), create: () => Promise.resolve({ physicalId: 'p', attributes: {} }) };
    await account.stop();
    account = await PlayedAccount.start([plain, fakes.of(THING)]);
    const reads = { Type: THING, Properties: { Attribute: { 'Fn::GetAtt': ['P', 'Arn'] } } };
    expect(await account.create({ Resources: { P: { Type: 'AWS::Test::Plain' }, A: reads } })).toBe('ROLLBACK_COMPLETE');
    expect((await account.events()).find((event) => event.startsWith('A CREATE_FAILED'))).toContain('Requested attribute Arn does not exist on P');
  });

  it('fails without rollback: every other path goes on, and the stack stays half made', async () => {
    fakes.failures.set('create A', new Error('refused'));
    expect(await account.create({ Resources: { A: thing(), AfterA: thing(['A']), B: thing(), C: thing(['B']) } }, { DisableRollback: true })).toBe('CREATE_FAILED');
    expect(fakes.calls).toEqual(['create A', 'create B', 'create C']);
    expect((await account.described())?.StackStatusReason).toBe('The following resource(s) failed to create: [A].');
  });

  it('fails when something cannot be deleted: what it needs stays, all else goes, and the next deletion goes on', async () => {
    await account.create({ Resources: { A: thing(), B: thing(['A']), C: thing() } });
    const id = await account.stackId();
    fakes.failures.set('delete B', new Error('still in use'));
    expect(await account.delete()).toBe('DELETE_FAILED');
    expect((await account.described())?.StackStatusReason).toBe('The following resource(s) failed to delete: [B].');
    expect(fakes.calls.slice(3).toSorted()).toEqual(['delete B', 'delete C']);
    expect(account.findings).toEqual([expect.objectContaining({ resource: `B (${THING})`, expected: 'CloudFormation deletes it', found: 'still in use' })]);
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    expect(fakes.calls.slice(5)).toEqual(['delete B', 'delete A']);
    expect((await account.events(id)).filter((event) => event.startsWith('lab DELETE'))).toHaveLength(4);
  });

  it('again and again for a while, what something else still holds', async () => {
    await account.create({ Resources: { A: thing() } });
    const held = (): Error => Object.assign(new Error('has dependencies'), { name: 'DependencyViolation' });
    fakes.failures.set('delete A', held());
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    expect(fakes.calls).toEqual(['create A', 'delete A', 'delete A']);
  });

  it('but for what is to be retained', async () => {
    await account.create({ Resources: { A: thing([], { DeletionPolicy: 'Retain' }), B: thing() } });
    const id = await account.stackId();
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    expect(fakes.calls).not.toContain('delete A');
    expect(await account.events(id)).toContain('A DELETE_SKIPPED');
  });

  it('from where it stands, when it is deleted while it is being made', async () => {
    fakes.waits.set('create B', ENDLESS);
    const created = account.create({ Resources: { A: thing(), B: thing(['A']), C: thing(['B']) } });
    await allOf(fakes, ['create B']);
    const id = await account.stackId();
    await account.client.send(new DeleteStackCommand({ StackName: STACK }));
    await account.client.send(new DeleteStackCommand({ StackName: STACK }));
    expect(await account.untilStill(id)).toBe('DELETE_COMPLETE');
    await created.catch(() => undefined);
    expect(fakes.calls).toEqual(['create A', 'create B', 'delete B', 'delete A']);
    expect((await account.events(id)).filter((event) => /^lab|cancelled/.test(event))).toEqual([
      'lab CREATE_IN_PROGRESS (User Initiated)', 'lab DELETE_IN_PROGRESS (User Initiated)', 'B CREATE_FAILED (Resource creation cancelled)', 'lab DELETE_COMPLETE',
    ]);
  });

  it('with the keys of the role that was passed, which the stack keeps', async () => {
    const role = 'arn:aws:iam::123456789012:role/cdk-exec';
    await account.create({ Resources: { A: thing() } }, { RoleARN: role });
    expect(account.assumed).toEqual([role]);
    expect(fakes.requests[0]?.credentials).toMatchObject({ accessKeyId: 'ASIAROLE', sessionToken: 'role' });
    await account.delete();
    expect(fakes.requests[1]?.credentials).toMatchObject({ accessKeyId: 'ASIAROLE' });
    await expect(account.create({ Resources: { A: thing() } }, { RoleARN: 'arn:aws:iam::123456789012:role/stranger' })).rejects.toThrow('is invalid or cannot be assumed');
  });

  it('with its tags, its outputs and its resources to be read', async () => {
    await account.create({
      Resources: { A: thing() }, Outputs: { Id: { Value: { 'Fn::Sub': 'id:${A}' }, Description: 'which' } },
    }, { Tags: [{ Key: 'lab', Value: 'yes' }] });
    expect(await account.described()).toMatchObject({ Outputs: [{ OutputKey: 'Id', OutputValue: 'id:A-1', Description: 'which' }], Tags: [{ Key: 'lab', Value: 'yes' }] });
    expect(fakes.requests[0]?.stack).toMatchObject({ name: STACK, tags: { lab: 'yes' }, partition: 'aws' });
    const { StackResources = [] } = await account.client.send(new DescribeStackResourcesCommand({ StackName: STACK }));
    expect(StackResources).toEqual([expect.objectContaining({ LogicalResourceId: 'A', PhysicalResourceId: 'A-1', ResourceStatus: 'CREATE_COMPLETE' })]);
    await account.delete();
    const { StackSummaries = [] } = await account.client.send(new ListStacksCommand({}));
    expect(StackSummaries).toEqual([expect.objectContaining({ StackName: STACK, StackStatus: 'DELETE_COMPLETE' })]);
  });
});
