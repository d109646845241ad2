import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeChangedAssembly } from '../../lib/assembly/changed-assembly';
import type { JsonObject } from '../../lib/json';
import type { ProgressEvent } from '../../lib/progress';
import { isProcessRunning, markedProcesses } from '../../lib/rehearsal/process/running-processes';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { rehearsalStatus } from '../../lib/rehearsal/rehearsal-status';
import { startRehearsal } from '../../lib/rehearsal/start-rehearsal';
import { cleanRehearsal, stopRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { type RunContext, runContext } from '../../lib/run-context';
import { deployableAssembly } from '../support/deployable-assembly';
import { listeningAddresses } from './listening-addresses';
import { StudentTerminal } from './student-terminal';

const projectDirectory = resolve(__dirname, '../..');
const name = 'e2e-lifecycle';
const rehearsal = { projectDirectory, name, env: process.env };
const paths = rehearsalPaths(projectDirectory, name);

/** 127.0.0.1 as /proc/net/tcp writes it. */
const LOOPBACK_HEX = '0100007F';

/** Addresses on which processes of the rehearsal listen, those of its control plane and of Karpenter too. */
function addresses(): readonly string[] {
  return markedProcesses(paths.directory).flatMap(({ pid }) => listeningAddresses(pid));
}

describe('the life of a rehearsal', () => {
  let assemblyDirectory: string;
  const start = (run: Partial<RunContext> = {}, isEmpty = false): Promise<RehearsalRecord> => startRehearsal({ ...rehearsal, assemblyDirectory, isEmpty }, runContext(run));
  const pids = (): readonly number[] => rehearsalStatus(rehearsal).processes.map(({ pid }) => pid);

  beforeAll(async () => {
    assemblyDirectory = await deployableAssembly();
    await cleanRehearsal(rehearsal, runContext());
  });
  afterAll(async () => {
    await cleanRehearsal(rehearsal, runContext());
    rmSync(assemblyDirectory, { recursive: true, force: true });
  });

  it('can begin as an empty account, which listens on loopback only', async () => {
    await start({}, true);
    expect(rehearsalStatus(rehearsal).state).toBe('running');
    expect(new Set(addresses())).toEqual(new Set([LOOPBACK_HEX]));
  });

  it('goes on when it is started again in the same way', async () => {
    const events: ProgressEvent[] = [];
    const before = pids();
    await start({ onProgress: (event) => events.push(event) }, true);
    expect(pids()).toEqual(before);
    expect(events).toEqual([expect.objectContaining({ state: 'skipped' })]);
  });

  it('fails when it is started with another lab', async () => {
    const other = join(paths.directory, 'other.out');
    await writeChangedAssembly(assemblyDirectory, other, (template) => JSON.parse(JSON.stringify(template).replaceAll('karpenter-test', 'another-test')) as JsonObject);
    await expect(startRehearsal({ ...rehearsal, assemblyDirectory: other }, runContext())).rejects.toMatchObject({ code: 'RehearsalRunning' });
    expect(rehearsalStatus(rehearsal).state).toBe('running');
  });

  it('is damaged when its account is killed, and begins anew when it is started again', async () => {
    const before = rehearsalStatus(rehearsal).processes;
    process.kill(before.find((process) => process.name === 'account')?.pid ?? 0, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const status = rehearsalStatus(rehearsal);
    expect([status.state, status.processes.filter(({ isRunning }) => !isRunning).map((process) => process.name)]).toEqual(['damaged', ['account']]);

    await start({}, true);
    expect(rehearsalStatus(rehearsal).state).toBe('running');
    expect(before.filter(isProcessRunning)).toEqual([]);
    expect(rehearsalStatus(rehearsal).processes).toHaveLength(before.length);
    await stopRehearsal(rehearsal, runContext());
  });

  it('ends with all its processes when it is interrupted while it is deployed for the first time', async () => {
    const abort = new AbortController();
    const starting = start({
      signal: abort.signal,
      onProgress: ({ step, detail = '' }) => {
        if (step === 'Deploy the lab into the account' && /Stack \S+: [1-9]/.test(detail)) abort.abort(new Error('interrupted'));
      },
    });
    await expect(starting).rejects.toThrow('interrupted');
    expect(markedProcesses(paths.directory)).toEqual([]);
    expect(rehearsalStatus(rehearsal).state).toBe('stopped');
  });

  it('has a lab whose NodePool Karpenter accepts, and Karpenter\'s log where the exercise looks for it', async () => {
    const record = await start();
    const terminal = new StudentTerminal(projectDirectory, record);
    expect(terminal.type('kubectl get nodepool default -o jsonpath=\'{.status.conditions[?(@.type=="Ready")].status}\'')).toBe('True');
    expect(terminal.type('kubectl get pods -A --field-selector status.phase!=Running -o name')).toBe('');
    expect(terminal.type('kubectl -n $KARPENTER_NAMESPACE logs deployment/karpenter --all-containers=true')).toContain('"level":"INFO"');
    expect(new Set(addresses())).toEqual(new Set([LOOPBACK_HEX]));
    expect(addresses().length).toBeGreaterThanOrEqual(10);
  });

  it('leaves no process and no port behind when it is stopped, and no file when it is cleaned', async () => {
    const processes = markedProcesses(paths.directory);
    expect(processes.map((process) => process.name)).toEqual(expect.arrayContaining([expect.stringMatching(/^kube-apiserver/), expect.stringMatching(/^etcd/)]));
    const { stopped } = await stopRehearsal(rehearsal, runContext());
    expect(stopped).toEqual(expect.arrayContaining(['moto', 'account']));
    expect(processes.filter(isProcessRunning)).toEqual([]);
    expect(markedProcesses(paths.directory)).toEqual([]);
    expect(rehearsalStatus(rehearsal).state).toBe('stopped');
    expect(existsSync(paths.logsDirectory)).toBe(true);

    await cleanRehearsal(rehearsal, runContext());
    expect(existsSync(paths.directory)).toBe(false);
    expect(existsSync(paths.lockFile)).toBe(false);
  });
});
