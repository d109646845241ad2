import { runLab } from '../../lib/cli/run-lab';
import { ExitCode } from '../../lib/cli/errors';
import { LabError } from '../../lib/lab-error';
import { fakeHost } from './fake-host';
import { instance, removedLab, sweptLab, volume } from './teardown-fixtures';

describe('lab teardown', () => {
  it('shows the evidence', async () => {
    const host = fakeHost();
    await expect(runLab(['teardown', '--yes'], host)).resolves.toBe(ExitCode.Ok);
    expect(host.stdout.text).toContain('The lab is removed. Nothing of it is left.');
    expect(host.stdout.text).toMatch(/instance +c5a\.2xlarge +Karpenter/);
    expect(host.stdout.text).toMatch(/volume +data, 8 GiB +sweep/);
  });

  it('gives the result as JSON, and hands on its flags', async () => {
    const teardownLab = jest.fn(() => Promise.resolve(removedLab));
    const host = fakeHost({ actions: { teardownLab }, env: { KUBECONFIG: '/tmp/kubeconfig' }, workingDirectory: '/lab' });
    await expect(runLab(['teardown', '--json', '--dry-run', '--timeout', '60'], host)).resolves.toBe(ExitCode.Ok);
    expect(JSON.parse(host.stdout.text)).toEqual(removedLab);
    expect(teardownLab).toHaveBeenCalledWith(expect.objectContaining({ assemblyDirectory: '/lab/cdk.out', kubeconfig: '/tmp/kubeconfig', isDryRun: true, timeoutSeconds: 60 }), expect.objectContaining({ signal: host.signal }));
  });

  it('shows what there is before it asks', async () => {
    const question = jest.fn(() => Promise.resolve(false));
    const host = { ...fakeHost({ actions: { teardownLab: async ({ confirm }) => ({ ...removedLab, outcome: await confirm?.(removedLab.inventory) === true ? 'clean' : 'declined' }) } }), confirm: question };
    await expect(runLab(['teardown'], host)).resolves.toBe(ExitCode.Failed);
    expect(question).toHaveBeenCalledWith('Remove the lab karpenter-lab in account 111122223333, ap-northeast-2: 78 resources, 2 objects in the cluster, 2 other things in AWS?');
    expect(host.stdout.text).toContain('NodePool default');
    expect(host.stdout.text).toContain('karpenter.sh/nodepool=default');
    expect(host.stdout.text).toContain('Nothing was changed.');
  });

  it('says before it asks why it is the guard that drains', async () => {
    const inventory = { ...removedLab.inventory, drainedBy: 'guard' as const, whyNotHere: 'The Kubernetes API does not answer: connect ETIMEDOUT.', objects: [] };
    const question = jest.fn(() => Promise.resolve(false));
    const host = { ...fakeHost({ actions: { teardownLab: async ({ confirm }) => { await confirm?.(inventory); return { ...removedLab, outcome: 'declined' }; } } }), confirm: question };
    await runLab(['teardown'], host);
    expect(host.stdout.text.replaceAll(/\s+/g, ' ')).toContain('The Kubernetes API does not answer: connect ETIMEDOUT. So what runs in the cluster is not listed here: the guard in the stack drains it');
    expect(question).toHaveBeenCalledWith('Remove the lab karpenter-lab in account 111122223333, ap-northeast-2: 78 resources, 2 other things in AWS?');
  });

  it('says what was let go without a Karpenter', async () => {
    const host = fakeHost({ actions: { teardownLab: () => Promise.resolve({ ...removedLab, releasedObjects: ['NodeClaim default-abcde'] }) } });
    await runLab(['teardown', '--yes'], host);
    expect(host.stdout.text.replaceAll(/\s+/g, ' ')).toContain('no instance was left. So these were let go without it: NodeClaim default-abcde.');
  });

  it('says what students had made, in a dry run and at the end', async () => {
    const work = Array.from({ length: 12 }, (_, index) => ({ seat: `student-${String(index + 1).padStart(3, '0')}`, counts: { Deployment: 2, PodDisruptionBudget: 1 } }));
    for (const outcome of ['listed', 'clean'] as const) {
      const host = fakeHost({ actions: { teardownLab: () => Promise.resolve({ ...removedLab, outcome, inventory: { ...removedLab.inventory, studentWork: work } }) } });
      await expect(runLab(['teardown', '--yes'], host)).resolves.toBe(ExitCode.Ok);
      expect(host.stdout.text).toMatch(/In the seats of students -+ 12 seats/);
      expect(host.stdout.text).toContain('student-007 made 2 Deployments and 1 PodDisruptionBudget');
      expect(host.stdout.text).toContain('2 other students made 6 objects');
    }
  });

  it('says beforehand that the results of a class go with the lab, and how to keep them', async () => {
    const withClass = { ...removedLab.inventory, objects: ['Namespace karpenter-lab-class', 'Namespace student-001'] };
    for (const [inventory, isSaid] of [[withClass, true], [removedLab.inventory, false]] as const) {
      const host = fakeHost({ actions: { teardownLab: () => Promise.resolve({ ...removedLab, outcome: 'listed', inventory }) } });
      await runLab(['teardown', '--dry-run'], host);
      expect(host.stdout.text.includes('grade --csv class/grades.csv')).toBe(isSaid);
    }
  });

  it('shows a dry run', async () => {
    const host = fakeHost({ actions: { teardownLab: () => Promise.resolve({ ...removedLab, outcome: 'listed', isBillableLeft: true }) } });
    await expect(runLab(['teardown', '--dry-run'], host)).resolves.toBe(ExitCode.Ok);
    expect(host.stdout.text).toContain('This is what a teardown would remove.');
  });

  it('fails when something billable is left', async () => {
    const left = { ...removedLab, outcome: 'remained' as const, isBillableLeft: true, remaining: [volume], kept: [{ leftover: volume, reason: 'it is in use' }], terminatedInstances: [instance.id] };
    const host = fakeHost({ actions: { teardownLab: () => Promise.resolve(left) } });
    await expect(runLab(['teardown', '--yes'], host)).resolves.toBe(ExitCode.Failed);
    expect(host.stdout.text).toContain('AWS bills for it.');
    expect(host.stdout.text).toMatch(/terminated by their exact\s+tags: i-1\./);
    expect(host.stdout.text).toContain('it is in use');
  });

  it('fails when nobody can be asked', async () => {
    const host = fakeHost({ actions: { teardownLab: async ({ confirm }) => { await confirm?.(removedLab.inventory); return removedLab; } } });
    await expect(runLab(['teardown'], host)).resolves.toBe(ExitCode.Usage);
    expect(host.stderr.text).toContain('ConfirmationMissing');
  });

  it('fails when the timeout is no number', async () => {
    await expect(runLab(['teardown', '--timeout', 'soon'], fakeHost())).resolves.toBe(ExitCode.Usage);
  });
});

