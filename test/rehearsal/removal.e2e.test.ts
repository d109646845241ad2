import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateVolumeCommand } from '@aws-sdk/client-ec2';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLab, type LabView } from '../../lib/assembly/lab-view';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { deployedStack } from '../../lib/aws/deployed-lab';
import { connectAws, type LabAws } from '../../lib/aws/lab-aws';
import type { StartedRehearsal } from '../../lib/cli/rehearse/rehearsal-document';
import type { DrillResult, ExerciseResult } from '../../lib/exercise/exercise-result';
import type { JsonObject } from '../../lib/json';
import { type AccountThing, everythingIn } from '../../lib/rehearsal/account-contents';
import { admitInstructor } from '../../lib/rehearsal/deploy-into';
import { INSTRUCTOR_CREDENTIALS } from '../../lib/rehearsal/iam/principals';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { keptPrograms } from '../../lib/rehearsal/rehearsal-programs';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { RehearsalTerminal, type TypedResult } from '../../lib/rehearsal/rehearsal-terminal';
import type { SweepResult } from '../../lib/removal/sweep-lab';
import type { TeardownResult } from '../../lib/removal/teardown-result';
import { runContext } from '../../lib/run-context';
import { pollFor } from '../../lib/wait-for';
import { deployableAssembly } from '../support/deployable-assembly';
import { LabUser } from './lab-command';
import { StudentTerminal } from './student-terminal';

const PROJECT_DIRECTORY = resolve(__dirname, '../..');
const NAME = 'e2e-removal';
const MINUTES = 60_000;

