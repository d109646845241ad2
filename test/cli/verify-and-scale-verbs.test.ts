import { join } from 'node:path';
import type { LabConnection } from '../../lib/actions/connected-lab';
import type { ScaleOptions } from '../../lib/actions/scale/scale-lab';
import type { VerifyOptions } from '../../lib/actions/verify/verify-lab';
import { runLab } from '../../lib/cli/run-lab';
import { LabError } from '../../lib/lab-error';
import { fakeHost } from './fake-host';
import { failedVerify, passedVerify, scaledOut } from './running-class-fixtures';

describe('lab verify', () => {
  test('asks for the namespace and the replicas, on the lab of cdk.out and the kubeconfig of the environment', async () => {
    const calls: VerifyOptions[] = [];
    const host = fakeHost({
      workingDirectory: '/class',
      env: { KUBECONFIG: 'kube/config' },
      actions: { verifyLab: (options) => (calls.push(options), Promise.resolve(passedVerify)) },
    });
    expect(await runLab(['verify', '--namespace', 'student-007', '--replicas', '3'], host)).toBe(0);
    expect(calls).toEqual([{ assemblyDirectory: join('/class', 'cdk.out'), kubeconfig: '/class/kube/config', namespace: 'student-007', replicas: 3, signal: host.signal }]);
  });

  test('shows the evidence of what passed, and what is not known', async () => {
    const host = fakeHost();
    await runLab(['verify'], host);
    expect(host.stdout.text).toContain('  pass  5 replicas are asked for');
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
    expect(await runLab(['scale', '5', '--wait', '--timeout', '90', '--kubeconfig', '/kube'], host)).toBe(0);
    expect(calls).toMatchObject([{ replicas: 5, wait: true, timeoutSeconds: 90, kubeconfig: '/kube', namespace: undefined }]);
    expect(host.stdout.text).toContain('karpenter-test/inflate scaled from 0 to 5 replicas');
    expect(host.stdout.text).toMatch(/Timeline -+ seconds since scaling/);
    expect(host.stdout.text).toContain('5 pods run, 34.3 s after scaling.');
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
