import { join } from 'node:path';
import type { LabConnection } from '../../lib/exercise/connected-lab';
import type { ScaleOptions } from '../../lib/exercise/scale-lab';
import type { ScaleChange } from '../../lib/exercise/scale-lab';
import type { VerifyOptions } from '../../lib/exercise/verify-lab';
import { runLab } from '../../lib/cli/run-lab';
import { LabError } from '../../lib/lab-error';
import { fakeHost } from './fake-host';
import { failedVerify, passedVerify, scaledOut } from './running-class-fixtures';

describe('lab verify', () => {
  test('asks for the namespace and the replicas, on the lab of cdk.out and the kubeconfig of the environment', async () => {
    const calls: VerifyOptions[] = [];
    const signals: AbortSignal[] = [];
    const host = fakeHost({
      workingDirectory: '/class',
      env: { KUBECONFIG: 'kube/config' },
      actions: { verifyLab: (options, run) => (calls.push(options), signals.push(run.signal), Promise.resolve(passedVerify)) },
    });
    expect(await runLab(['verify', '--namespace', 'student-007', '--replicas', '3'], host)).toBe(0);
    expect(calls).toEqual([{ assemblyDirectory: join('/class', 'cdk.out'), kubeconfig: '/class/kube/config', namespace: 'student-007', replicas: 3 }]);
    expect(signals).toEqual([host.signal]);
  });

  test('shows the evidence of what passed, and what is not known', async () => {
    const host = fakeHost();
    await runLab(['verify'], host);
    expect(host.stdout.text).toContain('  ok    5 replicas are asked for');
    expect(host.stdout.text).toContain('  ?     Karpenter\'s log shows "launched nodeclaim"');
    expect(host.stdout.text).toMatch(/Verdict -+ PASSED/);
  });

  test('exits with 1 when it failed, and shows the command to type next', async () => {
    const host = fakeHost({ actions: { verifyLab: () => Promise.resolve(failedVerify) } });
    expect(await runLab(['verify'], host)).toBe(1);
    expect(host.stdout.text).toContain('0 of 5 replicas asked for: spec.replicas is 0');
    expect(host.stdout.text).toMatch(/Failed: replicas, pods running\.\n\nType next -+\n  kubectl scale deployment -n student-007 inflate --replicas 5\n$/);
  });

  test('gives a program the whole result, with the same exit code', async () => {
    const host = fakeHost({ actions: { verifyLab: () => Promise.resolve(failedVerify) } });
    expect(await runLab(['verify', '--json'], host)).toBe(1);
    expect(JSON.parse(host.stdout.text)).toEqual(failedVerify);
  });

  test.each([['--replicas', '0'], ['--replicas', '2.5'], ['--namespace', 'Student 7']])('fails when it is given %s %s', async (flag, value) => {
    expect(await runLab(['verify', flag, value], fakeHost())).toBe(2);
  });
});

