import { copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MARKER } from '../../lib/rehearsal/process/process-environment';
import { stopProcess } from '../../lib/rehearsal/process/stop-process';
import { cleanRehearsal, stopRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { isProcessRunning, type ProcessRecord } from '../../lib/rehearsal/process/running-processes';
import { readState, type RehearsalState, StateFile, writeProcesses } from '../../lib/rehearsal/rehearsal-state';
import { listRehearsals, rehearsalStatus } from '../../lib/rehearsal/rehearsal-status';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { runContext } from '../../lib/run-context';
import { labErrorOf } from '../assembly/lab-error-of';
import { temporaryFolder } from './fake-program';
import { sleepingProcess } from './sleeping-process';

/** A rehearsal whose processes sleep. */
function rehearsalOf(projectDirectory: string, phase: RehearsalState['phase'], processes: readonly ProcessRecord[], name = 'default'): void {
  const paths = rehearsalPaths(projectDirectory, name);
  new StateFile(paths.recordFile, {
    name, phase, processes, directory: paths.directory, kubeconfig: paths.kubeconfig, terminal: { projectDirectory, environment: {} },
    findingsFile: paths.findingsFile, environmentFile: paths.environmentFile, stackName: 'lab', accountId: '123456789012',
    awsEndpoint: 'http://127.0.0.1:1', assemblyDirectory: '/lab/cdk.out', clusterName: 'lab', region: 'ap-northeast-2',
    karpenterNamespace: 'kube-system', nodePoolName: 'default', inflateNamespace: 'karpenter-test',
    startedAt: '2026-11-23T18:00:00.000Z', assemblyDigest: '', kubectl: '/bin/kubectl',
  });
}

describe('a rehearsal', () => {
  it('is absent where there is none, and stopping or cleaning it is harmless', async () => {
    const projectDirectory = temporaryFolder();
    expect(rehearsalStatus({ projectDirectory })).toEqual({ name: 'default', state: 'absent', processes: [] });
    expect(await stopRehearsal({ projectDirectory }, runContext())).toEqual({ name: 'default', stopped: [] });
    await cleanRehearsal({ projectDirectory, env: {} }, runContext());
    expect(existsSync(`${projectDirectory}/.lab`)).toBe(false);
  });

  it('counts the control plane that its account has started', async () => {
    const projectDirectory = temporaryFolder();
    const account = await sleepingProcess({}, 'account');
    const apiServer = await sleepingProcess({}, 'kube-apiserver');
    rehearsalOf(projectDirectory, 'ready', [account]);
    writeProcesses(rehearsalPaths(projectDirectory, 'default').controlPlaneProcesses, [apiServer]);
    expect(rehearsalStatus({ projectDirectory })).toMatchObject({ state: 'running', processes: [{ name: 'account' }, { name: 'kube-apiserver' }] });

    await stopProcess(apiServer);
    expect(rehearsalStatus({ projectDirectory }).state).toBe('damaged');
    // After a teardown there is none, and nothing is wrong.
    writeProcesses(rehearsalPaths(projectDirectory, 'default').controlPlaneProcesses, []);
    expect(rehearsalStatus({ projectDirectory }).state).toBe('running');
    await stopProcess(account);
  });

  it('runs while all its processes do, is damaged by a kill, and is stopped for good', async () => {
    const projectDirectory = temporaryFolder();
    const karpenter = await sleepingProcess({}, 'karpenter');
    const etcd = await sleepingProcess({}, 'etcd');
    rehearsalOf(projectDirectory, 'ready', [karpenter, etcd]);
    expect(rehearsalStatus({ projectDirectory }).state).toBe('running');

    await stopProcess(karpenter);
    const damaged = rehearsalStatus({ projectDirectory });
    expect(damaged.state).toBe('damaged');
    expect(damaged.processes.map(({ name, isRunning }) => [name, isRunning])).toEqual([['karpenter', false], ['etcd', true]]);

    expect(await stopRehearsal({ projectDirectory }, runContext())).toEqual({ name: 'default', stopped: ['etcd'] });
    expect(rehearsalStatus({ projectDirectory }).state).toBe('stopped');
    expect(await stopRehearsal({ projectDirectory }, runContext())).toEqual({ name: 'default', stopped: [] });
  });

  it('that was cut short is cleaned up, processes that were never written down among them', async () => {
    const projectDirectory = temporaryFolder();
    const { directory } = rehearsalPaths(projectDirectory, 'default');
    const written = await sleepingProcess({ [MARKER]: directory }, 'moto');
    const forgotten = await sleepingProcess({ [MARKER]: directory });
    rehearsalOf(projectDirectory, 'starting', [written]);
    expect(rehearsalStatus({ projectDirectory }).state).toBe('starting');

    const { removed } = await cleanRehearsal({ projectDirectory, env: {} }, runContext());
    expect(removed).toEqual([directory]);
    expect([written, forgotten].map(isProcessRunning)).toEqual([false, false]);
    expect(existsSync(`${projectDirectory}/.lab`)).toBe(false);
  });

  it('is cleaned up even when its record is damaged', async () => {
    const projectDirectory = temporaryFolder();
    const paths = rehearsalPaths(projectDirectory, 'default');
    const forgotten = await sleepingProcess({ [MARKER]: paths.directory });
    mkdirSync(paths.directory, { recursive: true });
    writeFileSync(paths.recordFile, '{"name": "defa');
    expect(rehearsalStatus({ projectDirectory })).toMatchObject({ state: 'damaged', processes: [{ pid: forgotten.pid, isRunning: true }] });
    await cleanRehearsal({ projectDirectory, env: {} }, runContext());
    expect(isProcessRunning(forgotten)).toBe(false);
    expect(existsSync(paths.directory)).toBe(false);
  });

  it('stands beside others, and is listed with them', async () => {
    const projectDirectory = temporaryFolder();
    const one = await sleepingProcess();
    const two = await sleepingProcess();
    rehearsalOf(projectDirectory, 'ready', [one], 'one');
    rehearsalOf(projectDirectory, 'ready', [two], 'two');
    await stopRehearsal({ projectDirectory, name: 'one' }, runContext());
    expect(listRehearsals(projectDirectory).map(({ name, state }) => [name, state])).toEqual([['one', 'stopped'], ['two', 'running']]);
    await stopRehearsal({ projectDirectory, name: 'two' }, runContext());
  });

  it('whose folder somebody removed is still listed, and stopped', async () => {
    const projectDirectory = temporaryFolder();
    const { directory } = rehearsalPaths(projectDirectory, 'lost');
    const process = await sleepingProcess({ [MARKER]: directory });
    expect(listRehearsals(projectDirectory)).toMatchObject([{ name: 'lost', state: 'damaged', processes: [{ pid: process.pid }] }]);
    expect((await stopRehearsal({ projectDirectory, name: 'lost' }, runContext())).stopped).toHaveLength(1);
    expect(isProcessRunning(process)).toBe(false);
    expect(listRehearsals(projectDirectory)).toEqual([]);
  });

  it.each(['{"name": "defa', '[]', '{}'])('with the record %s, and folders of other names, do not keep the list of the others', (record) => {
    const projectDirectory = temporaryFolder();
    rehearsalOf(projectDirectory, 'stopped', [], 'one');
    const paths = rehearsalPaths(projectDirectory, 'two');
    mkdirSync(paths.directory, { recursive: true });
    writeFileSync(paths.recordFile, record);
    mkdirSync(join(dirname(paths.directory), 'Not_A_Name'));
    expect(listRehearsals(projectDirectory).map(({ name, state }) => [name, state])).toEqual([['one', 'stopped'], ['two', 'damaged']]);
    expect(labErrorOf(() => readState(paths.recordFile))).toMatchObject({ code: 'RehearsalRecordUnreadable', remedy: expect.stringContaining('--clean --name two') });
  });

  it('fails to lose the toolchain while one of another project uses it', async () => {
    const projectDirectory = temporaryFolder();
    const cache = realpathSync(temporaryFolder());
    const programs = join(cache, 'karpenter-lab', 'toolchain', 'key', 'bin');
    mkdirSync(programs, { recursive: true });
    copyFileSync('/bin/sleep', join(programs, 'etcd'));
    const { directory } = rehearsalPaths(temporaryFolder(), 'default');
    const other = await sleepingProcess({ [MARKER]: directory }, 'etcd', join(programs, 'etcd'));
    await expect(cleanRehearsal({ projectDirectory, env: { XDG_CACHE_HOME: cache }, toolchain: true }, runContext()))
      .rejects.toMatchObject({ code: 'ToolchainInUse', message: expect.stringContaining(directory) });
    expect(existsSync(programs)).toBe(true);
    await stopProcess(other);
    const { removed } = await cleanRehearsal({ projectDirectory, env: { XDG_CACHE_HOME: cache }, toolchain: true }, runContext());
    expect(removed).toEqual([join(cache, 'karpenter-lab', 'toolchain')]);
  });

  test.each(['', 'Lab', '../up', 'a/b', '-a', 'a'.repeat(41)])('fails when its name is %p', (name) => {
    expect(labErrorOf(() => rehearsalPaths('/lab', name))).toMatchObject({ code: 'RehearsalNameRefused', received: name });
  });
});
