import { setTimeout as pause } from 'node:timers/promises';
import { classExpectationsOf, type ClassOptions } from '../../../lib/exercise/class/class-context';
import { runClass } from '../../../lib/exercise/class/run-class';
import { textAt, type JsonObject } from '../../../lib/json';
import { DEPLOYMENTS, NAMESPACES, NODES } from '../../../lib/kubernetes/core-kinds';
import { MADE_FOR_LABEL } from '../../../lib/kubernetes/objects';
import { NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { type RunContext, runContext } from '../../../lib/run-context';
import { smallLabView } from '../../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../../support/fake-kubernetes/lab-in-a-fake';

const expectations = classExpectationsOf(smallLabView());
const LIMITS_BEFORE = 'karpenter-lab/limits-before';
const QUICK_POOL = { disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '0s' } };

describe('a class', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

  const start = async (given: LabInAFakeOptions = {}): Promise<LabInAFake> => (lab = await labInAFake({ ...given, nodePool: { ...QUICK_POOL, ...given.nodePool } }));
  const run = (options: Omit<ClassOptions, 'expectations'>, given: Partial<RunContext> = {}) => {
    const context = runContext(given);
    return runClass(lab.api.boundTo(context.signal), { expectations, ...options }, context);
  };
  const nodePool = (): JsonObject => lab.fake.find(NODE_POOLS, { name: 'default' }) ?? {};
  const namespaces = (): readonly string[] => lab.fake.all(NAMESPACES).map((body) => textAt(body, 'metadata', 'name') ?? '');

  test('does the exercise at once, each student in a namespace of their own, and leaves nothing', async () => {
    await start();
    const result = await run({ students: 3 });
    expect(result).toMatchObject({ verdict: 'passed', students: 3, replicasEach: 5, finished: 3, problems: [], isSimulated: true });
    expect(result.nodeCount).toBeGreaterThan(0);
    expect(Object.values(result.nodesByInstanceType).reduce((sum, count) => sum + count, 0)).toBe(result.nodeCount);
    expect(result.pricePerHour).toBeGreaterThan(0);
    expect(result.bounds.find(({ what }) => what === 'NodePool cpu limit')?.enoughForStudents).toBeGreaterThan(3);
    expect([...namespaces(), ...lab.fake.all(NODE_CLAIMS)]).toEqual([]);
  });

  test('reports how far it is', async () => {
    await start();
    const steps = new Set<string>();
    await run({ students: 2 }, { onProgress: ({ step }) => steps.add(step) });
    expect([...steps]).toEqual([
      'Make 2 namespaces with a Deployment each', 'Scale all to 5 replicas', 'The class comes to run',
      'Put back the limits of NodePool default', 'Remove the namespaces of the class', 'Karpenter removes the nodes of the class',
    ]);
  });

  test('tells of NodeClaims while they boot and no pod runs yet', async () => {
    await start({ bootMs: 1500 });
    const details: string[] = [];
    await run({ students: 2 }, { onProgress: ({ detail = '' }) => details.push(detail) });
    expect(details).toContainEqual(expect.stringMatching(/^0 of 2 students run, 0 of 10 pods, \d NodeClaims?: [1-9] launched, 0 registered$/));
  });

  test('passes beyond the limits of the NodePool when they are raised, and they are put back', async () => {
    await start({ nodePool: { limits: { cpu: 8 } } });
    const result = await run({ students: 3, raiseLimits: true });
    expect(result).toMatchObject({ verdict: 'passed', finished: 3 });
    expect(result.bounds.find(({ what }) => what === 'NodePool cpu limit')).toMatchObject({ available: 8, enoughForStudents: expect.any(Number) });
    expect(nodePool()).toMatchObject({ spec: { limits: { cpu: '8' } } });
    expect(textAt(nodePool(), 'spec', 'limits', 'memory')).toBeUndefined();
    expect(textAt(nodePool(), 'metadata', 'annotations', LIMITS_BEFORE)).toBeUndefined();
  });

  test('fails when it meets the limit, and names the student whose pods stay pending, and the limit', async () => {
    await start({ nodePool: { limits: { cpu: 8 } } });
    const result = await run({ students: 2, deadlines: { idleStallSeconds: 0.3 } });
    expect(result).toMatchObject({ verdict: 'failed', students: 2, finished: 1 });
    expect(result.problems[0]).toMatch(/^3 pods of 1 student do not run: student-00[12]\.$/);
    expect(result.boundMet).toEqual({ what: 'limits of the NodePool', detail: 'NodePool default has launched cpu 8 of 8 (reached).' });
    expect(result.problems.join('\n')).toMatch(/exceed limits for nodepool[^]*NodePool default has launched cpu 8 of 8 \(reached\)/);
    expect(namespaces()).toEqual([]);
  });

  test('that gets nothing met the limit, and tells no bound', async () => {
    await start({ nodePool: { limits: { cpu: 1 } } });
    const result = await run({ students: 2, deadlines: { idleStallSeconds: 0.3 } });
    expect(result).toMatchObject({ verdict: 'failed', finished: 0, bounds: [], boundMet: { detail: 'NodePool default has launched cpu 0 of 1.' } });
  });

  test('scales the exercise to 0 first, lets its node go, and says so', async () => {
    // Not at once: otherwise the node may be gone before the class looks at what is there.
    await start({ nodePool: { limits: { cpu: 8 }, disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '1s' } } });
    for (const body of expectations.exercise.objects) await lab.api.apply(textAt(body, 'kind') === 'Namespace' ? NAMESPACES : DEPLOYMENTS, body);
    const inflate = { namespace: 'karpenter-test', name: 'inflate' };
    await lab.api.scale(DEPLOYMENTS, inflate, 5);
    while (!lab.fake.all(NODES).some((body) => textAt(body, 'metadata', 'labels', 'eks-team') === 'my-team')) await pause(5);
    const used = new Set(lab.fake.all(NODE_CLAIMS).map((body) => textAt(body, 'metadata', 'name')));

    const steps = new Set<string>();
    const result = await run({ students: 1 }, { onProgress: ({ step }) => steps.add(step) });
    expect(result).toMatchObject({ verdict: 'passed', finished: 1, nodeCount: 1 });
    expect(result.remarks).toEqual([
      'Deployment inflate of karpenter-test was scaled from 5 to 0 to make room, and stays there. Scale it back: kubectl scale deployment -n karpenter-test inflate --replicas 5',
    ]);
    expect([...steps].slice(0, 2)).toEqual(['Scale inflate of karpenter-test to 0 to make room', 'Karpenter removes the nodes of before']);
    expect(lab.fake.find(DEPLOYMENTS, inflate)).toMatchObject({ spec: { replicas: 0 } });
    expect(lab.fake.all(NODE_CLAIMS).filter((body) => used.has(textAt(body, 'metadata', 'name')))).toEqual([]);
  });

  test('goes on beside a node of before that stays, and says so', async () => {
    await start({ nodePool: { limits: { cpu: 8 } } });
    const labels = { 'eks-team': 'my-team', 'karpenter.sh/nodepool': 'default' };
    lab.fake.put(NODE_CLAIMS, { metadata: { name: 'of-before', labels }, status: { providerID: 'aws:///ap-northeast-2a/i-1', nodeName: 'gone' } });
    const result = await run({ students: 1, deadlines: { clearedSeconds: 0.1 } });
    expect(result).toMatchObject({ verdict: 'passed', remarks: ['1 node of before stayed, and the class may have used what room they had: of-before.'] });
  });

  test('removes what an earlier class left, and puts back the limits that it had raised', async () => {
    await start({ nodePool: { limits: { cpu: 1000 } } });
    lab.fake.put(NODE_POOLS, { metadata: { name: 'default', annotations: { [LIMITS_BEFORE]: '{"cpu":"100","memory":null}' } } });
    lab.fake.put(NAMESPACES, { metadata: { name: 'student-009', labels: { [MADE_FOR_LABEL]: 'class' } } });
    const result = await run({ students: 1 });
    expect(result.verdict).toBe('passed');
    expect(result.bounds.find(({ what }) => what === 'NodePool cpu limit')).toMatchObject({ available: 100 });
    expect(namespaces()).toEqual([]);
  });

  test('that is interrupted ends its step before it cleans up', async () => {
    await start({ bootMs: 300 });
    const interruption = new AbortController();
    const told: string[] = [];
    await expect(run({ students: 1 }, {
      signal: interruption.signal,
      onProgress: ({ step, state }) => {
        told.push(`${step}: ${state}`);
        if (told.at(-1) === 'The class comes to run: started') setTimeout(() => interruption.abort(new Error('Ctrl-C')), 20);
      },
    })).rejects.toThrow('Ctrl-C');
    const given = told.indexOf('The class comes to run: skipped');
    expect(given).toBeGreaterThan(0);
    expect(told.slice(given + 1).filter((line) => line.startsWith('The class'))).toEqual([]);
    expect(told.slice(given + 1)).toContain('Remove the namespaces of the class: started');
  });

  test('fails when it is interrupted, and leaves nothing all the same', async () => {
    await start({ bootMs: 50, nodePool: { limits: { cpu: 8 } } });
    const interruption = new AbortController();
    const doing = run({ students: 2, raiseLimits: true }, {
      signal: interruption.signal,
      onProgress: ({ step, state }) => {
        if (step === 'The class comes to run' && state === 'started') interruption.abort(new Error('Ctrl-C'));
      },
    });
    await expect(doing).rejects.toThrow('Ctrl-C');
    expect(namespaces()).toEqual([]);
    expect(nodePool()).toMatchObject({ spec: { limits: { cpu: '8' } } });
  });

  test('fails when its namespaces do not go, and says how to remove them', async () => {
    await start();
    const result = await run({ students: 1, deadlines: { deletedSeconds: 0.2 } }, {
      onProgress: ({ step, state }) => {
        if (step === 'The class comes to run' && state === 'finished') lab.fake.put(NAMESPACES, { metadata: { name: 'student-001', finalizers: ['example.com/hold'] } });
      },
    });
    expect(result).toMatchObject({ verdict: 'failed', finished: 1 });
    expect(result.problems.join('\n')).toContain('1 namespace still there: student-001');
  });

  test('fails when a namespace of a student is somebody else\'s, and leaves it alone', async () => {
    await start();
    lab.fake.put(NAMESPACES, { metadata: { name: 'student-002' } });
    await expect(run({ students: 2 })).rejects.toMatchObject({ code: 'ObjectNotOurs', received: 'student-002' });
    expect(namespaces()).toEqual(['student-002']);
    expect(lab.fake.all(DEPLOYMENTS).map((body) => textAt(body, 'metadata', 'name'))).toEqual(['karpenter']);
  });

  test('fails when there is no NodePool for it', async () => {
    await start();
    lab.fake.remove(NODE_POOLS, { name: 'default' });
    await expect(run({ students: 1 })).rejects.toMatchObject({ code: 'NodePoolMissing', received: 'default' });
  });
});
