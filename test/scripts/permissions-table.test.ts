import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PolicyUse } from '../../lib/rehearsal/iam/policy-uses';
import { controllerStatements, permissionsDocument } from '../../scripts/permissions-table';
import { synthLab } from '../support/synth-lab';

const use = (statement: string, action: string): PolicyUse => ({ role: 'Controller', policy: 'Lifecycle', statement, action, at: '' });

describe('the table of Karpenter\'s permissions', () => {
  it('names the first part that needs a statement, what of it nobody asked for, and the statements that nothing needs', () => {
    const text = permissionsDocument([
      { policy: 'Lifecycle', statement: 'AllowLaunch', actions: ['ec2:CreateFleet', 'ec2:RunInstances'] },
      { policy: 'Lifecycle', statement: 'AllowDeletion', actions: ['ec2:TerminateInstances'] },
      { policy: 'Shift', statement: 'AllowShift', actions: ['arc-zonal-shift:GetManagedResource'] },
    ], [
      { name: 'the exercise', uses: [use('AllowLaunch', 'ec2:CreateFleet')] },
      { name: 'the drill consolidation', uses: [use('AllowLaunch', 'ec2:CreateFleet'), use('AllowDeletion', 'ec2:terminateinstances')] },
    ], '1.14.3');
    expect(text).toContain('| Lifecycle | AllowLaunch | the exercise | `ec2:RunInstances` |\n| Lifecycle | AllowDeletion | the drill consolidation |  |\n');
    expect(text).toMatch(/## Needed by nothing that is played\n\n- AllowShift of Shift: `arc-zonal-shift:GetManagedResource`\n$/);
  });

  it('has every statement of the lab\'s template, and no other', async () => {
    const document = readFileSync(resolve(__dirname, '../../docs/controller-permissions.md'), 'utf8');
    const inDocument = [...document.matchAll(/^\| (\S+) \| (\S+) \| (?!---)/gm)].map(([, policy, statement]) => `${policy} ${statement}`).filter((row) => row !== 'Policy Statement');
    const without = [...document.matchAll(/^- (\S+) of (\S+):/gm)].map(([, statement, policy]) => `${policy} ${statement}`);
    const { synthesized } = await synthLab();
    expect([...inDocument, ...without].toSorted()).toEqual(controllerStatements(synthesized).map(({ policy, statement }) => `${policy} ${statement}`).toSorted());
  });
});
