import { CLASS_NAMESPACE } from '../../../lib/config/seats';
import { readMarks, saveMarks } from '../../../lib/exercise/class/class-marks';
import type { SeatMark } from '../../../lib/exercise/class/class-status';
import { type JsonObject, objectAt } from '../../../lib/json';
import { CONFIG_MAPS } from '../../../lib/kubernetes/core-kinds';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';

const SEATS = ['student-001', 'student-002'];
const [ONE = '', TWO = ''] = SEATS;
const EARLY = '2026-11-27T09:00:00.000Z';
const LATE = '2026-11-27T10:00:00.000Z';

describe('the marks of a class', () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
  });
  afterEach(() => fake.stop());

  const save = (seat: string, mark: Partial<SeatMark>): ReturnType<typeof saveMarks> => saveMarks(fake.api(), SEATS, new Map([[seat, { passedAt: {}, earlierCost: 0, ...mark }]]));
  const stored = (): JsonObject => objectAt(fake.find(CONFIG_MAPS, { namespace: CLASS_NAMESPACE, name: 'marks' }), 'data');
  const store = (data: JsonObject): unknown => fake.put(CONFIG_MAPS, { metadata: { namespace: CLASS_NAMESPACE, name: 'marks' }, data });
  const writes = (): readonly string[] => fake.requests.filter((request) => !request.startsWith('GET '));

  test('are none before anything passed', async () => {
    expect(await readMarks(fake.api(), SEATS)).toEqual(new Map());
  });

  test('are written once, and read again as they were', async () => {
    const mark = { passedAt: { deployment: EARLY, 'launch log': LATE }, finishedAt: LATE, earlierCost: 0.25 };
    await save(ONE, mark);
    expect(await readMarks(fake.api(), SEATS)).toEqual(new Map([[ONE, mark]]));
    await save(ONE, mark);
    expect(writes()).toEqual([`POST /api/v1/namespaces/${CLASS_NAMESPACE}/configmaps`]);
  });

  test('of a seat leave those of the others alone', async () => {
    await save(ONE, { finishedAt: EARLY });
    expect([...(await save(TWO, { finishedAt: LATE })).keys()]).toEqual([ONE, TWO]);
    expect(Object.keys(stored())).toEqual([ONE, TWO]);
  });

  test('keep the earliest of two moments, and the larger cost', async () => {
    await save(ONE, { passedAt: { deployment: LATE, replicas: EARLY }, finishedAt: EARLY, earlierCost: 2 });
    const marks = await save(ONE, { passedAt: { deployment: EARLY, replicas: LATE, nodes: LATE }, finishedAt: LATE, earlierCost: 1 });
    expect(marks.get(ONE)).toEqual({ passedAt: { deployment: EARLY, replicas: EARLY, nodes: LATE }, finishedAt: EARLY, earlierCost: 2 });
    expect((await readMarks(fake.api(), SEATS)).get(ONE)).toEqual(marks.get(ONE));
  });

  test('lose none of two keepers that write at the same time', async () => {
    store({});
    await Promise.all([
      save(ONE, { passedAt: { deployment: LATE, replicas: EARLY } }), save(ONE, { passedAt: { deployment: EARLY, replicas: LATE } }),
      save(TWO, { finishedAt: LATE }), save(TWO, { finishedAt: EARLY, earlierCost: 1 }),
    ]);
    expect(await readMarks(fake.api(), SEATS)).toEqual(new Map([
      [ONE, { passedAt: { deployment: EARLY, replicas: EARLY }, earlierCost: 0 }], [TWO, { passedAt: {}, finishedAt: EARLY, earlierCost: 1 }],
    ]));
  });

  test('lose none either where both keepers make the ConfigMap', async () => {
    await Promise.all([save(ONE, { finishedAt: EARLY }), save(TWO, { finishedAt: LATE })]);
    expect((await readMarks(fake.api(), SEATS)).size).toBe(2);
  });

  test('stay forgotten where somebody has removed them since they were written', async () => {
    store({});
    const changed = new Map([ONE, TWO].map((seat) => [seat, { passedAt: {}, finishedAt: EARLY, earlierCost: 0 }]));
    expect([...(await saveMarks(fake.api(), SEATS, changed, new Set([ONE]))).keys()]).toEqual([TWO]);
    expect(Object.keys(stored())).toEqual([TWO]);
  });

  test('keep what belongs to seats that the class has no more', async () => {
    store({ 'student-003': 'anything' });
    expect(await readMarks(fake.api(), SEATS)).toEqual(new Map());
    await save(ONE, { finishedAt: EARLY });
    expect(stored()['student-003']).toBe('anything');
  });

  test.each([
    ['no JSON', 'passed'], ['no object', '[]'], ['without its moments', '{"earlierCost":0}'], ['without its cost', '{"passedAt":{}}'],
    ['with an unknown observation', '{"passedAt":{"luck":"2026-11-27T09:00:00.000Z"},"earlierCost":0}'],
    ['with a moment that is none', '{"passedAt":{"nodes":"yesterday"},"earlierCost":0}'], ['finished at no moment', '{"passedAt":{},"finishedAt":"","earlierCost":0}'],
    ['with a negative cost', '{"passedAt":{},"earlierCost":-1}'],
  ])('fails when a mark is %s, and names its key', async (_, text) => {
    store({ [TWO]: text });
    await expect(readMarks(fake.api(), SEATS)).rejects.toMatchObject({ code: 'MarksUnreadable', message: expect.stringContaining(`key ${TWO}`), received: text });
    await expect(save(ONE, { finishedAt: EARLY })).rejects.toMatchObject({ code: 'MarksUnreadable' });
    expect(stored()).toEqual({ [TWO]: text });
  });

  test('fails when the keeper may not write them', async () => {
    fake.refuse({ method: 'POST', path: /configmaps$/, status: 403, message: 'configmaps is forbidden' });
    await expect(save(ONE, { finishedAt: EARLY })).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
  });
});
