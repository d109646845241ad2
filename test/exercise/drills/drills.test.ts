import { consolidationDrill } from '../../../lib/exercise/drills/consolidation-drill';
import type { DrillOptions } from '../../../lib/exercise/drills/drill-stage';
import { limitDrill } from '../../../lib/exercise/drills/limit-drill';
import { runDrills } from '../../../lib/exercise/drills/run-drills';
import { spotDrill } from '../../../lib/exercise/drills/spot-drill';
import { teardownDrill } from '../../../lib/exercise/drills/teardown-drill';
import type { DrillResult } from '../../../lib/exercise/exercise-result';
import { expectationsOf } from '../../../lib/exercise/expectations';
import { textAt } from '../../../lib/json';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS } from '../../../lib/kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { smallLabView } from '../../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../../support/fake-kubernetes/lab-in-a-fake';

const options: DrillOptions = { expectations: expectationsOf(smallLabView()) };
/** With a deadline for what a test sees fail, which is not waited for. */
const soon = (deadlines: DrillOptions['deadlines']): DrillOptions => ({ ...options, deadlines });
const QUICK_POOL = { disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '0s' } };

describe('a drill', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

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
      const result = await consolidationDrill(lab.api, options);
      expect(failureOf(result)).toBe('');
      expect(result).toMatchObject({ name: 'consolidation', verdict: 'passed' });
      expect(evidenceOf(result)).toMatch(/Gone \d+\.\d s after the scaling, which saves .*0\.344/);
      expect(lab.fake.all(NODES)).toEqual([]);
      expect(lab.fake.find(DEPLOYMENTS, { namespace: 'karpenter-test', name: 'inflate' })).toMatchObject({ spec: { replicas: 0 } });
    });

    test('says so where the NodePool never consolidates', async () => {
      await start({ nodePool: { disruption: { consolidateAfter: 'Never' } } });
      const { steps } = await consolidationDrill(lab.api, options);
      expect(steps.at(-1)).toMatchObject({ outcome: 'skipped', evidence: ['NodePool default never consolidates: its consolidateAfter is Never.'] });
    });

    test('fails when something else keeps the node, and names the node', async () => {
      await start();
      const result = await consolidationDrill(lab.api, {
        ...soon({ consolidatedSeconds: 0.2 }),
        onProgress: ({ step, state }) => {
          const [node] = lab.fake.all(NODES);
          if (!step.startsWith('Scale the Deployment back') || state !== 'started' || node === undefined) return;
          lab.fake.put(PODS, { metadata: { name: 'squatter', namespace: 'default' }, spec: { nodeName: textAt(node, 'metadata', 'name') ?? '' }, status: { phase: 'Running' } });
        },
      });
      expect(result.verdict).toBe('failed');
      expect(failureOf(result)).toMatch(/Still there: ip-default-\d+\./);
    });
  });

  describe('of the limit', () => {
    test('shows Karpenter\'s refusal, then all pods under a higher limit, and leaves the lab\'s NodePool alone', async () => {
      await start();
      const result = await limitDrill(lab.api, options);
      expect(failureOf(result)).toBe('');
      expect(result.verdict).toBe('passed');
      expect(evidenceOf(result)).toMatch(/exceed limits for nodepool/);
      expect(evidenceOf(result)).toContain('5 pods run on');
      expectPutBack();
    });

    test('fails when no node comes under the higher limit, and puts everything back', async () => {
      await start({ boots: false });
      const result = await limitDrill(lab.api, soon({ claimedSeconds: 0.2, nodeReadySeconds: 0.1 }));
      expect(result.verdict).toBe('failed');
      expect(failureOf(result)).toMatch(/^Not within 0.3\d* s: 5 pods of inflate run\./);
      expectPutBack();
    });

    test('fails when somebody else has a namespace of its name, and leaves that alone', async () => {
      await start();
      lab.fake.put(NAMESPACES, { metadata: { name: 'lab-drill-limit' } });
      const result = await limitDrill(lab.api, options);
      expect(failureOf(result)).toContain('Namespace lab-drill-limit exists, and the lab did not make it');
      expect(namesOf(NAMESPACES)).toContain('lab-drill-limit');
    });

    test('fails when it is interrupted, and puts everything back all the same', async () => {
      await start({ boots: false });
      const interruption = new AbortController();
      const drill = limitDrill(lab.api, {
        ...options,
        signal: interruption.signal,
        onProgress: ({ step, state }) => {
          if (step.startsWith('With a higher limit') && state === 'started') setTimeout(() => interruption.abort(new Error('Ctrl-C')), 20);
        },
      });
      await expect(drill).rejects.toThrow('Ctrl-C');
      expectPutBack();
    });
  });

  describe('of a spot interruption', () => {
    test('shows the warning, the drain and the replacement', async () => {
      await start();
      const interrupted: string[] = [];
      const result = await spotDrill(lab.api, {
        ...options,
        interrupt: (instanceId) => {
          interrupted.push(instanceId);
          lab.controllers.interrupt(instanceId);
          return Promise.resolve();
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
      const result = await spotDrill(lab.api, { ...soon({ noticedSeconds: 0.2 }), interrupt: () => Promise.resolve() });
      expect(failureOf(result)).toContain('see whether it runs with the queue of the stack (settings.interruptionQueue)');
      expect(result.steps.at(-1)).toMatchObject({ title: 'Put everything back', outcome: 'passed' });
      expectPutBack();
    });
  });

  describe('of the teardown', () => {
    const countInstances = (): Promise<number> => Promise.resolve(lab.controllers.instanceCount);

    test('ends with no NodeClaim and no instance, NodePools of students among what goes', async () => {
      await start();
      lab.fake.put(NODE_POOLS, { metadata: { name: 'of-a-student' }, spec: { template: { metadata: { labels: {} } } } });
      await consolidationDrill(lab.api, options);
      await lab.api.scale(DEPLOYMENTS, { namespace: 'karpenter-test', name: 'inflate' }, 5);
      const result = await teardownDrill(lab.api, { ...options, countInstances });
      expect(failureOf(result)).toBe('');
      expect(result.steps.find(({ title }) => title.startsWith('Count'))?.evidence).toEqual(['1 NodeClaim, 1 instance']);
      expect(result.steps.at(-1)?.evidence).toEqual(['1 instance before, 0 after']);
      expect([NODE_POOLS, NODE_CLAIMS, EC2_NODE_CLASSES, NAMESPACES].flatMap((kind) => lab.fake.all(kind))).toEqual([]);
    });

    test('scales the exercise out first where there is no node, and not where there is one', async () => {
      await start({ nodePool: { disruption: { consolidateAfter: 'Never' } } });
      const scaling = 'Scale the Deployment to 5 replicas';
      const result = await teardownDrill(lab.api, { ...options, countInstances });
      expect(failureOf(result)).toBe('');
      expect(result.steps.map(({ title }) => title)).toContain(scaling);
      expect(evidenceOf(result)).toMatch(/1 NodeClaim, 1 instance\n[^]*1 NodeClaim before, 0 after\n[^]*1 instance before, 0 after$/);

      await lab.stop();
      await start({ nodePool: { disruption: { consolidateAfter: 'Never' } } });
      await consolidationDrill(lab.api, options);
      const again = await teardownDrill(lab.api, { ...options, countInstances });
      expect(again.steps.map(({ title }) => title)).not.toContain(scaling);
      expect(evidenceOf(again)).toContain('1 NodeClaim before, 0 after');
    });

    test('fails when there is no instance to remove, and deletes nothing', async () => {
      await start();
      const result = await teardownDrill(lab.api, { ...options, countInstances: () => Promise.resolve(0) });
      expect(failureOf(result)).toContain('its removal would prove nothing');
      expect(lab.fake.find(NODE_POOLS, { name: 'default' })).toBeDefined();
    });

    test('fails when an instance stays, with their number', async () => {
      await start();
      const result = await teardownDrill(lab.api, { ...soon({ deletedSeconds: 0.2 }), countInstances: () => Promise.resolve(2) });
      expect(failureOf(result)).toContain('2 instances still there');
    });

    test('fails when a finalizer holds a NodePool, with its name, and deletes no EC2NodeClass then', async () => {
      await start();
      lab.fake.put(NODE_POOLS, { metadata: { name: 'held', finalizers: ['example.com/hold'] }, spec: { template: {} } });
      const result = await teardownDrill(lab.api, { ...soon({ deletedSeconds: 0.2 }), countInstances });
      expect(failureOf(result)).toContain('NodePool held is still there, held by example.com/hold');
      expect(lab.fake.find(EC2_NODE_CLASSES, { name: 'default' })).toBeDefined();
    });
  });
});

describe('drills one after the other', () => {
  test.each(['spot', 'teardown'] as const)('fails when %s lacks what it needs, before anything is changed', async (drill) => {
    await expect(runDrills({ ...options, kubeconfig: '/no/such/kubeconfig', drills: ['consolidation', drill] }))
      .rejects.toMatchObject({ code: 'DrillNotPossible', received: drill });
  });
});
