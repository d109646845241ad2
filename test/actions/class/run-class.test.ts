import { classExpectationsOf } from '../../../lib/actions/class/class-expectations';
import { classOn } from '../../../lib/actions/class/run-class';
import { textAt } from '../../../lib/assembly/json';
import { NAMESPACES } from '../../../lib/kubernetes/namespace';
import { NODE_CLAIMS } from '../../../lib/kubernetes/node-claim';
import { NODE_POOLS } from '../../../lib/kubernetes/node-pool';
import { smallLabView } from '../../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../../support/fake-kubernetes/lab-in-a-fake';

const expectations = classExpectationsOf(smallLabView());

describe('a class', () => {
  let lab: LabInAFake;
  const start = async (given: LabInAFakeOptions = {}): Promise<LabInAFake> =>
    (lab = await labInAFake({ nodePool: { disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '0s' } }, ...given }));
  afterEach(() => lab.stop());

  const namespaces = (): readonly string[] => lab.fake.all(NAMESPACES).map((body) => textAt(body, 'metadata', 'name') ?? '');
  const cpuLimit = (): string | undefined => textAt(lab.fake.find(NODE_POOLS, { name: 'default' }), 'spec', 'limits', 'cpu');
  /** That nothing of the class is left, and the NodePool's limit is the lab's. */
  const expectPutBack = (limit = '100'): void => {
    expect(namespaces().filter((name) => name.startsWith('student-'))).toEqual([]);
    expect(lab.fake.all(NODE_CLAIMS)).toEqual([]);
    expect(cpuLimit()).toBe(limit);
  };

  test('comes to all pods running, with how long each student took, and leaves nothing behind', async () => {
    await start();
    const result = await classOn(lab.api, { expectations, students: 2, replicasEach: 1 });
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ verdict: 'passed', students: 2, replicasEach: 1, finished: 2 });
    expect(result.secondsToRunning.max).toBeGreaterThanOrEqual(result.secondsToRunning.min);
    expect(Object.values(result.nodesByInstanceType).reduce((sum, count) => sum + count, 0)).toBe(result.nodeCount);
    expectPutBack();
  });

  test('puts the limits back that it raised', async () => {
    await start();
    const limits: unknown[] = [];
    const result = await classOn(lab.api, {
      expectations, students: 2, replicasEach: 1, raiseLimits: true,
      onProgress: () => limits.push(cpuLimit()),
    });
    expect(result.verdict).toBe('passed');
    expect(limits).toContain('388');
    expectPutBack();
  });

  test('fails when the NodePool may launch no node, says how many pods wait, and leaves nothing behind', async () => {
    await start({ nodePool: { limits: { cpu: 1 }, disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '0s' } } });
    const result = await classOn(lab.api, { expectations, students: 2, replicasEach: 1, deadlines: { runningSeconds: 2, idleStallSeconds: 0.3 } });
    expect(result).toMatchObject({ verdict: 'failed', finished: 0 });
    expect(result.problems.join('\n')).toContain('2 pods of 2 students do not run.');
    expectPutBack('1');
  });

  test('fails when a namespace of its names is somebody else\'s, and changes nothing', async () => {
    await start();
    lab.fake.put(NAMESPACES, { metadata: { name: 'student-002' } });
    await expect(classOn(lab.api, { expectations, students: 2 })).rejects.toMatchObject({ code: 'ObjectNotOurs' });
    expect(namespaces()).toEqual(['student-002']);
  });

  test.each([0, 1.5, 1000])('fails when it has %s students', async (students) => {
    await start();
    await expect(classOn(lab.api, { expectations, students })).rejects.toMatchObject({ code: 'StudentsOutOfRange', received: students });
  });
});
