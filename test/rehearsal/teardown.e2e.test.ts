import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { DescribeInstancesCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListInstanceProfilesCommand, ListRolesCommand, IAMClient } from '@aws-sdk/client-iam';
import type { SweepResult } from '../../lib/removal/sweep-lab';
import type { TeardownResult } from '../../lib/removal/teardown-result';
import type { VerifyResult } from '../../lib/exercise/verify-lab';
import type { JsonObject } from '../../lib/json';
import { cleanRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { readState, type RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { startRehearsal } from '../../lib/rehearsal/start-rehearsal';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { runCommand } from '../../lib/run-command';
import { runContext } from '../../lib/run-context';
import { writeAssembly } from '../assembly/write-assembly';
import { synthLab } from '../support/synth-lab';
import { sdkConfiguration } from './aws-answers/answering';

const projectDirectory = resolve(__dirname, '../..');

/** What a command line came to. */
interface Ended {
  readonly exitCode: number | null;
  readonly text: string;
}

/** A rehearsal with a class on it, and the real command line, which reaches it by endpoint and kubeconfig alone. */
describe('a class on a rehearsal, from the exercise to its teardown', () => {
  const rehearsal = { projectDirectory, name: 'e2e-teardown', env: process.env };
  let assembly: string;
  let record: RehearsalRecord;

  beforeAll(async () => {
    assembly = writeAssembly((await synthLab()).template.toJSON());
  });
  beforeEach(async () => {
    await cleanRehearsal(rehearsal, runContext());
    record = await startRehearsal({ ...rehearsal, assemblyDirectory: assembly }, runContext());
  });
  afterEach(() => cleanRehearsal(rehearsal, runContext()));

  const kubectlWith = async (input: string, ...args: readonly string[]): Promise<string> => {
    const paths = rehearsalPaths(projectDirectory, rehearsal.name);
    const { exitCode, stdout, stderr } = await runCommand({
      command: readState(paths.recordFile)?.kubectl ?? 'kubectl',
      args: ['--kubeconfig', record.kubeconfig, '--cache-dir', paths.kubectlCacheDirectory, ...args],
      env: { PATH: process.env['PATH'] },
      workingDirectory: projectDirectory,
      input,
    });
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const kubectl = (...args: readonly string[]): Promise<string> => kubectlWith('', ...args);
  const names = async (kind: string): Promise<readonly string[]> => (await kubectl('get', kind, '--all-namespaces', '--output', 'name')).split('\n').filter((name) => name !== '');

  const start = (...argv: readonly string[]): ChildProcess => spawn(process.execPath, [resolve(projectDirectory, 'dist/lab.js'), ...argv, '--assembly', assembly, '--json'], {
    cwd: projectDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'], HOME: process.env['HOME'], KUBECONFIG: record.kubeconfig, AWS_ENDPOINT_URL: record.awsEndpoint,
      AWS_ACCESS_KEY_ID: 'rehearsal', AWS_SECRET_ACCESS_KEY: 'rehearsal',
    },
  });
  const ended = async (child: ChildProcess): Promise<Ended> => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => { text += part; });
    child.stderr?.resume();
    const [exitCode] = await once(child, 'close') as [number | null];
    return { exitCode, text };
  };
  const lab = (...argv: readonly string[]): Promise<Ended> => ended(start(...argv));

  /** The exercise by the lab's own verbs, as an instructor tries it before class. */
  async function tryTheExercise(): Promise<void> {
    const before = await lab('verify');
    expect([before.exitCode, (JSON.parse(before.text) as VerifyResult).verdict]).toEqual([1, 'failed']);
    expect((await lab('scale', '5', '--wait', '--yes')).exitCode).toBe(0);
    const after = await lab('verify');
    expect([after.exitCode, (JSON.parse(after.text) as VerifyResult).verdict]).toEqual([0, 'passed']);
  }

  /** A student with a NodePool and a workload of their own. */
  async function makeAStudentsPool(): Promise<void> {
    const pool = JSON.parse(await kubectl('get', 'nodepool', 'default', '--output', 'json')) as JsonObject;
    const spec = JSON.parse(JSON.stringify(pool['spec']).replaceAll('my-team', 'student-7')) as JsonObject;
    await kubectlWith(JSON.stringify({ apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'student-7' }, spec }), 'apply', '--filename', '-');
    await kubectl('create', 'namespace', 'student-7');
    const inflate = JSON.parse(await kubectl('get', 'deployment', '--namespace', 'karpenter-test', 'inflate', '--output', 'json')) as JsonObject;
    const template = JSON.parse(JSON.stringify(inflate['spec']).replaceAll('my-team', 'student-7')) as JsonObject;
    await kubectlWith(JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'inflate', namespace: 'student-7' }, spec: { ...template, replicas: 2 } }), 'apply', '--filename', '-');
    await kubectl('rollout', 'status', 'deployment/inflate', '--namespace', 'student-7', '--timeout', '100s');
  }

  /** Zero of everything, asked without the lab's own code. */
  async function expectNothingLeft(): Promise<void> {
    for (const kind of ['nodepools', 'nodeclaims', 'ec2nodeclasses']) expect({ [kind]: await names(kind) }).toEqual({ [kind]: [] });
    expect(await kubectl('get', 'nodes', '--selector', 'karpenter.sh/nodepool', '--output', 'name')).toBe('');
    expect((await names('namespaces')).filter((name) => name.includes('student') || name.includes('karpenter-test'))).toEqual([]);
    const configuration = sdkConfiguration(record.awsEndpoint);
    const { Reservations } = await new EC2Client(configuration).send(new DescribeInstancesCommand({}));
    expect(Reservations ?? []).toEqual([]);
    const { Vpcs = [] } = await new EC2Client(configuration).send(new DescribeVpcsCommand({}));
    expect(Vpcs.filter(({ IsDefault }) => IsDefault !== true)).toEqual([]);
    const iam = new IAMClient(configuration);
    expect((await iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles).toEqual([]);
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    await expect(new EKSClient(configuration).send(new DescribeClusterCommand({ name: record.clusterName }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  }

  it('fails before scaling, passes after it, and leaves zero of everything, a student\'s NodePool too', async () => {
    await tryTheExercise();
    await makeAStudentsPool();
    const listed = JSON.parse((await lab('teardown', '--dry-run')).text) as TeardownResult;
    expect(listed.inventory.objects).toEqual(expect.arrayContaining(['Namespace student-7', 'NodePool default', 'NodePool student-7', 'EC2NodeClass default']));
    expect(listed.inventory.leftovers.filter(({ kind }) => kind === 'instance')).toHaveLength(2);
    expect((await names('nodeclaims')).length).toBe(2);
    expect((await lab('sweep', '--yes')).exitCode).toBe(1);

    const { exitCode, text } = await lab('teardown', '--yes');
    const result = JSON.parse(text) as TeardownResult;
    expect({ exitCode, outcome: result.outcome, remaining: result.remaining }).toEqual({ exitCode: 0, outcome: 'clean', remaining: [] });
    expect(result.accounted.filter(({ kind }) => kind === 'instance').map(({ removedBy }) => removedBy)).toEqual(['Karpenter', 'Karpenter']);
    await expectNothingLeft();

    const again = JSON.parse((await lab('teardown', '--yes')).text) as TeardownResult;
    expect(again.stages.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(JSON.parse((await lab('sweep', '--yes')).text) as SweepResult).toMatchObject({ outcome: 'clean', found: [] });
  });

  it('that is killed in the middle of the drain is finished by a second one', async () => {
    await makeAStudentsPool();
    const first = start('teardown', '--yes');
    const end = ended(first);
    // Progress is JSON, a line an event: killed as soon as nodes are being ended.
    first.stderr?.setEncoding('utf8').on('data', (part: string) => {
      if (part.includes('Drain NodeClaims')) first.kill('SIGKILL');
    });
    expect((await end).exitCode).toBeNull();
    expect([(await names('nodeclaims')).length > 0, await names('ec2nodeclasses')]).toEqual([true, ['ec2nodeclass.karpenter.k8s.aws/default']]);

    const { exitCode, text } = await lab('teardown', '--yes');
    expect({ exitCode, outcome: (JSON.parse(text) as TeardownResult).outcome }).toEqual({ exitCode: 0, outcome: 'clean' });
    await expectNothingLeft();
  });
});
