import { type ClassMeans, playClass } from '../../../lib/exercise/class/play-class';
import { seatExpectations } from '../../../lib/exercise/class/seat-expectations';
import type { TypedBlock } from '../../../lib/exercise/class/student-desk';
import { deploymentBodyOf } from '../../../lib/exercise/expectations';
import { DEPLOYMENTS, isRunning, PODS } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { type RunContext, runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { smallLabView } from '../../assembly/small-lab';
import { labInAFake, type LabInAFake } from '../../support/fake-kubernetes/lab-in-a-fake';

const view = smallLabView();
const expectationsOf: ClassMeans['expectationsOf'] = (seat) => seatExpectations(view, seat);

describe('a class that is played', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

  /** A lab with a NodePool for each of two seats. */
  const start = async (cpu = 100): Promise<void> => {
    lab = await labInAFake();
    for (const [name, seat] of [['class', 'student-001'], ['class-2', 'student-002']] as const) {
      lab.fake.put(NODE_POOLS, {
        metadata: { name },
        spec: { limits: { cpu }, template: { metadata: { labels: { 'eks-team': seat } }, spec: { nodeClassRef: { name: 'default' }, requirements: [] } } },
      });
    }
  };

  const failed = (seat: string): TypedBlock => ({ seat, command: 'kubectl rollout status', exitCode: 1, output: 'timed out', seconds: 1 });

  /** Applies, scales, waits for the pods where they are to run, and fails at the end where it is to fail. */
  const work = async (seat: string, isRun: boolean): Promise<undefined> => {
    const { deploymentName, ...expectations } = expectationsOf(seat);
    const body = deploymentBodyOf({ objects: expectations.objects }) ?? {};
    await lab.api.apply(DEPLOYMENTS, body);
    await lab.api.scale(DEPLOYMENTS, { namespace: seat, name: deploymentName }, 5);
    const running = async (): Promise<boolean> => (await lab.api.list(PODS, { namespace: seat })).items.filter(isRunning).length === 5;
    if (isRun) await pollFor(running, { what: 'pods run', deadlineSeconds: 5, describeMissing: () => [] });
    return undefined;
  };

  const play = (given: Partial<ClassMeans> = {}, run: Partial<RunContext> = {}) => playClass(lab.api, 'lab', 2, {
    open: () => Promise.resolve(new Map([['student-001', '/one'], ['student-002', '/two'], ['student-003', '/three']])),
    sitDown: (seat) => ({ typeAll: () => work(seat, true) }),
    blocksOf: () => [],
    expectationsOf,
    keep: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    grade: () => Promise.resolve(new Set(['student-001', 'student-002'])),
    priceOf: () => 0.3,
    memoryMebibytes: () => 2048,
    ...given,
  }, runContext(run));

  test('has every student work at once in a seat of their own, and tells what the API server says of it', async () => {
    await start();
    const result = await play();
    expect(result).toMatchObject({
      verdict: 'passed', students: 2, replicasEach: 5, finished: 2, graded: 2, nodesByInstanceType: { 'c5a.2xlarge': 2 }, nodeCount: 2, pricePerHour: 0.6,
      studentsWithSeveralNodes: 0, peakMemoryMebibytes: 2048, failures: [], problems: [],
    });
    expect(result.secondsToRunning.max).toBeLessThan(5);
  });

  test('takes as many seats as students come, each with the kubeconfig of the seat', async () => {
    await start();
    const taken: string[] = [];
    await play({
      sitDown: (seat, kubeconfig) => {
        taken.push(`${seat} ${kubeconfig}`);
        return { typeAll: () => work(seat, true) };
      },
    });
    expect(taken).toEqual(['student-001 /one', 'student-002 /two']);
  });

  test('keeps the class until the students are done, and no longer', async () => {
    await start();
    const events: string[] = [];
    await play({
      sitDown: (seat) => ({ typeAll: async () => {
        events.push(`${seat} works`);
        return work(seat, true);
      } }),
      keep: ({ signal }) => new Promise((resolve) => {
        events.push('keeps');
        signal.addEventListener('abort', () => resolve(void events.push('keeps no more')));
      }),
      grade: () => {
        events.push('grades');
        return Promise.resolve(new Set(['student-001', 'student-002']));
      },
    });
    expect(events).toEqual(['keeps', 'student-001 works', 'student-002 works', 'keeps no more', 'grades']);
  });

  test('fails when a command of one student fails, and names it; the others go on', async () => {
    await start();
    const result = await play({ sitDown: (seat) => ({ typeAll: async () => seat === 'student-001' ? failed(seat) : work(seat, true) }) });
    expect(result).toMatchObject({ verdict: 'failed', finished: 1, failures: [{ seat: 'student-001', command: 'kubectl rollout status', exitCode: 1, output: 'timed out' }] });
  });

  test('fails when it meets a limit, and says which', async () => {
    await start(4);
    const isRefused = async (): Promise<boolean> => lab.fake.all(NODE_CLAIMS).length > 0 && (await lab.api.list(PODS, { namespace: 'student-001' })).items.some(isRunning);
    const result = await play({ sitDown: (seat) => ({ typeAll: async () => {
      await work(seat, false);
      await pollFor(isRefused, { what: 'a node', deadlineSeconds: 5, describeMissing: () => [] });
      return failed(seat);
    } }) });
    expect(result).toMatchObject({ verdict: 'failed', finished: 0, limitMet: 'NodePool class has launched cpu 4 of 4 (reached).' });
    expect(result.problems[0]).toMatch(/^\d pods of [12] students? did not run: student-00/);
    expect(result.problems.join('\n')).toContain('exceed limits for nodepool');
  });

  test('fails when pods of a student ran on a node of another', async () => {
    await start();
    const result = await play({ sitDown: (seat) => ({ typeAll: async () => {
      if (seat === 'student-001') lab.fake.put(PODS, { metadata: { name: 'stray', namespace: seat }, spec: { nodeName: 'system-1' }, status: { phase: 'Running' } });
      return work(seat, true);
    } }) });
    expect(result.problems).toEqual(['Pods of student-001 ran on system-1, which is not a node of that seat.']);
    expect(result.verdict).toBe('failed');
  });

  test('fails when a student did not pass, though all pods ran', async () => {
    await start();
    expect(await play({ grade: () => Promise.resolve(new Set(['student-002'])) })).toMatchObject({ verdict: 'failed', finished: 1, graded: 1, failures: [] });
  });

  test('fails when nothing keeps it, and says why', async () => {
    await start();
    const result = await play({ keep: () => Promise.reject(new Error('no rights')) });
    expect(result).toMatchObject({ verdict: 'failed', problems: ['Nothing kept the class to its end: no rights'] });
  });
});
