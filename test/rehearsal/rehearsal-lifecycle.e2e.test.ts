import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JsonObject } from '../../lib/json';
import type { ProgressEvent } from '../../lib/progress';
import { cleanRehearsal, stopRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { isProcessRunning, markedProcesses } from '../../lib/rehearsal/process/running-processes';
import { readState, type RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { rehearsalStatus } from '../../lib/rehearsal/rehearsal-status';
import { startRehearsal } from '../../lib/rehearsal/start-rehearsal';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { runContext } from '../../lib/run-context';
import { writeAssembly } from '../assembly/write-assembly';
import { synthLab } from '../support/synth-lab';
import { listeningAddresses } from './listening-addresses';

const projectDirectory = resolve(__dirname, '../..');
const name = 'e2e-lifecycle';
const rehearsal = { projectDirectory, name, env: process.env };
const paths = rehearsalPaths(projectDirectory, name);

/** 127.0.0.1 as /proc/net/tcp writes it. */
const LOOPBACK_HEX = '0100007F';

function kubectl(record: RehearsalRecord, ...args: readonly string[]): string {
  const program = readState(paths.recordFile)?.kubectl ?? 'kubectl';
  return execFileSync(program, ['--kubeconfig', record.kubeconfig, '--cache-dir', paths.kubectlCacheDirectory, ...args], { encoding: 'utf8' });
}

describe('the life of a rehearsal', () => {
  let template: JsonObject;
  let assemblyDirectory: string;

  beforeAll(async () => {
    template = (await synthLab()).template.toJSON();
    assemblyDirectory = writeAssembly(template);
    await cleanRehearsal(rehearsal, runContext());
  });
  afterAll(async () => {
    await cleanRehearsal(rehearsal, runContext());
  });

  it('begins with a NodePool that Karpenter accepts', async () => {
    const record = await startRehearsal({ ...rehearsal, assemblyDirectory }, runContext());
    expect(rehearsalStatus(rehearsal).state).toBe('running');
    expect(kubectl(record, 'get', 'nodepool', 'default', '--output', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')).toBe('True');
    expect(kubectl(record, 'get', 'pods', '--all-namespaces', '--field-selector', 'status.phase!=Running', '--output', 'name')).toBe('');
  });

  it('listens on loopback only', () => {
    const { processes } = rehearsalStatus(rehearsal);
    const addresses = processes.flatMap(({ pid }) => listeningAddresses(pid));
    expect(addresses.length).toBeGreaterThanOrEqual(10);
    expect(new Set(addresses)).toEqual(new Set([LOOPBACK_HEX]));
  });

  it('shows Karpenter\'s log where the exercise looks for it', () => {
    const { record } = rehearsalStatus(rehearsal);
    if (record === undefined) throw new Error('the rehearsal has no record');
    expect(kubectl(record, '--namespace', record.karpenterNamespace, 'logs', 'deployment/karpenter', '--all-containers=true')).toContain('"level":"INFO"');
  });

  it('goes on when it is started again', async () => {
    const events: ProgressEvent[] = [];
    const before = rehearsalStatus(rehearsal).processes.map(({ pid }) => pid);
    const again = await startRehearsal({ ...rehearsal, assemblyDirectory }, runContext({ onProgress: (event) => events.push(event) }));
    expect(again.processes.map(({ pid }) => pid)).toEqual(before);
    expect(events).toEqual([expect.objectContaining({ state: 'skipped' })]);
  });

  it('fails when it is started with another lab', async () => {
    const other = writeAssembly(JSON.parse(JSON.stringify(template).replaceAll('karpenter-test', 'another-test')) as JsonObject);
    await expect(startRehearsal({ ...rehearsal, assemblyDirectory: other }, runContext())).rejects.toMatchObject({ code: 'RehearsalRunning' });
    expect(rehearsalStatus(rehearsal).state).toBe('running');
  });

  it('is damaged when Karpenter is killed, and whole again when it is started again', async () => {
    const karpenter = rehearsalStatus(rehearsal).processes.find((process) => process.name === 'karpenter');
    process.kill(karpenter?.pid ?? 0, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const status = rehearsalStatus(rehearsal);
    expect(status.state).toBe('damaged');
    expect(status.processes.find((process) => process.name === 'karpenter')?.isRunning).toBe(false);

    const record = await startRehearsal({ ...rehearsal, assemblyDirectory }, runContext());
    expect(rehearsalStatus(rehearsal).state).toBe('running');
    expect(status.processes.filter(isProcessRunning)).toEqual([]);
    expect(record.processes).toHaveLength(status.processes.length);
  });

  it('leaves no process and no port behind when it is stopped, and no file when it is cleaned', async () => {
    const { processes } = rehearsalStatus(rehearsal);
    const { stopped } = await stopRehearsal(rehearsal, runContext());
    expect(stopped).toEqual(expect.arrayContaining(['karpenter', 'kube-apiserver', 'etcd', 'moto', 'aws-answers']));
    expect(processes.filter(isProcessRunning)).toEqual([]);
    expect(markedProcesses(paths.directory)).toEqual([]);
    expect(rehearsalStatus(rehearsal).state).toBe('stopped');
    expect(existsSync(paths.logsDirectory)).toBe(true);

    await cleanRehearsal(rehearsal, runContext());
    expect(existsSync(paths.directory)).toBe(false);
    expect(existsSync(paths.lockFile)).toBe(false);
  });

  it('ends with all its processes when it is interrupted while it starts', async () => {
    const abort = new AbortController();
    const starting = startRehearsal({ ...rehearsal, assemblyDirectory }, runContext({
      signal: abort.signal,
      onProgress: ({ step, state }) => {
        if (step === 'Apply the CRDs of Karpenter' && state === 'started') abort.abort(new Error('interrupted'));
      },
    }));
    await expect(starting).rejects.toThrow('interrupted');
    expect(markedProcesses(paths.directory)).toEqual([]);
    expect(rehearsalStatus(rehearsal).state).toBe('stopped');
  });
});
