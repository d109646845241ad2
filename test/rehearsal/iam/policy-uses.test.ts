import { join } from 'node:path';
import { PolicyUses, readPolicyUses } from '../../../lib/rehearsal/iam/policy-uses';
import { temporaryFolder } from '../fake-program';

describe('uses of policies', () => {
  it('are kept with role, policy, statement and action, once a second', () => {
    const file = join(temporaryFolder(), 'uses.jsonl');
    let now = new Date('2026-11-27T04:00:00Z');
    const uses = new PolicyUses(file, () => now);
    const statement = { policy: 'NodeLifecycle', name: 'AllowScopedDeletion' };
    uses.note('Controller', statement, 'ec2:TerminateInstances');
    uses.note('Controller', statement, 'ec2:TerminateInstances');
    uses.note('Controller', statement, 'ec2:DeleteLaunchTemplate');
    now = new Date('2026-11-27T04:00:05Z');
    uses.note('Controller', statement, 'ec2:TerminateInstances');
    expect(readPolicyUses(file).map(({ action, at }) => `${action} ${at}`)).toEqual([
      'ec2:TerminateInstances 2026-11-27T04:00:00.000Z', 'ec2:DeleteLaunchTemplate 2026-11-27T04:00:00.000Z', 'ec2:TerminateInstances 2026-11-27T04:00:05.000Z',
    ]);
    expect(readPolicyUses(file)[0]).toMatchObject({ role: 'Controller', policy: 'NodeLifecycle', statement: 'AllowScopedDeletion' });
  });
});