describe('lab scale', () => {
  test('scales, and follows it where that is asked for', async () => {
    const calls: (ScaleOptions & LabConnection)[] = [];
    const host = fakeHost({ actions: { scaleLab: (options) => (calls.push(options), Promise.resolve(scaledOut)) } });
    expect(await runLab(['scale', '5', '--yes', '--wait', '--timeout', '90', '--kubeconfig', '/kube'], host)).toBe(0);
    expect(calls).toMatchObject([{ replicas: 5, wait: true, timeoutSeconds: 90, kubeconfig: '/kube', namespace: undefined }]);
    expect(host.stdout.text).toContain('karpenter-test/inflate scaled from 0 to 5 replicas');
    expect(host.stdout.text).toMatch(/Timeline -+ seconds since scaling/);
    expect(host.stdout.text).toContain('5 pods run, 34.3 s after scaling.');
  });

  /** A host on whose lab the scaling is what was asked for, once it is confirmed. */
  const hostOfChange = (change: Partial<ScaleChange> = {}, answer?: boolean) => {
    const { cluster, namespace, deploymentName } = scaledOut;
    const proposed: ScaleChange = { cluster, region: 'ap-northeast-2', namespace, deploymentName, from: 0, to: 5, launch: { nodes: { 'c5a.2xlarge': 1 }, pricePerHour: 0.3465 }, ...change };
    const questions: string[] = [];
    const host = fakeHost({
      actions: {
        scaleLab: async ({ confirm }) => await confirm(proposed) ? scaledOut : { ...scaledOut, verdict: 'declined', scaledAt: undefined, isWaited: false, steps: [], timeline: [], nodes: [] },
      },
    });
    return { questions, host: answer === undefined ? host : { ...host, confirm: (question: string) => (questions.push(question), Promise.resolve(answer)) } };
  };

  test('asks with the Deployment, its namespace and cluster, the replicas and the price', async () => {
    const { host, questions } = hostOfChange({}, true);
    expect(await runLab(['scale', '5'], host)).toBe(0);
    expect(questions).toEqual([
      'Scale Deployment inflate in namespace karpenter-test of cluster karpenter-lab (ap-northeast-2) from 0 to 5 replicas, on new nodes such as 1 × c5a.2xlarge for about 0.346 USD/h at list price?']);
  });

  test('asks without a price where nothing is launched', async () => {
    const { host, questions } = hostOfChange({ from: 5, to: 0, launch: undefined }, true);
    await runLab(['scale', '0'], host);
    expect(questions).toEqual(['Scale Deployment inflate in namespace karpenter-test of cluster karpenter-lab (ap-northeast-2) from 5 to 0 replicas?']);
  });

  test('exits with 1 when it is declined, and says that nothing was changed', async () => {
    const { host } = hostOfChange({}, false);
    expect(await runLab(['scale', '5', '--wait'], host)).toBe(1);
    expect(host.stdout.text).toBe('karpenter-test/inflate was not scaled: it has 0 replicas as before.\n');
    const { host: scripted } = hostOfChange({}, false);
    expect(await runLab(['scale', '5', '--json'], scripted)).toBe(1);
    expect(JSON.parse(scripted.stdout.text)).toMatchObject({ verdict: 'declined', from: 0, to: 5 });
  });

  test('asks nobody with --yes', async () => {
    const { host, questions } = hostOfChange({}, false);
    expect(await runLab(['scale', '5', '--yes'], host)).toBe(0);
    expect(questions).toEqual([]);
  });

  test('fails when nobody can be asked', async () => {
    const { host } = hostOfChange();
    expect(await runLab(['scale', '5'], host)).toBe(2);
    expect(host.stderr.text).toContain('Error ConfirmationMissing');
  });

  test('says how to follow it where it is not waited for', async () => {
    const host = fakeHost({ actions: { scaleLab: () => Promise.resolve({ ...scaledOut, isWaited: false, timeline: [], nodes: [] }) } });
    await runLab(['scale', '5'], host);
    expect(host.stdout.text).toContain('scaled from 0 to 5 replicas. Follow it with lab watch');
  });

  test('says how long it took until pods and nodes were gone', async () => {
    const host = fakeHost({ actions: { scaleLab: () => Promise.resolve({ ...scaledOut, from: 5, to: 0, timeline: [], nodes: [] }) } });
    await runLab(['scale', '0', '--wait'], host);
    expect(host.stdout.text).toContain('5 pods went, in 34.3 s.');
  });

  test('exits with 1 when what was waited for did not come', async () => {
    const steps = [{ title: '5 pods of inflate run', outcome: 'failed' as const, evidence: ['Not within 300 s: 5 pods of inflate run.'], seconds: 300 }];
    const host = fakeHost({ actions: { scaleLab: () => Promise.resolve({ ...scaledOut, verdict: 'failed', steps }) } });
    expect(await runLab(['scale', '5', '--wait'], host)).toBe(1);
    expect(host.stdout.text).toContain('Not in time: "5 pods of inflate run". The Deployment stays scaled.');
  });

  test('exits with 1 and the figure when the NodePool cannot hold so many', async () => {
    const refused = new LabError({ code: 'ReplicasBeyondLimits', message: 'at most 96 pods', received: 120, remedy: 'Scale to 96.' });
    const host = fakeHost({ actions: { scaleLab: () => Promise.reject(refused) } });
    expect(await runLab(['scale', '120', '--json'], host)).toBe(1);
    expect(JSON.parse(host.stdout.text)).toEqual({ error: { code: 'ReplicasBeyondLimits', message: 'at most 96 pods', received: '120', remedy: 'Scale to 96.' } });
  });

  test.each([[['-1']], [['--', '-1']], [['2.5']], [['five']], [[]], [['5', '6']], [['5', '--timeout', '9']], [['5', '--wait', '--timeout', '0']]])('fails before anything is asked of the cluster with %j', async (argv) => {
    const scaleLab = jest.fn();
    expect(await runLab(['scale', ...argv], fakeHost({ actions: { scaleLab } }))).toBe(2);
    expect(scaleLab).not.toHaveBeenCalled();
  });
});
