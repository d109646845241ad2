import type { ExerciseDeadlines } from '../../../lib/exercise/deadlines';
import type { DrillMeans } from '../../../lib/exercise/drills/drill-stage';
import type { DrillName, DrillResult } from '../../../lib/exercise/exercise-result';
import { expectationsOf } from '../../../lib/exercise/expectations';
import { runDrills } from '../../../lib/exercise/run-exercise';
import { textAt } from '../../../lib/json';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { LabError } from '../../../lib/lab-error';
import type { TeardownResult } from '../../../lib/removal/teardown-result';
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
  const PLAYED: DrillMeans = {
    interrupt: (instanceId) => {
      lab.controllers.interrupt(instanceId);
      return Promise.resolve();
    },
    countInstances: () => Promise.resolve(lab.controllers.instanceCount),
    teardown: ({ isDryRun }) => playedTeardown(isDryRun),
  };
  afterEach(() => lab.stop());

  /** @param deadlines for what a test sees fail, which is not waited for */
  const drill = async (name: DrillName, { deadlines, means, ...given }: DrillChanges = {}): Promise<DrillResult> => {
    const run = runContext(given);
    const [result] = await runDrills(lab.api.boundTo(run.signal), { expectations, deadlines, drills: [name], means: { ...PLAYED, ...means } }, run);
    if (result === undefined) throw new Error('no drill was done');
    return result;
  };
  const start = async (given: LabInAFakeOptions = {}): Promise<LabInAFake> => (lab = await labInAFake({ nodePool: QUICK_POOL, ...given }));
  const failureOf = ({ steps }: DrillResult): string => steps.find(({ outcome }) => outcome === 'failed')?.evidence.join('\n') ?? '';
  const evidenceOf = ({ steps }: DrillResult): string => steps.flatMap(({ evidence }) => evidence).join('\n');
  const namesOf = (kind: typeof NODE_POOLS | typeof NAMESPACES | typeof NODE_CLAIMS): readonly string[] =>
    lab.fake.all(kind).map((body) => textAt(body, 'metadata', 'name') ?? '');
  /** That nothing of a drill's own is left, and the lab's NodePool is as it was. */
  const expectPutBack = (): void => {
    expect([...namesOf(NAMESPACES), ...namesOf(NODE_POOLS), ...namesOf(NODE_CLAIMS)].filter((name) => name.startsWith('lab-drill'))).toEqual([]);
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
          interrupt: (instanceId) => {
            interrupted.push(instanceId);
            return PLAYED.interrupt(instanceId);
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
      const result = await drill('spot', { deadlines: { noticedSeconds: 0.2 }, means: { interrupt: () => Promise.resolve() } });
      expect(failureOf(result)).toContain('see whether it runs with the queue of the stack (settings.interruptionQueue)');
      expect(result.steps.at(-1)).toMatchObject({ title: 'Put everything back', outcome: 'passed' });
      expectPutBack();
    });
  });

  describe('of the teardown', () => {
    const NEVER = { nodePool: { disruption: { consolidateAfter: 'Never' } } };
    const torn: boolean[] = [];
    const scaling = 'Scale the Deployment to 5 replicas';
    beforeEach(() => torn.splice(0));
    /** A teardown that is played: it removes what Karpenter launches, and asks what is left. */
    const teardown = (changes: Partial<TeardownResult> = {}): DrillMeans['teardown'] => async ({ isDryRun }) => {
      torn.push(isDryRun);
      return { ...await playedTeardown(isDryRun), ...changes };
    };

    test('walks the teardown, and ends with no NodeClaim, no instance, no stack and no cluster', async () => {
      await start();
      await drill('consolidation');
      await lab.api.scale(DEPLOYMENTS, { namespace: 'karpenter-test', name: 'inflate' }, 5);
      const result = await drill('teardown', { means: { teardown: teardown() } });
      expect(failureOf(result)).toBe('');
      expect(torn).toEqual([false, true]);
      expect(result.steps.find(({ title }) => title.startsWith('Count'))?.evidence).toEqual(['1 NodeClaim, 1 instance']);
      expect(result.steps.find(({ title }) => title.startsWith('Tear'))?.evidence).toEqual(['drain done: all gone', 'instance i-1: removed by Karpenter']);
      expect(result.steps.at(-1)?.evidence).toEqual(['1 NodeClaim before, 0 after', '1 instance before, 0 after', 'There is no stack lab any more', 'There is no cluster lab any more']);
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
      expect(evidenceOf(again)).toContain('1 NodeClaim before, 0 after');
    });

    test('fails when there is no instance to remove, and tears nothing down', async () => {
      await start();
      const result = await drill('teardown', { means: { countInstances: () => Promise.resolve(0), teardown: teardown() } });
      expect(failureOf(result)).toContain('its removal would prove nothing');
      expect(torn).toEqual([]);
    });

    test('fails when the teardown itself does, with what it says', async () => {
      await start();
      const failing = () => Promise.reject(new LabError({ code: 'NodeClaimsRemained', message: 'NodeClaim default-1 is still there.', remedy: 'See what holds it.' }));
      expect(failureOf(await drill('teardown', { means: { teardown: failing } }))).toContain('NodeClaim default-1 is still there.');
    });

    test('fails when the teardown leaves something', async () => {
      await start();
      const remaining = [{ kind: 'volume' as const, id: 'vol-1', name: 'vol-1', evidence: '', isBillable: true }];
      expect(failureOf(await drill('teardown', { means: { teardown: teardown({ outcome: 'remained', remaining }) } }))).toContain('The teardown ended with 1 leftover: volume vol-1.');
    });

    test('fails when an instance, a NodePool or the stack stays although the teardown says that nothing does', async () => {
      await start();
      const inventory = { account: '', region: '', clusterName: 'lab', stackName: 'lab', stackStatus: 'DELETE_FAILED', stackResourceCount: 0, drainedBy: 'nobody' as const, objects: [], leftovers: [] };
      const result = await drill('teardown', {
        means: {
          countInstances: () => Promise.resolve(2),
          teardown: async (options) => {
            const ended = await teardown({ inventory })(options, runContext());
            if (!options.isDryRun) lab.fake.put(NODE_POOLS, { metadata: { name: 'of-a-student' }, spec: { template: {} } });
            return ended;
          },
        },
      });
      expect(failureOf(result)).toContain('Still there after the teardown: 2 instances, NodePool of-a-student and stack lab.');
    });
  });

  async function playedTeardown(isDryRun: boolean): Promise<TeardownResult> {
    const inventory = { account: '', region: '', clusterName: 'lab', stackName: 'lab', stackResourceCount: 0, drainedBy: 'nobody' as const, objects: [], leftovers: [] };
    const common = { account: '', region: '', clusterName: 'lab', stackName: 'lab', inventory, deletedObjects: [], releasedObjects: [], terminatedInstances: [], kept: [], remaining: [], isBillableLeft: false };
    if (isDryRun) return { ...common, outcome: 'listed', stages: [], accounted: [] };
    for (const kind of [NAMESPACES, NODE_POOLS]) {
      for (const name of namesOf(kind)) await lab.api.delete(kind, { name });
    }
    await pollFor(() => lab.fake.all(NODE_CLAIMS).length === 0 && lab.controllers.instanceCount === 0, { what: 'all is gone', deadlineSeconds: 5, everySeconds: 0.01, describeMissing: () => namesOf(NODE_CLAIMS) });
    return { ...common, outcome: 'clean', stages: [{ stage: 'drain', outcome: 'done', detail: 'all gone' }], accounted: [{ kind: 'instance', id: 'i-1', name: 'i-1', evidence: '', isBillable: true, removedBy: 'Karpenter' }] };
  }
});

test('drills are done in the order in which they follow on each other, and none is kept from its turn by one that failed', async () => {
  const lab = await labInAFake({ nodePool: QUICK_POOL });
  const means: DrillMeans = {
    interrupt: () => Promise.resolve(),
    countInstances: () => Promise.resolve(lab.controllers.instanceCount),
    teardown: () => Promise.reject(new Error('not asked for')),
  };
  const results = await runDrills(lab.api, { expectations, drills: ['spot', 'consolidation'], means, deadlines: { noticedSeconds: 0.1 } }, runContext());
  expect(results.map(({ name, verdict }) => [name, verdict])).toEqual([['consolidation', 'passed'], ['spot', 'failed']]);
  await lab.stop();
});
