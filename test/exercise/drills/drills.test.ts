import type { ExerciseDeadlines } from '../../../lib/exercise/deadlines';
import type { DrillMeans } from '../../../lib/exercise/drills/drill-stage';
import type { DrillName, DrillResult } from '../../../lib/exercise/exercise-result';
import { expectationsOf } from '../../../lib/exercise/expectations';
import { runDrills } from '../../../lib/exercise/run-exercise';
import { type JsonObject, textAt } from '../../../lib/json';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS } from '../../../lib/kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import type { TypedResult } from '../../../lib/rehearsal/rehearsal-terminal';
import { type RunContext, runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { smallLabView } from '../../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../../support/fake-kubernetes/lab-in-a-fake';

const expectations = expectationsOf(smallLabView());
const QUICK_POOL = { disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '0s' } };

/** What a test's drill does otherwise. */
interface DrillChanges extends Partial<RunContext> {
  readonly deadlines?: Partial<ExerciseDeadlines>;
  readonly means?: Partial<DrillMeans>;
}

describe('a drill', () => {
  let lab: LabInAFake;
  const typed: string[] = [];
  const typedResult = (command: string, changes: Partial<TypedResult> = {}): TypedResult => ({ command, exitCode: 0, output: ['done'], errors: [], seconds: 1, ...changes });
  const terminal: DrillMeans['terminal'] = {
    lab: async (args) => {
      typed.push(`lab ${args[0] ?? ''}`);
      if (args[0] === 'teardown') await playedTeardown();
      return typedResult('lab');
    },
    cdk: () => Promise.reject(new Error('not asked for')),
    // The one line that a drill types is a patch.
    shell: async (line) => {
      typed.push(line);
      const [, name = '', patch = '{}'] = /^kubectl patch ec2nodeclass (\S+) --type merge -p '(.*)'$/.exec(line) ?? [];
      await lab.api.patch(EC2_NODE_CLASSES, { name }, JSON.parse(patch) as JsonObject);
      return typedResult(line);
    },
  };
  const shortages: string[][] = [];
  const events: DrillMeans['events'] = {
    interruptSpot: (instanceId) => {
      lab.controllers.interrupt(instanceId);
      return Promise.resolve();
    },
    setShortages: (short) => {
      shortages.push(short.map(({ instanceType }) => instanceType));
      lab.controllers.setShortages(short.map(({ instanceType }) => instanceType));
      return Promise.resolve();
    },
    passTime: () => Promise.resolve([]),
    leaveInterface: () => Promise.resolve(['aws-K8S-i-1']),
    protectByGuardDuty: () => Promise.resolve(['GuardDutyManagedSecurityGroup-vpc-1']),
  };
  const PLAYED: Omit<DrillMeans, 'connect'> = {
    stackStatus: () => Promise.resolve('CREATE_COMPLETE'),
    terminal,
    events,
    assemblyDirectory: 'cdk.out',
    overrides: { 'karpenter.limits.cpu': '50' },
    synthesisDirectory: 'synthesized.out',
    assemblyWith: () => Promise.reject(new Error('not asked for')),
    cheapestType: 'c5a.2xlarge',
    countInstances: () => Promise.resolve(lab.controllers.instanceCount),
    everythingInAccount: () => Promise.resolve([]),
  };
  afterEach(() => lab.stop());

  /** @param deadlines for what a test sees fail, which is not waited for */
  const drill = async (name: DrillName, { deadlines, means, ...given }: DrillChanges = {}): Promise<DrillResult> => {
    const run = runContext(given);
    const [result] = await runDrills({
      expectations, deadlines, drills: [name], means: { ...PLAYED, connect: () => Promise.resolve(lab.fake.api().boundTo(run.signal)), ...means },
    }, run);
    if (result === undefined) throw new Error('no drill was done');
    return result;
  };
  const start = async (given: LabInAFakeOptions = {}): Promise<LabInAFake> => (lab = await labInAFake({ nodePool: QUICK_POOL, ...given }));
  const failureOf = ({ steps }: DrillResult): string => steps.find(({ outcome }) => outcome === 'failed')?.evidence.join('\n') ?? '';
  const evidenceOf = ({ steps }: DrillResult): string => steps.flatMap(({ evidence }) => evidence).join('\n');
  const namesOf = (kind: typeof NODE_POOLS | typeof NAMESPACES | typeof NODE_CLAIMS | typeof EC2_NODE_CLASSES): readonly string[] =>
    lab.fake.all(kind).map((body) => textAt(body, 'metadata', 'name') ?? '');
  /** That nothing of a drill's own is left, and the lab's NodePool is as it was. */
  const expectPutBack = (): void => {
    expect([...namesOf(NAMESPACES), ...namesOf(NODE_POOLS), ...namesOf(NODE_CLAIMS), ...namesOf(EC2_NODE_CLASSES)].filter((name) => name.startsWith('lab-drill'))).toEqual([]);
    expect(lab.fake.find(NODE_POOLS, { name: 'default' })).toMatchObject({ spec: { limits: { cpu: 100 } } });
  };

  describe('of consolidation', () => {
    test('ends with 0 replicas and no node, and says what that saves', async () => {
      await start();
      const result = await drill('consolidation');
      expect(failureOf(result)).toBe('');
      expect(result).toMatchObject({ name: 'consolidation', verdict: 'passed' });
      expect(evidenceOf(result)).toMatch(/Gone \d+\.\d s after the scaling, which saves .*0\.344/);
      expect(lab.fake.all(NODES)).toEqual([]);
      expect(lab.fake.find(DEPLOYMENTS, { namespace: 'karpenter-test', name: 'inflate' })).toMatchObject({ spec: { replicas: 0 } });
    });

    test('says so where the NodePool never consolidates', async () => {
      await start({ nodePool: { disruption: { consolidateAfter: 'Never' } } });
      const { steps } = await drill('consolidation');
      expect(steps.at(-1)).toMatchObject({ outcome: 'skipped', evidence: ['NodePool default never removes a node for being empty: its consolidateAfter is Never.'] });
    });

    test('fails when something else keeps the node, and names the node', async () => {
      await start();
      const result = await drill('consolidation', {
        deadlines: { consolidatedSeconds: 0.2 },
        onProgress: ({ step, state }) => {
          const [node] = lab.fake.all(NODES);
          if (!step.startsWith('Scale the Deployment back') || state !== 'started' || node === undefined) return;
          lab.fake.put(PODS, { metadata: { name: 'squatter', namespace: 'default' }, spec: { nodeName: textAt(node, 'metadata', 'name') ?? '' }, status: { phase: 'Running' } });
        },
      });
      expect(result.verdict).toBe('failed');
      expect(failureOf(result)).toMatch(/Still there: ip-default-\d+$/);
    });
  });

  describe('of the limit', () => {
    test('shows Karpenter\'s refusal, then all pods under a higher limit, and leaves the lab\'s NodePool alone', async () => {
      await start();
      const result = await drill('limit');
      expect(failureOf(result)).toBe('');
      expect(result.verdict).toBe('passed');
      expect(evidenceOf(result)).toMatch(/exceed limits for nodepool/);
      expect(evidenceOf(result)).toContain('5 pods run on');
      expectPutBack();
    });

    test('fails when no node comes under the higher limit, and puts everything back', async () => {
      await start({ boots: false });
      const result = await drill('limit', { deadlines: { claimedSeconds: 0.2, nodeReadySeconds: 0.1 } });
      expect(result.verdict).toBe('failed');
      expect(failureOf(result)).toMatch(/^Not within 0.3\d* s: 5 pods of inflate run\./);
      expectPutBack();
    });

    test('fails when somebody else has a namespace of its name, and leaves that alone', async () => {
      await start();
      lab.fake.put(NAMESPACES, { metadata: { name: 'lab-drill-limit' } });
      const result = await drill('limit');
      expect(failureOf(result)).toContain('Namespace lab-drill-limit exists, and the lab did not make it');
      expect(namesOf(NAMESPACES)).toContain('lab-drill-limit');
    });

    test('fails when it is interrupted, and puts everything back all the same', async () => {
      await start({ boots: false });
      const interruption = new AbortController();
      const interrupted = drill('limit', {
        signal: interruption.signal,
        onProgress: ({ step, state }) => {
          if (step.startsWith('With a higher limit') && state === 'started') setTimeout(() => interruption.abort(new Error('Ctrl-C')), 20);
        },
      });
      await expect(interrupted).rejects.toThrow('Ctrl-C');
      expectPutBack();
    });
  });

  describe('of a spot interruption', () => {
    test('shows the warning, the drain and the replacement', async () => {
      await start();
      const interrupted: string[] = [];
      const result = await drill('spot', {
        means: {
          events: {
            ...events,
            interruptSpot: (instanceId) => {
              interrupted.push(instanceId);
              return events.interruptSpot(instanceId);
            },
          },
        },
      });
      expect(failureOf(result)).toBe('');
      expect(result.verdict).toBe('passed');
      expect(interrupted).toEqual([expect.stringMatching(/^i-lab-drill-spot-\d+$/)]);
      expect(evidenceOf(result)).toMatch(/SpotInterrupted lab-drill-spot-\d+/);
      // Here all happens at once, and the news of the replacement may come last, too late for its line.
      expect(evidenceOf(result)).toContain('all pods running again');
      expectPutBack();
    });

    test('fails when nobody hears of it, says where to look, and puts everything back', async () => {
      await start();
      const result = await drill('spot', { deadlines: { noticedSeconds: 0.2 }, means: { events: { ...events, interruptSpot: () => Promise.resolve() } } });
      expect(failureOf(result)).toContain('see whether it runs with the queue of the stack (settings.interruptionQueue)');
      expect(result.steps.at(-1)).toMatchObject({ title: 'Put everything back', outcome: 'passed' });
      expectPutBack();
    });
  });

  describe('of a shortage', () => {
    beforeEach(() => shortages.splice(0));

    test('shows what a NodePool of one type meets, and that one of many takes the next type', async () => {
      await start();
      const result = await drill('capacity');
      expect(failureOf(result)).toBe('');
      expect(result).toMatchObject({ verdict: 'passed', proved: expect.stringContaining('gets the next one') as string });
      expect(evidenceOf(result)).toContain('InsufficientCapacityError: NodeClaim lab-drill-capacity-');
      expect(evidenceOf(result)).toMatch(/Karpenter logs: failed launching nodeclaim: .*InsufficientInstanceCapacity/);
      expect(evidenceOf(result)).toMatch(/5 pods run on ip-lab-drill-capacity-\d+ \(c5\.2xlarge, /);
      expect(shortages).toEqual([['c5a.2xlarge'], []]);
      expectPutBack();
    });

    test('fails when no other type comes, and EC2 has all types again', async () => {
      await start({ boots: false });
      const result = await drill('capacity', { deadlines: { claimedSeconds: 0.1, nodeReadySeconds: 0.1 } });
      expect(result.steps.find(({ outcome }) => outcome === 'failed')?.title).toBe('A NodePool that allows more takes the next type');
      expect(shortages.at(-1)).toEqual([]);
      expect(result.steps.at(-1)).toMatchObject({ title: 'EC2 has c5a.2xlarge again', outcome: 'passed' });
      expectPutBack();
    });

    test('fails when EC2 launches what it should not have', async () => {
      await start();
      const result = await drill('capacity', { means: { events: { ...events, setShortages: () => Promise.resolve() } }, deadlines: { refusedSeconds: 0.2 } });
      expect(failureOf(result)).toContain('Karpenter reports that EC2 has no c5a.2xlarge');
      expectPutBack();
    });

    test('fails when it is interrupted, and EC2 has all types again all the same', async () => {
      await start();
      const interruption = new AbortController();
      const interrupted = drill('capacity', {
        signal: interruption.signal,
        onProgress: ({ step, state }) => {
          if (step.startsWith('A NodePool that allows c5a.2xlarge only') && state === 'finished') interruption.abort(new Error('Ctrl-C'));
        },
      });
      await expect(interrupted).rejects.toThrow('Ctrl-C');
      expect(shortages.at(-1)).toEqual([]);
      expectPutBack();
    });

    test('is skipped where no price says which type is the cheapest', async () => {
      await start();
      const result = await drill('capacity', { means: { cheapestType: undefined } });
      expect(result.steps).toMatchObject([{ outcome: 'skipped' }]);
      expect(result.proved).toBeUndefined();
    });
  });

  describe('of drift', () => {
    const withImage = async (given: LabInAFakeOptions = {}): Promise<void> => {
      await start(given);
      lab.fake.put(EC2_NODE_CLASSES, { metadata: { name: 'default' }, spec: { amiSelectorTerms: [{ alias: 'al2023@v20260917' }] } });
    };
    beforeEach(() => typed.splice(0));

    test('types a newer image, shows that the nodes drift and are replaced one after the other, and leaves the lab\'s EC2NodeClass alone', async () => {
      await withImage();
      const result = await drill('drift');
      expect(failureOf(result)).toBe('');
      expect(result).toMatchObject({ verdict: 'passed', proved: expect.stringContaining('disruption budget') as string });
      expect(typed).toEqual(['kubectl patch ec2nodeclass lab-drill-drift --type merge -p \'{"spec":{"amiSelectorTerms":[{"alias":"al2023@v20261001"}]}}\'']);
      expect(evidenceOf(result)).toContain('were Drifted; at most 1 node was disrupted at once, as the budget of 1 allows');
      expect(evidenceOf(result)).toContain('Images: ami-al2023@v20260917 before, ami-al2023@v20261001 now');
      expect(lab.fake.find(EC2_NODE_CLASSES, { name: 'default' })).toMatchObject({ spec: { amiSelectorTerms: [{ alias: 'al2023@v20260917' }] } });
      expectPutBack();
    });

    test('fails when more nodes are disrupted at once than the budget allows', async () => {
      await withImage({ ignoresBudgets: true });
      const result = await drill('drift');
      expect(failureOf(result)).toMatch(/Karpenter disrupted [23] nodes at once; the budget allows 1/);
      expectPutBack();
    });

    test('fails when no node drifts, and says which', async () => {
      await withImage();
      const deaf: DrillMeans['terminal'] = { ...terminal, shell: (line) => Promise.resolve(typedResult(line)) };
      const result = await drill('drift', { means: { terminal: deaf }, deadlines: { replacedSeconds: 0.1 } });
      expect(failureOf(result)).toMatch(/NodeClaim lab-drill-drift-\d+ is still there and not Drifted/);
      expectPutBack();
    });
  });

  describe('of the teardown', () => {
    const NEVER = { nodePool: { disruption: { consolidateAfter: 'Never' } } };
    const scaling = 'Scale the Deployment to 5 replicas';
    beforeEach(() => typed.splice(0));

    test('types the teardown, and ends with an empty account', async () => {
      await start();
      await drill('consolidation');
      await lab.api.scale(DEPLOYMENTS, { namespace: 'karpenter-test', name: 'inflate' }, 5);
      const result = await drill('teardown');
      expect(failureOf(result)).toBe('');
      expect(typed).toEqual(['lab teardown']);
      expect(result.steps.find(({ title }) => title.startsWith('Count'))?.evidence).toEqual(['1 NodeClaim, 1 instance, 0 resources in the account']);
      expect(result.steps.at(-1)?.evidence).toEqual(['0 resources: every service was asked, by no name or tag of the lab\'s']);
    });

    test('scales the exercise out first where there is no node, and not where there is one', async () => {
      await start(NEVER);
      const result = await drill('teardown');
      expect(failureOf(result)).toBe('');
      expect(result.steps.map(({ title }) => title)).toContain(scaling);

      await lab.stop();
      await start(NEVER);
      await drill('consolidation');
      const again = await drill('teardown');
      expect(again.steps.map(({ title }) => title)).not.toContain(scaling);
    });

    test('fails when there is no instance to remove, and tears nothing down', async () => {
      await start();
      const result = await drill('teardown', { means: { countInstances: () => Promise.resolve(0) } });
      expect(failureOf(result)).toContain('its removal would prove nothing');
      expect(typed).toEqual([]);
    });

    test('fails when the teardown itself does, with what it says', async () => {
      await start();
      const failing: DrillMeans['terminal'] = { ...terminal, lab: () => Promise.resolve(typedResult('lab', { exitCode: 1, errors: ['NodeClaim default-1 is still there.'] })) };
      expect(failureOf(await drill('teardown', { means: { terminal: failing } }))).toContain('NodeClaim default-1 is still there.');
    });

    test('fails when something stays although the teardown says that nothing does', async () => {
      await start();
      const result = await drill('teardown', { means: { everythingInAccount: () => Promise.resolve([{ service: 'ec2', kind: 'volume', id: 'vol-1' }]) } });
      expect(failureOf(result)).toContain('The account still holds volume vol-1.');
    });
  });

  describe('of the deadline', () => {
    /** A stack that is deleted at nine, or an hour later once it was extended. */
    const deadline = ({ isHeeded = true, isExtended = true } = {}) => {
      const commands: string[] = [];
      let passed = 0;
      let isThere = true;
      const stackStatus = () => Promise.resolve(isThere ? 'UPDATE_COMPLETE' : undefined);
      const means: Partial<DrillMeans> = {
        stackStatus,
        terminal: {
          ...terminal,
          lab: (args) => {
            commands.push(args.join(' '));
            return Promise.resolve(typedResult('lab'));
          },
        },
        events: {
          ...events,
          passTime: (seconds) => {
            passed += seconds;
            const isDue = isHeeded && passed > (isExtended ? 3 : 2) * 3600;
            isThere &&= !isDue;
            return Promise.resolve(isDue ? ['karpenter-lab-deadline'] : []);
          },
        },
      };
      return { commands, means };
    };

    test('deploys the lab with a deadline, moves it, and lets both moments pass', async () => {
      await start();
      const { commands, means } = deadline();
      const result = await drill('deadline', { means });
      expect(failureOf(result)).toBe('');
      expect(result).toMatchObject({ verdict: 'passed', proved: expect.stringContaining('AWS deletes the lab by itself') as string });
      expect(commands).toEqual([
        expect.stringMatching(/^deploy --yes --assembly synthesized\.out -c karpenter\.limits\.cpu=50 -c expiresAt=\d{4}-\d\d-\d\dT\d\d:\d\dZ$/),
        'extend 1h --yes --assembly synthesized.out',
      ]);
      expect(evidenceOf(result)).toContain('Schedule karpenter-lab-deadline asks CloudFormation to delete the stack');
    });

    test('fails when the lab goes at the first moment although it was extended', async () => {
      await start();
      const { means } = deadline({ isExtended: false });
      expect(failureOf(await drill('deadline', { means }))).toContain('1 schedule started, and the stack is gone, although the deadline was moved.');
    });

    test('fails when nothing happens at the deadline, and takes the deadline away', async () => {
      await start();
      const { commands, means } = deadline({ isHeeded: false });
      const result = await drill('deadline', { means });
      expect(failureOf(result)).toContain('No schedule started at the deadline.');
      expect(commands.at(-1)).toBe('deploy --yes --assembly cdk.out');
      expect(result.steps.at(-1)).toMatchObject({ title: 'Put everything back: deploy the lab without the deadline', outcome: 'passed' });
    });

    test('fails when the assembly does not say of which configuration it was made, and deploys nothing else', async () => {
      await start();
      const { commands, means } = deadline();
      const result = await drill('deadline', { means: { ...means, overrides: undefined } });
      expect(failureOf(result)).toContain('does not say of which configuration it was made');
      expect(commands).toEqual(['deploy --yes --assembly cdk.out']);
    });
  });

  describe('that begins with the lab', () => {
    let statuses: (string | undefined)[] = [];
    const stackStatus = (): Promise<string | undefined> => Promise.resolve(statuses.shift());
    beforeEach(() => typed.splice(0));

    test('deploys it first where there is none, and says that it is proved', async () => {
      await start();
      statuses = [undefined, 'CREATE_COMPLETE'];
      const result = await drill('consolidation', { means: { stackStatus } });
      expect(failureOf(result)).toBe('');
      expect(typed).toEqual(['lab deploy']);
      expect(result).toMatchObject({ isLabLeft: true, proved: 'Karpenter removes nodes on which nothing runs, and their cost ends.' });
    });

    test('tears down first what is half there', async () => {
      await start();
      statuses = ['DELETE_FAILED'];
      const typing: DrillMeans['terminal'] = {
        ...terminal,
        lab: (args) => {
          typed.push(`lab ${args[0] ?? ''}`);
          return Promise.resolve(typedResult('lab'));
        },
      };
      await drill('consolidation', { means: { stackStatus, terminal: typing } });
      expect(typed).toEqual(['lab teardown', 'lab deploy']);
    });

    test('fails when the lab cannot be deployed, proves nothing, and goes no further', async () => {
      await start();
      statuses = [undefined];
      const failing: DrillMeans['terminal'] = { ...terminal, lab: () => Promise.resolve(typedResult('lab', { exitCode: 1, errors: ['There is no bootstrap bucket.'] })) };
      const result = await drill('consolidation', { means: { stackStatus, terminal: failing } });
      expect(failureOf(result)).toContain('There is no bootstrap bucket.');
      expect(result.steps).toHaveLength(1);
      expect(result).toMatchObject({ isLabLeft: false });
      expect(result.proved).toBeUndefined();
    });
  });

  async function playedTeardown(): Promise<void> {
    for (const kind of [NAMESPACES, NODE_POOLS]) {
      for (const name of namesOf(kind)) await lab.api.delete(kind, { name });
    }
    await pollFor(() => lab.fake.all(NODE_CLAIMS).length === 0 && lab.controllers.instanceCount === 0, { what: 'all is gone', deadlineSeconds: 5, everySeconds: 0.01, describeMissing: () => namesOf(NODE_CLAIMS) });
  }
});

test('drills are done in the order in which they follow on each other, and none is kept from its turn by one that failed', async () => {
  const lab = await labInAFake({ nodePool: QUICK_POOL });
  const unwanted = () => Promise.reject(new Error('not asked for'));
  const means: DrillMeans = {
    connect: () => Promise.resolve(lab.fake.api()),
    stackStatus: () => Promise.resolve('CREATE_COMPLETE'),
    terminal: { lab: unwanted, cdk: unwanted, shell: unwanted },
    events: { interruptSpot: () => Promise.resolve(), setShortages: unwanted, passTime: unwanted, leaveInterface: unwanted, protectByGuardDuty: unwanted },
    assemblyDirectory: 'cdk.out',
    overrides: { 'karpenter.limits.cpu': '50' },
    synthesisDirectory: 'synthesized.out',
    assemblyWith: unwanted,
    countInstances: () => Promise.resolve(lab.controllers.instanceCount),
    everythingInAccount: unwanted,
  };
  const results = await runDrills({ expectations, drills: ['spot', 'consolidation'], means, deadlines: { noticedSeconds: 0.1 } }, runContext());
  expect(results.map(({ name, verdict }) => [name, verdict])).toEqual([['consolidation', 'passed'], ['spot', 'failed']]);
  await lab.stop();
});
