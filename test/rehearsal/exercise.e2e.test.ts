import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DrillName, DrillResult, ExerciseResult } from '../../lib/exercise/exercise-result';
import { parseJson } from '../../lib/json';
import type { StartedRehearsal } from '../../lib/cli/rehearse/rehearsal-document';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import type { RehearsalStatus } from '../../lib/rehearsal/rehearsal-status';
import { isProcessRunning, markedProcesses, type ProcessRecord } from '../../lib/rehearsal/process/running-processes';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { deployableAssembly } from '../support/deployable-assembly';
import { LabUser, type LabOutcome } from './lab-command';
import { allListeningSockets, listeningAddresses, listeningSockets } from './listening-addresses';
import { StudentTerminal } from './student-terminal';

const projectDirectory = resolve(__dirname, '../..');
const BASIC_DEPLOY = join(projectDirectory, 'test/fixtures/exercise-basic-deploy.yaml');

/** The student's rehearsal, and one beside it on which lab walks the exercise and the drills by itself. */
const BY_HAND = 'e2e-by-hand';
const BY_ITSELF = 'e2e-by-itself';
const NAMES = [BY_HAND, BY_ITSELF];

/** The drills of an instructor's day. Those of a removal that goes wrong are in removal.e2e.test.ts. */
const DRILLS: readonly DrillName[] = ['consolidation', 'limit', 'capacity', 'spot', 'drift', 'deadline', 'teardown'];

/** What a start and what all drills may take, on a computer that is busy with other things. */
const START_MILLIS = 600_000;
const DRILLS_MILLIS = 1_800_000;

/** 127.0.0.1 as /proc/net/tcp writes it. */
const LOOPBACK_HEX = '0100007F';

const directoryOf = (name: string): string => rehearsalPaths(projectDirectory, name).directory;