/** Each test leaves an empty account, except for the second: its lab is the third one's. */
describe('a lab on a rehearsal is removed', () => {
  const user = new LabUser();
  let assembly: string;
  let lab: LabView;
  let record: RehearsalRecord;
  let aws: LabAws;

  beforeAll(async () => {
    assembly = await deployableAssembly({ 'class.students': '3' });
    lab = readLab(readAssembly(assembly));
    await user.json('rehearse', '--clean', '--name', NAME);
    ({ rehearsal: record } = await user.json<StartedRehearsal>('rehearse', '--name', NAME, '--assembly', assembly));
    aws = connectAws(record.region, runContext(), { endpoint: record.awsEndpoint, credentials: INSTRUCTOR_CREDENTIALS });
  }, 5 * MINUTES);
  afterAll(async () => {
    aws.close();
    await user.json('rehearse', '--clean', '--name', NAME);
    rmSync(assembly, { recursive: true, force: true });
  });

  const type = (...args: readonly string[]): Promise<TypedResult> => new RehearsalTerminal(record.terminal, runContext()).lab([...args, '--assembly', assembly, '--json']);
  const resultOf = <Result>({ output }: TypedResult): Result => JSON.parse(output.join('\n')) as Result;
  const everything = (): Promise<readonly AccountThing[]> =>
    everythingIn({ accountId: record.accountId, endpoint: record.awsEndpoint, region: record.region, run: runContext() });
  const stackStatus = async (): Promise<string | undefined> => (await deployedStack(aws.cloudFormation, lab.stack.stackName))?.status;

  /** What a function of the stack has written into its log, by a part of its name. */
  function logOfFunction(name: string): string {
    const folder = rehearsalPaths(PROJECT_DIRECTORY, NAME).accountDirectory;
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes(name) && file.endsWith('.log')).map((file) => readFileSync(join(folder, file), 'utf8')).join('');
  }

  /** A student with a NodePool and pods of their own. */
  function makeAStudentsPool(terminal: StudentTerminal): void {
    const make = (kind: string, apiVersion: string, metadata: JsonObject, read: string, change: JsonObject = {}): void => {
      const { spec } = JSON.parse(terminal.type(`kubectl get ${read} -o json`).replaceAll('my-team', 'student-7')) as { readonly spec: JsonObject };
      const body = JSON.stringify({ apiVersion, kind, metadata, spec: { ...spec, ...change } });
      terminal.type(`kubectl apply -f - <<'EOF'\n${body}\nEOF`);
    };
    make('NodePool', 'karpenter.sh/v1', { name: 'student-7' }, 'nodepool default');
    terminal.type('kubectl create namespace student-7');
    make('Deployment', 'apps/v1', { name: 'inflate', namespace: 'student-7' }, 'deployment -n karpenter-test inflate', { replicas: 2 });
    terminal.type('kubectl rollout status deployment/inflate -n student-7 --timeout 120s');
  }

  /** What a student can put in the way of a drain: pods that nobody may evict, and that take two minutes to end. */
  function makeStudentWork(terminal: StudentTerminal, seat: string): void {
    const apply = (object: JsonObject): unknown => terminal.type(`kubectl apply -n ${seat} -f - <<'EOF'\n${JSON.stringify(object)}\nEOF`);
    const labels = { app: 'inflate' };
    apply({
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'inflate' },
      spec: {
        replicas: 2, selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { 'karpenter.sh/do-not-disrupt': 'true' } },
          spec: {
            nodeSelector: { 'eks-team': seat }, terminationGracePeriodSeconds: 120,
            containers: [{ name: 'inflate', image: 'registry.test/pause:1', resources: { requests: { cpu: '1' } } }],
          },
        },
      },
    });
    apply({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'inflate' }, spec: { maxUnavailable: 0, selector: { matchLabels: labels } } });
    terminal.type(`kubectl rollout status deployment/inflate -n ${seat} --timeout 120s`);
  }

  test('by a second teardown, where the first one was killed in the middle of the drain', async () => {
    const student = new StudentTerminal(PROJECT_DIRECTORY, record);
    makeAStudentsPool(student);
    makeStudentWork(student, 'student-002');
    expect((await type('sweep', '--yes')).exitCode).toBe(1);
    const listed = resultOf<TeardownResult>(await type('teardown', '--dry-run'));
    expect(listed.inventory.objects).toEqual(expect.arrayContaining(['Namespace student-7', 'NodePool default', 'NodePool student-7', 'EC2NodeClass default']));
    expect(listed.inventory.leftovers.filter(({ kind }) => kind === 'instance')).toHaveLength(2);
    expect(listed.inventory.studentWork).toEqual([{ seat: 'student-002', counts: { Deployment: 1, PodDisruptionBudget: 1 } }]);

    const { projectDirectory, environment } = record.terminal;
    const first = spawn(process.execPath, [join(projectDirectory, 'dist/lab.js'), 'teardown', '--yes', '--assembly', assembly, '--json'], {
      cwd: projectDirectory, env: environment, stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise<number | null>((ends) => first.once('close', ends));
    // Progress is a line an event: killed as soon as nodes are being ended.
    first.stderr.setEncoding('utf8').on('data', (part: string) => {
      if (part.includes('Drain all NodePools') || part.includes('Drain NodeClaims')) first.kill('SIGKILL');
    });
    expect(await ended).toBeNull();
    expect(student.type('kubectl get nodeclaims -o name')).toContain('nodeclaim.karpenter.sh/student-7');

    const second = await type('teardown', '--yes');
    const result = resultOf<TeardownResult>(second);
    expect([second.exitCode, result.outcome, result.remaining]).toEqual([0, 'clean', []]);
    // Karpenter goes on in between, and may have ended the instance before the second one looks.
    expect(result.terminatedInstances).toEqual([]);
    expect(result.accounted.filter(({ kind, removedBy }) => kind === 'instance' && removedBy !== 'Karpenter')).toEqual([]);
    expect(await everything()).toEqual([]);

    const third = resultOf<TeardownResult>(await type('teardown', '--yes'));
    expect(third.stages.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'skipped']);
  }, 5 * MINUTES);

  test('after a deployment that was interrupted, and that a second one has followed to its end', async () => {
    const interruption = new AbortController();
    const first = new RehearsalTerminal(record.terminal, runContext({ signal: interruption.signal })).lab(['deploy', '--yes', '--assembly', assembly], (line) => {
      if (/Stack \S+: [1-9]/.test(line)) interruption.abort(new Error('Ctrl-C'));
    });
    await expect(first).rejects.toThrow('Ctrl-C');
    expect(await stackStatus()).toBe('CREATE_IN_PROGRESS');

    const second = await type('deploy', '--yes');
    expect([second.exitCode, await stackStatus()]).toEqual([0, 'CREATE_COMPLETE']);
  }, 5 * MINUTES);

  test('by a sweep of what is left of a stack that somebody deleted by hand, with a class in its seats', async () => {
    const { logs, ec2, cloudFormation } = aws;
    // The deployment before this one made another cluster.
    await admitInstructor({ ...record, lab, tokenCommand: keptPrograms(record.directory).eksToken }, runContext());
    for (const seat of ['student-001', 'student-003']) makeStudentWork(new StudentTerminal(PROJECT_DIRECTORY, record), seat);
    await ec2.send(new CreateVolumeCommand({
      AvailabilityZone: `${record.region}a`, Size: 1,
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'KubernetesCluster', Value: record.clusterName }, { Key: 'kubernetes.io/created-for/pvc/name', Value: 'shop' }] }],
    }));
    await cloudFormation.send(new DeleteStackCommand({ StackName: lab.stack.stackName }));
    await pollFor(async () => await stackStatus() === undefined, { what: 'the stack is gone', deadlineSeconds: 240, everySeconds: 2, describeMissing: async () => [await stackStatus() ?? ''] });
    // The group of the guard's log is gone with the stack; the played function has kept what it wrote.
    expect(logOfFunction('DrainGuardIsComplete')).toContain(`${JSON.stringify({ studentWork: ['student-001', 'student-003'].map((seat) => `${seat} made 1 Deployment and 1 PodDisruptionBudget`) })}\n`);
    // EKS writes its last lines when the group is gone already, and makes it anew.
    await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/eks/${record.clusterName}/cluster` }));
    expect((await everything()).map(({ kind }) => kind).toSorted()).toEqual(['log-group', 'volume']);

    const swept = await type('sweep', '--yes');
    expect([swept.exitCode, resultOf<SweepResult>(swept).removed.map(({ kind }) => kind)]).toEqual([0, ['volume', 'logGroup']]);
    expect(await everything()).toEqual([]);
  }, 5 * MINUTES);

  test('by each drill of removal, which makes first what it begins with', async () => {
    const { exitCode, stdout, stderr } = await user.start('rehearse', '--name', NAME, '--assembly', assembly, '--json', ...['stuck', 'destroy', 'rollback'].flatMap((drill) => ['--drill', drill])).outcome;
    const drills = (JSON.parse(stdout) as ExerciseResult).drills;
    const failures = drills.flatMap(({ name, steps }) => steps.filter(({ outcome }) => outcome === 'failed').map(({ title, evidence }) => [name, title, ...evidence]));
    expect({ failures, exitCode, said: exitCode === 0 ? [] : stderr.split('\n').slice(-10) }).toEqual({ failures: [], exitCode: 0, said: [] });
    expect(drills.map(({ name, verdict, isLabLeft }): readonly [DrillResult['name'], string, boolean] => [name, verdict, isLabLeft])).toEqual([
      ['stuck', 'passed', false], ['destroy', 'passed', false], ['rollback', 'passed', false],
    ]);
    expect(drills.find(({ name }) => name === 'destroy')?.steps).toContainEqual(
      expect.objectContaining({ title: 'Deploy the lab, which is not there', command: 'npx cdk deploy', outcome: 'passed' }),
    );
    expect(drills.every(({ proved }) => proved !== undefined)).toBe(true);
  }, 15 * MINUTES);
});