describe('lab sweep', () => {
  it('shows the counts', async () => {
    const host = fakeHost();
    await expect(runLab(['sweep', '--yes'], host)).resolves.toBe(ExitCode.Ok);
    expect(host.stdout.text).toContain('Nothing of the lab is left.');
    expect(host.stdout.text).toMatch(/volume +1 +1 +0/);
  });

  it('shows each leftover with its evidence before it asks', async () => {
    const question = jest.fn(() => Promise.resolve(false));
    const host = { ...fakeHost({ actions: { sweepLab: async ({ confirm }) => ({ ...sweptLab, outcome: await confirm?.(sweptLab) === true ? 'clean' : 'declined' }) } }), confirm: question };
    await expect(runLab(['sweep'], host)).resolves.toBe(ExitCode.Failed);
    expect(question).toHaveBeenCalledWith('Remove 1 leftover of the lab karpenter-lab in account 111122223333, ap-northeast-2?');
    expect(host.stdout.text).toContain('KubernetesCluster=karpenter-lab');
    expect(host.stdout.text).toContain('Nothing was changed.');
  });

  it('fails when something billable is left, and when the stack still exists', async () => {
    const left = fakeHost({ actions: { sweepLab: () => Promise.resolve({ ...sweptLab, outcome: 'remained', isBillableLeft: true, remaining: [volume] }) } });
    await expect(runLab(['sweep', '--yes'], left)).resolves.toBe(ExitCode.Failed);
    const refused = fakeHost({ actions: { sweepLab: () => Promise.reject(new LabError({ code: 'StackNotDeleted', message: 'It exists.', remedy: 'Tear it down.' })) } });
    await expect(runLab(['sweep', '--yes'], refused)).resolves.toBe(ExitCode.Failed);
    expect(refused.stderr.text).toContain('Tear it down.');
  });
});
