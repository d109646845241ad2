import {
  ContinueUpdateRollbackCommand, CreateChangeSetCommand, DescribeChangeSetCommand, ExecuteChangeSetCommand, GetTemplateCommand, ListChangeSetsCommand, RollbackStackCommand, UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { JsonObject } from '../../../lib/json';
import { FakeTypes } from './fake-types';
import { PlayedAccount, STACK } from './played-account';

const THING = 'AWS::Test::Thing';
const CHANGE_SET = 'cdk-deploy-change-set';

function thing(properties: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return { Type: THING, Properties: properties, ...more };
}

describe('a stack is updated to another template', () => {
  let fakes: FakeTypes;
  let account: PlayedAccount;
  const created = async (resources: JsonObject): Promise<void> => {
    expect(await account.create({ Resources: resources })).toBe('CREATE_COMPLETE');
    fakes.calls.length = 0;
  };
  const changeSet = async (template: JsonObject, kind: 'CREATE' | 'UPDATE' = 'UPDATE') => {
    const named = { StackName: STACK, ChangeSetName: CHANGE_SET };
    await account.client.send(new CreateChangeSetCommand({ ...named, ChangeSetType: kind, TemplateBody: JSON.stringify(template) }));
    return account.client.send(new DescribeChangeSetCommand(named));
  };

  beforeEach(async () => {
    fakes = new FakeTypes();
    account = await PlayedAccount.start([fakes.of(THING), fakes.of('AWS::Test::Fixed', false)]);
  });

  afterEach(() => account.stop());

  it('what is changed is changed, what is new is made, what is gone is deleted at the end, and the rest is left alone', async () => {
    await created({ Same: thing(), Changed: thing({ Size: 1 }), Gone: thing() });
    expect(await account.update({ Resources: { Same: thing(), Changed: thing({ Size: 2 }), New: thing({ Of: { Ref: 'Changed' } }) } })).toBe('UPDATE_COMPLETE');
    expect(fakes.calls).toEqual(['update Changed', 'create New', 'delete Gone']);
    expect((await account.events()).filter((event) => event.startsWith('lab')).slice(-3)).toEqual([
      'lab UPDATE_IN_PROGRESS (User Initiated)', 'lab UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'lab UPDATE_COMPLETE',
    ]);
  });

  it('what cannot be changed in place is replaced, the new one first, and what refers to it is changed', async () => {
    await created({ Named: thing({ Name: 'a' }), Fixed: { Type: 'AWS::Test::Fixed', Properties: { Size: 1 } }, User: thing({ Of: { Ref: 'Named' } }) });
    expect(await account.update({ Resources: { Named: thing({ Name: 'b' }), Fixed: { Type: 'AWS::Test::Fixed', Properties: { Size: 2 } }, User: thing({ Of: { Ref: 'Named' } }) } })).toBe('UPDATE_COMPLETE');
    expect(fakes.calls.slice(0, 3).toSorted()).toEqual(['create Fixed', 'create Named', 'update User']);
    expect(fakes.calls.slice(3).toSorted()).toEqual(['delete Fixed', 'delete Named']);
    const deleted = fakes.requests.slice(-2).map(({ physicalId }) => physicalId);
    expect(deleted.toSorted()).toEqual(['Fixed-2', 'Named-1']);
    expect(await account.events()).toContain('Named UPDATE_IN_PROGRESS (Requested update requires the creation of a new physical resource; hence creating one.)');
  });

  it('but what is replaced stays where the template retains it', async () => {
    await created({ Named: thing({ Name: 'a' }, { UpdateReplacePolicy: 'Retain' }) });
    await account.update({ Resources: { Named: thing({ Name: 'b' }, { UpdateReplacePolicy: 'Retain' }) } });
    expect(fakes.calls).toEqual(['create Named']);
    expect(await account.events()).toContain('Named DELETE_SKIPPED');
  });

  it('fails when a change fails: everything is again as it was', async () => {
    await created({ A: thing({ Size: 1 }), Named: thing({ Name: 'a' }), Fails: thing({ Size: 1 }) });
    fakes.failures.set('update Fails', new Error('refused'));
    const wanted = { A: thing({ Size: 2 }), Named: thing({ Name: 'b' }), New: thing(), Fails: thing({ Size: 2 }, { DependsOn: ['A', 'Named', 'New'] }) };
    expect(await account.update({ Resources: wanted })).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(fakes.calls.slice(3).toSorted()).toEqual(['delete Named', 'delete New', 'update A', 'update Fails', 'update Fails']);
    expect(fakes.requests.filter(({ logicalId }) => logicalId === 'A').at(-1)?.properties).toEqual({ Size: 1 });
    expect(fakes.requests.filter(({ logicalId }) => logicalId === 'Named').at(-1)?.physicalId).toBe('Named-4');
    expect((await account.events()).filter((event) => event.startsWith('lab')).slice(-4)).toEqual([
      'lab UPDATE_IN_PROGRESS (User Initiated)', 'lab UPDATE_ROLLBACK_IN_PROGRESS (The following resource(s) failed to update: [Fails].)',
      'lab UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'lab UPDATE_ROLLBACK_COMPLETE',
    ]);
    const { TemplateBody = '' } = await account.client.send(new GetTemplateCommand({ StackName: STACK }));
    expect(TemplateBody).not.toContain('New');
  });

  it('fails when the way back fails as well, until somebody lets it go on', async () => {
    await created({ A: thing({ Size: 1 }), Fails: thing({ Size: 1 }, { DependsOn: 'A' }) });
    fakes.failures.set('update Fails', new Error('refused'));
    fakes.onDone = () => void fakes.failures.set('update A', new Error('refused as well'));
    expect(await account.update({ Resources: { A: thing({ Size: 2 }), Fails: thing({ Size: 2 }, { DependsOn: 'A' }) } })).toBe('UPDATE_ROLLBACK_FAILED');
    fakes.onDone = () => undefined;
    await account.client.send(new ContinueUpdateRollbackCommand({ StackName: STACK }));
    expect(await account.untilStill()).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('a change set says what becomes of each resource before anything is changed', async () => {
    await created({ Changed: thing({ Size: 1 }), Named: thing({ Name: 'a' }), User: { Type: 'AWS::Test::Fixed', Properties: { Of: { Ref: 'Named' } } }, Gone: thing() });
    const { Changes = [], Status } = await changeSet({
      Resources: { Changed: thing({ Size: 2 }), Named: thing({ Name: 'b' }), User: { Type: 'AWS::Test::Fixed', Properties: { Of: { Ref: 'Named' } } }, New: thing() },
    });
    expect(Status).toBe('CREATE_COMPLETE');
    expect(Changes.map(({ ResourceChange: change }) => [change?.Action, change?.LogicalResourceId, change?.Replacement, change?.PolicyAction])).toEqual([
      ['Modify', 'Changed', 'False', undefined], ['Modify', 'Named', 'True', 'ReplaceAndDelete'], ['Modify', 'User', 'Conditional', undefined], ['Add', 'New', undefined, undefined],
      ['Remove', 'Gone', undefined, 'Delete'],
    ]);
    expect(fakes.calls).toEqual([]);
    await account.client.send(new ExecuteChangeSetCommand({ StackName: STACK, ChangeSetName: CHANGE_SET }));
    expect(await account.untilStill()).toBe('UPDATE_COMPLETE');
    const { Summaries = [] } = await account.client.send(new ListChangeSetsCommand({ StackName: STACK }));
    expect(Summaries).toEqual([expect.objectContaining({ ChangeSetName: CHANGE_SET, ExecutionStatus: 'EXECUTE_COMPLETE' })]);
  });

  it('fails when a change set changes nothing: it cannot be executed', async () => {
    await created({ A: thing() });
    expect(await changeSet({ Resources: { A: thing() } })).toMatchObject({
      Status: 'FAILED', StatusReason: 'The submitted information didn\'t contain changes. Submit different information to create a change set.', ExecutionStatus: 'UNAVAILABLE',
    });
    await expect(account.client.send(new ExecuteChangeSetCommand({ StackName: STACK, ChangeSetName: CHANGE_SET }))).rejects.toMatchObject({ name: 'InvalidChangeSetStatusException' });
    await expect(account.client.send(new UpdateStackCommand({ StackName: STACK, UsePreviousTemplate: true }))).rejects.toThrow('No updates are to be performed.');
    await expect(account.client.send(new DescribeChangeSetCommand({ StackName: STACK, ChangeSetName: 'other' }))).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
  });

  it('a changed tag of the stack is put onto everything that takes it', async () => {
    await created({ A: thing(), Fixed: { Type: 'AWS::Test::Fixed' } });
    expect(await account.update({ Resources: { A: thing(), Fixed: { Type: 'AWS::Test::Fixed' } } }, { Tags: [{ Key: 'class', Value: 'b' }] })).toBe('UPDATE_COMPLETE');
    expect(fakes.calls).toEqual(['update A']);
    expect(fakes.requests.at(-1)?.stack.tags).toEqual({ class: 'b' });
  });

  it('a new output alone is a change', async () => {
    await created({ A: thing() });
    expect(await account.deploy('UPDATE', { Resources: { A: thing() }, Outputs: { Id: { Value: { Ref: 'A' } } } })).toBe('UPDATE_COMPLETE');
    expect(fakes.calls).toEqual([]);
    expect((await account.described())?.Outputs).toEqual([expect.objectContaining({ OutputKey: 'Id', OutputValue: 'A-1' })]);
  });

  it('a stack that stopped half made is gone on with: what stands stays, and what failed is made anew', async () => {
    const resources = { A: thing(), Fails: thing({ Of: { Ref: 'A' } }), Last: thing({ Of: { Ref: 'Fails' } }) };
    fakes.lateFailures.set('create Fails', new Error('refused'));
    expect(await account.deploy('CREATE', { Resources: resources }, true)).toBe('CREATE_FAILED');
    await expect(account.deploy('UPDATE', { Resources: resources })).rejects.toThrow('please use the disable-rollback parameter');
    fakes.calls.length = 0;
    await account.client.send(new ExecuteChangeSetCommand({ StackName: STACK, ChangeSetName: CHANGE_SET, DisableRollback: true }));
    expect(await account.untilStill()).toBe('UPDATE_COMPLETE');
    expect(fakes.calls).toEqual(['delete Fails', 'create Fails', 'create Last']);
  });

  it('fails when a stack is gone on with and a resource would be replaced: that needs a rollback', async () => {
    fakes.failures.set('create Fails', new Error('refused'));
    await account.create({ Resources: { Named: thing({ Name: 'a' }), Fails: thing() } }, { DisableRollback: true });
    expect(await account.update({ Resources: { Named: thing({ Name: 'b' }), Fails: thing() } }, { DisableRollback: true })).toBe('UPDATE_FAILED');
    expect((await account.events()).find((event) => event.startsWith('Named UPDATE_FAILED'))).toContain('Replacement type updates not supported on stack with disable-rollback.');
  });

  it('a stack that stopped half made can be rolled back, which leaves nothing', async () => {
    fakes.failures.set('create Fails', new Error('refused'));
    await account.create({ Resources: { A: thing(), Fails: thing() } }, { DisableRollback: true });
    await account.client.send(new RollbackStackCommand({ StackName: STACK }));
    expect(await account.untilStill()).toBe('ROLLBACK_COMPLETE');
    expect(fakes.calls.at(-1)).toBe('delete A');
    await expect(account.update({ Resources: { A: thing() } })).rejects.toThrow(/is in ROLLBACK_COMPLETE state and can not be updated/);
  });
});
