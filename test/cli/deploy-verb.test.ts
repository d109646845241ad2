import type { DeployOptions } from '../../lib/deploy/deploy';
import type { SynthesizeOptions } from '../../lib/assembly/synthesize';
import { runLab } from '../../lib/cli/run-lab';
import { createdLab, newTarget } from './deploy-fixtures';
import { fakeHost, type FakeHostOptions } from './fake-host';
import { classPlan, seoulPlan } from './plan-result-fixture';
import { unreadyAccount } from './preflight-fixtures';

describe('lab deploy', () => {
  const deployed: Omit<DeployOptions, 'env'>[] = [];
  const synthesized: SynthesizeOptions[] = [];
  const hostOf = (actions: FakeHostOptions['actions'] = {}, answer?: boolean) => {
    const questions: string[] = [];
    const host = fakeHost({
      actions: {
        deploy: (options) => { deployed.push(options); return Promise.resolve(createdLab); },
        synthesize: (options) => { synthesized.push(options); return Promise.resolve(); },
        ...actions,
      },
    });
    const confirm = (question: string) => { questions.push(question); return Promise.resolve(answer ?? false); };
    return { ...host, questions, ...(answer !== undefined && { confirm }) };
  };

  beforeEach(() => {
    deployed.length = 0;
    synthesized.length = 0;
  });

  it('synthesizes, shows what it will do, what it costs and who may reach it, asks, and ends with the access lines', async () => {
    const host = hostOf({}, true);
    await expect(runLab(['deploy'], host)).resolves.toBe(0);
    expect(synthesized).toMatchObject([{ context: {} }]);
    expect(host.questions).toEqual([expect.stringMatching(/^Deploy karpenter-lab in account 111122223333, ap-northeast-2 \(0\.\d+ USD\/h until it is removed\)\?$/)]);
    for (const words of ['account 111122223333', 'Costs', 'Kubernetes API', 'Cluster admins', 'karpenter-lab is created, in 14 min', 'aws eks update-kubeconfig', 'export KARPENTER_NAMESPACE=kube-system']) {
      expect(host.stdout.text).toContain(words);
    }
  });

  it('says before it asks what a class comes to cost with all seats scaled out, and what caps that', async () => {
    const host = hostOf({ plan: () => Promise.resolve(classPlan) }, true);
    await expect(runLab(['deploy'], host)).resolves.toBe(0);
    expect(host.questions).toEqual([expect.stringContaining('(0.273 USD/h until it is removed, up to 11.014 USD/h with all 30 seats scaled out)?')]);
    const text = host.stdout.text.replaceAll(/\s+/g, ' ');
    expect(text).toContain('30 seats, all scaled out: 31 nodes, 252 vCPUs, 11.014 USD/h, 0.367 USD/h for each student');
    expect(text).toContain('at most, by NodePool: default 100, class 480 and class-options 480.');
  });

  it('says nothing of seats where there are none', async () => {
    const host = hostOf({}, true);
    await runLab(['deploy'], host);
    expect(`${host.stdout.text}${host.questions.join('')}`).not.toMatch(/seat|Capped by/);
  });

  const warned = (code: string) => ({ plan: () => Promise.resolve({ ...seoulPlan, warnings: [{ code, message: 'The deadline.', remedy: 'Set expiresAt.' }] }) });

  it('fails when the deadline has passed, before anybody is asked', async () => {
    const host = hostOf(warned('ExpiryPassed'), true);
    await expect(runLab(['deploy', '--yes'], host)).resolves.toBe(2);
    expect(host.stderr.text).toContain('Error ExpiryPassed');
    expect([host.questions, deployed]).toEqual([[], []]);
  });

  it('says so when the deadline comes before the end of the class', async () => {
    const host = hostOf(warned('ExpirySoon'), true);
    await expect(runLab(['deploy'], host)).resolves.toBe(0);
    expect(host.stderr.text).toContain('Set expiresAt.');
  });

  it.each(['KarpenterVersionUntested', 'RosterMissing', 'RosterRefused', 'RosterUnreadable', 'SeatWithoutNode'])('says %s before the question', async (code) => {
    const host = hostOf(warned(code), true);
    await expect(runLab(['deploy'], host)).resolves.toBe(0);
    expect(host.stderr.text).toContain('Set expiresAt.');
  });

  it('takes overrides, and an assembly as it is', async () => {
    await runLab(['deploy', '--yes', '-c', 'clusterName=mine'], hostOf());
    expect(synthesized).toMatchObject([{ context: { clusterName: 'mine' } }]);
    await runLab(['deploy', '--yes', '--assembly', 'out'], hostOf());
    expect(synthesized).toHaveLength(1);
    expect(deployed[1]?.assemblyDirectory).toMatch(/\/out$/);
  });

  it('keeps what was made where that is asked for, and says what it goes on from', async () => {
    const host = hostOf({ deploymentTarget: () => Promise.resolve({ ...newTarget, mode: 'update', keptStatus: 'CREATE_FAILED' }) });
    await runLab(['deploy', '--yes', '--keep-failed'], host);
    expect(deployed).toMatchObject([{ keepFailed: true }]);
    expect(host.stdout.text).toMatch(/Goes on from\s+CREATE_FAILED: what the failed deployment made stays/);
  });

  it('tells what is to be known before a lab is changed, before it asks', async () => {
    const warnings = [{ code: 'ExerciseNamespaceChanged', message: 'The exercise moves.', remedy: 'Set it back.' }];
    const host = hostOf({ deploymentTarget: () => Promise.resolve({ ...newTarget, mode: 'update', warnings }) }, false);
    await runLab(['deploy'], host);
    expect(host.stderr.text).toContain('The exercise moves. Set it back.');
    expect(deployed).toEqual([]);
  });

  it('does nothing when the answer is no', async () => {
    const host = hostOf({}, false);
    await expect(runLab(['deploy'], host)).resolves.toBe(1);
    expect(host.stdout.text).toContain('Nothing was deployed.');
    expect(deployed).toEqual([]);
  });

  it('fails when nobody can be asked', async () => {
    await expect(runLab(['deploy'], hostOf())).resolves.toBe(2);
    expect(deployed).toEqual([]);
  });

  it('fails when a check of the preflight fails, unless that is skipped', async () => {
    const preflight = () => Promise.resolve(unreadyAccount);
    const host = hostOf({ preflight });
    await expect(runLab(['deploy', '--yes'], host)).resolves.toBe(1);
    expect(host.stdout.text).toContain('-> Ask for at least 6 in Service Quotas.');
    expect(deployed).toEqual([]);
    await expect(runLab(['deploy', '--yes', '--skip-preflight'], hostOf({ preflight }))).resolves.toBe(0);
    expect(deployed).toHaveLength(1);
  });

  it('follows what is under way without asking or checking', async () => {
    const host = hostOf({ deploymentTarget: () => Promise.resolve({ ...newTarget, mode: 'follow' }), preflight: () => Promise.resolve(unreadyAccount) });
    await expect(runLab(['deploy'], host)).resolves.toBe(0);
    expect(host.stderr.text).toContain('at work on stack karpenter-lab already');
  });

  it('says what became of the kubeconfig', async () => {
    const host = hostOf({ deploy: (options) => { deployed.push(options); return Promise.resolve({ ...createdLab, kubeconfig: { isUpdated: false, detail: 'The AWS CLI is missing.' } }); } });
    await runLab(['deploy', '--yes', '--update-kubeconfig'], host);
    expect(deployed).toMatchObject([{ updateKubeconfig: true }]);
    expect(host.stdout.text).toContain('The AWS CLI is missing.');
  });

  it('prints the result alone as JSON', async () => {
    const host = hostOf();
    await expect(runLab(['deploy', '--yes', '--json'], host)).resolves.toBe(0);
    expect(JSON.parse(host.stdout.text)).toEqual(createdLab);
  });
});