describe('the exercise on a rehearsal, typed by hand, while lab walks it on another', () => {
  const user = new LabUser();
  let assembly: readonly string[];
  let rehearsal: RehearsalRecord;
  let commands: ReadonlyMap<string, string>;
  let notSimulated: readonly string[];
  let terminal: StudentTerminal;
  let byItself: Promise<LabOutcome>;
  const typed = (what: string): string => {
    const command = commands.get(what);
    if (command === undefined) throw new Error(`lab rehearse prints no command to ${what}`);
    return command;
  };
  const statusOf = async (name: string): Promise<RehearsalStatus | undefined> =>
    (await user.json<{ readonly rehearsals: readonly RehearsalStatus[] }>('rehearse', '--status', '--name', name)).rehearsals[0];
  const processesOf = (name: string): readonly ProcessRecord[] => markedProcesses(directoryOf(name));
  const clean = async (): Promise<void> => {
    for (const name of NAMES) await user.json('rehearse', '--clean', '--name', name);
  };

  beforeAll(async () => {
    assembly = ['--assembly', await deployableAssembly()];
    await clean();
  });
  afterAll(clean);

  test('begins again after its command was killed while it started', async () => {
    const { child, outcome, says } = user.start('rehearse', '--name', BY_HAND, ...assembly);
    await says('Deploy the lab into the account');
    child.kill('SIGKILL');
    await outcome;
    const left = processesOf(BY_HAND);
    expect((await statusOf(BY_HAND))?.state).toBe('starting');

    const started = await user.json<StartedRehearsal>('rehearse', '--name', BY_HAND, ...assembly);
    rehearsal = started.rehearsal;
    notSimulated = started.notSimulated;
    commands = new Map(started.commands.map(({ what, command }) => [what, command]));
    terminal = new StudentTerminal(projectDirectory, rehearsal);
    expect(left.filter(isProcessRunning)).toEqual([]);
    expect((await statusOf(BY_HAND))?.state).toBe('running');

    byItself = user.start('rehearse', '--name', BY_ITSELF, ...assembly, '--json', '--run', ...DRILLS.flatMap((drill) => ['--drill', drill])).outcome;
  }, START_MILLIS);

  test('finds the namespace and the Deployment there', () => {
    expect(terminal.typeInVain('kubectl create namespace karpenter-test')).toContain('AlreadyExists');
    expect(terminal.type(`kubectl apply -f ${BASIC_DEPLOY}`)).toMatch(/^deployment.apps\/inflate (configured|unchanged)/);
    expect(terminal.type('kubectl get deployment -n karpenter-test inflate')).toMatch(/inflate +0\/0/);
    expect(terminal.type(typed('Look at the nodes before')).trim().split('\n')).toHaveLength(3);
  });

  test('comes to five pods on one node when it is scaled', async () => {
    expect(typed('Scale out')).toBe('kubectl scale deployment -n karpenter-test inflate --replicas 5');
    expect(terminal.type(typed('Scale out'))).toContain('deployment.apps/inflate scaled');
    const running = await terminal.typeUntil(typed('See the pods on it'), (pods) => pods.match(/ Running /g)?.length === 5, 150);
    const nodes = running.trim().split('\n').slice(1).map((line) => line.split(/\s+/)[6]);
    expect(new Set(nodes).size).toBe(1);
    expect(terminal.type(typed('See what Karpenter launches'))).toMatch(/default-\w+ .*on-demand/);
  });

  test('shows the launch in Karpenter\'s log', () => {
    expect(typed('Read it in its log')).toBe('kubectl -n $KARPENTER_NAMESPACE logs -l app.kubernetes.io/name=karpenter --all-containers=true --tail=-1 | grep "launched nodeclaim" | sort -u | jq -s');
    expect(parseJson(terminal.type(typed('Read it in its log')))).toEqual([expect.objectContaining({
      'level': 'INFO', 'message': 'launched nodeclaim', 'capacity-type': 'on-demand', 'instance-type': expect.stringMatching(/^c\d\w*\.2xlarge$/),
    })]);
  });

  test('shows the node by its team label, with the labels of the exercise', () => {
    expect(typed('See the node')).toBe('kubectl get nodes -l eks-team=my-team');
    expect(terminal.type(typed('See the node')).trim().split('\n')).toEqual([expect.stringMatching(/^NAME/), expect.stringMatching(/^ip-10-11-\S+ +Ready .* v1\.\d+\.\d+-eks-/)]);
    expect(typed('See its labels')).toBe('kubectl get node -l eks-team=my-team -o json | jq -r \'.items[0].metadata.labels\'');
    expect(parseJson(terminal.type(typed('See its labels')))).toMatchObject({
      'eks-team': 'my-team',
      'karpenter.sh/nodepool': 'default',
      'karpenter.k8s.aws/ec2nodeclass': 'default',
      'karpenter.sh/capacity-type': 'on-demand',
      'kubernetes.io/arch': 'amd64',
      'topology.kubernetes.io/region': 'ap-northeast-2',
    });
  });

  test('is started again without harm while it is scaled out', async () => {
    await user.json('rehearse', '--name', BY_HAND, ...assembly);
    expect(terminal.type(typed('See the pods on it')).match(/ Running /g)).toHaveLength(5);
  });

  test('stands beside another rehearsal, and both listen on loopback alone', async () => {
    // The other one may still be deployed: its control plane comes with its cluster.
    const isBeside = async (): Promise<boolean> => processesOf(BY_ITSELF).length >= 9 && (await statusOf(BY_ITSELF))?.state === 'running';
    for (let look = 0; look < 300 && !await isBeside(); look += 1) await pause(1000);
    const [one = [], two = []] = NAMES.map(processesOf);
    expect(two.length).toBeGreaterThanOrEqual(9);
    expect(one.length).toBeGreaterThanOrEqual(9);
    const sockets = [one, two].map((processes) => new Set(processes.flatMap(({ pid }) => listeningSockets(pid))));
    expect([...sockets[0] ?? []].filter((socket) => sockets[1]?.has(socket))).toEqual([]);
    expect(new Set([...one, ...two].flatMap(({ pid }) => listeningAddresses(pid)))).toEqual(new Set([LOOPBACK_HEX]));
    expect((await statusOf(BY_ITSELF))?.state).toBe('running');
  }, START_MILLIS);

  test('leaves no process, no port and no file when it is stopped and cleaned', async () => {
    const processes = processesOf(BY_HAND);
    const sockets = processes.flatMap(({ pid }) => listeningSockets(pid));
    expect(sockets.length).toBeGreaterThanOrEqual(10);
    await user.json('rehearse', '--stop', '--name', BY_HAND);
    expect(processes.filter(isProcessRunning)).toEqual([]);
    expect(processesOf(BY_HAND)).toEqual([]);
    // A process of many threads is gone a moment before the last of them closes its sockets.
    const left = (): readonly string[] => allListeningSockets().filter((socket) => sockets.includes(socket));
    for (let look = 0; look < 20 && left().length > 0; look += 1) await pause(100);
    expect(left()).toEqual([]);
    await user.json('rehearse', '--clean', '--name', BY_HAND);
    expect(existsSync(directoryOf(BY_HAND))).toBe(false);
    expect(user.files).toEqual([]);
  });

  describe('that lab walks by itself', () => {
    let result: ExerciseResult;
    const drill = (name: DrillResult['name']): DrillResult | undefined => result.drills.find((each) => each.name === name);
    const evidenceOf = (steps: ExerciseResult['steps']): string => steps.flatMap(({ evidence }) => evidence).join('\n');

    test('passes, with a time line from the scaling to the last pod', async () => {
      const { exitCode, stdout, stderr } = await byItself;
      if (exitCode !== 0) throw new Error(`it ended with ${exitCode}: ${stdout}${stderr.split('\n').slice(-20).join('\n')}`);
      result = JSON.parse(stdout) as ExerciseResult;
      expect(result).toMatchObject({ verdict: 'passed', isSimulated: true, replicas: 5 });
      expect(result.timeline.map(({ event }) => event)).toEqual([
        'scaled', 'pods pending', 'NodeClaim created', 'NodeClaim launched', 'node registered', 'node ready', 'pods running',
      ]);
      expect(result.nodes).toEqual([expect.objectContaining({ exercisePods: 5, capacityType: 'on-demand' })]);
    }, DRILLS_MILLIS);

    test('lists what is not simulated as the start of a rehearsal does', () => {
      expect(notSimulated.length).toBeLessThanOrEqual(4);
      expect(result.notSimulated).toEqual(notSimulated);
    });

    test.each<[DrillResult['name'], RegExp]>([
      ['consolidation', /Gone \d+\.\d s after the scaling/],
      ['limit', /exceed limits for nodepool/],
      ['capacity', /InsufficientCapacityError: (.*\n)+5 pods run on /],
      ['spot', /SpotInterrupted/],
      ['drift', /were Drifted; at most 1 node was disrupted at once, as the budget of 1 allows/],
      ['deadline', /Schedule [\w-]+ asks CloudFormation to delete the stack, with its own role\n(.*\n)+0 resources: every service was asked/],
      ['teardown', /[1-9]\d* instances?, [1-9]\d* resources in the account\n(.*\n)+0 resources: every service was asked/],
    ])('passes the drill %s, and says what it has proved', (name, words) => {
      expect(drill(name)).toMatchObject({ verdict: 'passed', proved: expect.any(String) as string });
      expect(evidenceOf(drill(name)?.steps ?? [])).toMatch(words);
    });

    test('is a whole lab again when it is started after the teardown', async () => {
      const started = await user.json<{ readonly rehearsal: RehearsalRecord }>('rehearse', '--name', BY_ITSELF, ...assembly);
      expect((await statusOf(BY_ITSELF))?.state).toBe('running');
      const other = new StudentTerminal(projectDirectory, started.rehearsal);
      expect(other.type('kubectl get nodepools,ec2nodeclasses')).toMatch(/nodepool\.karpenter\.sh\/default(.*\n)+ec2nodeclass\.karpenter\.k8s\.aws\/default/);
      expect(other.type('kubectl get deployment -n karpenter-test inflate')).toMatch(/inflate +0\/0/);
    }, START_MILLIS);

    test('is stopped whole after one of its processes was killed', async () => {
      const processes = processesOf(BY_ITSELF);
      const killed = (await statusOf(BY_ITSELF))?.processes.find(({ name }) => name === 'account');
      if (killed === undefined) throw new Error('the rehearsal has no account');
      // Its control plane and Karpenter outlive it.
      process.kill(killed.pid, 'SIGKILL');
      await pause(500);
      expect((await statusOf(BY_ITSELF))?.state).toBe('damaged');
      await user.json('rehearse', '--stop', '--name', BY_ITSELF);
      expect(processes.filter(isProcessRunning)).toEqual([]);
      expect((await statusOf(BY_ITSELF))?.state).toBe('stopped');
    });
  });
});
