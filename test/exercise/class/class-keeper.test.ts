import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLASS_NAMESPACE } from '../../../lib/config/seats';
import { followOn, keptClass, statusOfClass } from '../../../lib/exercise/class/class-keeper';
import type { ClassStatus, SeatStatus } from '../../../lib/exercise/class/class-status';
import type { KeptClass } from '../../../lib/exercise/class/look-at-class';
import { type JsonObject, numberAt, objectAt, textAt } from '../../../lib/json';
import { CONFIG_MAPS, DEPLOYMENTS, EVENTS, PODS } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { seats, smallLabView } from '../../assembly/small-lab';
import { FakeClock } from '../../cli/fake-clock';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';
import { classNamespaces, inflateOf, keptClassOf, newClaimOf, openSeat, passedSeat, type PlayedObject, podsOf } from './played-seats';

const ONE = 'student-001';
const TWO = 'student-002';
const MINUTE = 60_000;

/** So many milliseconds ago, as the API server writes it: its clock in these tests is this computer's. */
const ago = (millis: number): string => `${new Date(Date.now() - millis).toISOString().slice(0, 19)}Z`;

describe('the keeper of a class', () => {
  let fake: FakeKubernetes;
  let ended: AbortController;
  let told: ClassStatus[];
  const kept = keptClassOf(smallLabView(seats(3)));

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    ended = new AbortController();
    told = [];
    put(classNamespaces());
    put([...openSeat(ONE, ago(-MINUTE)), ...openSeat(TWO, ago(-MINUTE))]);
  });
  afterEach(async () => {
    ended.abort();
    await fake.stop();
  });

  const put = (objects: readonly PlayedObject[]): void => objects.forEach(([kind, body]) => fake.put(kind, body));
  const look = (clock?: FakeClock, of: KeptClass = kept): Promise<ClassStatus> => statusOfClass(fake.api(), of, runContext({ clock }));
  const follow = (of: KeptClass = kept): Promise<void> => followOn(fake.api().boundTo(ended.signal), of, (status) => told.push(status), runContext({ signal: ended.signal }));
  const until = (condition: () => boolean): Promise<unknown> => pollFor(condition, { what: 'it is told', deadlineSeconds: 4, everySeconds: 0.01, describeMissing: () => [JSON.stringify(told.at(-1))] });
  const seatOf = (status: ClassStatus | undefined, seat = ONE): SeatStatus | undefined => status?.seats.find((each) => each.seat === seat);
  const marks = (): JsonObject => objectAt(fake.find(CONFIG_MAPS, { namespace: CLASS_NAMESPACE, name: 'marks' }), 'data');
  const replicasOf = (seat: string, name = 'inflate'): number | undefined => numberAt(fake.find(DEPLOYMENTS, { namespace: seat, name }), 'spec', 'replicas');
  const putKarpenter = (...log: readonly string[]): void => {
    put([
      [DEPLOYMENTS, { metadata: { name: 'karpenter', namespace: 'kube-system' }, spec: { replicas: 1, selector: { matchLabels: { app: 'karpenter' } } } }],
      [PODS, {
        metadata: { name: 'karpenter-1', namespace: 'kube-system', labels: { app: 'karpenter' } }, spec: { containers: [{ name: 'controller' }] },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      }],
    ]);
    fake.log({ namespace: 'kube-system', name: 'karpenter-1' }, 'controller', ...log);
  };

  describe('at one look', () => {
    test('writes down what passed, in the namespace that students cannot write to', async () => {
      put(passedSeat(ONE, ago(MINUTE)));
      const mark = seatOf(await look())?.mark;
      expect(mark?.finishedAt).toBeDefined();
      expect(JSON.parse(textAt(marks(), ONE) ?? '')).toEqual(mark);
      expect(Object.keys(marks())).toEqual([ONE]);
    });

    test('remembers it after the seat is scaled back', async () => {
      put(passedSeat(ONE, ago(MINUTE)));
      const first = seatOf(await look());
      fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: ONE }, spec: { replicas: 0 } });
      expect(seatOf(await look())).toMatchObject({ step: 'finished', mark: { finishedAt: first?.mark.finishedAt } });
    });

    test('finds all launches in one reading of Karpenter\'s log', async () => {
      const line = (seat: string): string => JSON.stringify({ level: 'INFO', message: 'launched nodeclaim', NodeClaim: { name: `class-ip-${seat}` } });
      putKarpenter(line(ONE), line(TWO));
      put([...passedSeat(ONE, ago(MINUTE)), ...passedSeat(TWO, ago(MINUTE))]);
      const status = await look();
      expect([ONE, TWO].map((seat) => seatOf(status, seat)?.mark.passedAt['launch log'])).toEqual([expect.any(String), expect.any(String)]);
      expect(fake.requests.filter((request) => request.endsWith('/log'))).toHaveLength(1);
    });

    test('passes without Karpenter\'s log, which decides nothing', async () => {
      put(passedSeat(ONE, ago(MINUTE)));
      expect(seatOf(await look())?.mark).toMatchObject({ finishedAt: expect.any(String), passedAt: expect.not.objectContaining({ 'launch log': expect.anything() }) });
    });

    test('makes as many requests for a seat as for three', async () => {
      put(passedSeat(ONE, ago(MINUTE)));
      await look(undefined, keptClassOf(smallLabView(seats(1))));
      const forOne = fake.requests.splice(0).length;
      put([...passedSeat(TWO, ago(MINUTE)), ...passedSeat('student-003', ago(MINUTE))]);
      await look();
      expect(fake.requests).toHaveLength(forOne);
    });

    test('scales nothing, and says what is idle', async () => {
      put(passedSeat(ONE, ago(31 * MINUTE)));
      const status = await look();
      expect(Date.parse(seatOf(status)?.idleAt ?? '')).toBeLessThan(Date.parse(status.at));
      expect(status.scaledIn).toEqual([]);
      expect(replicasOf(ONE)).toBe(5);
    });

    test('goes by the API server\'s clock where this computer\'s is wrong', async () => {
      const status = await look(new FakeClock());
      expect(Math.abs(Date.parse(status.at) - Date.now())).toBeLessThan(3000);
    });

    test('says why a seat is stuck, and asks only about such', async () => {
      fake.put(NODE_POOLS, { metadata: { name: 'class' }, spec: { limits: { cpu: 16 }, template: { spec: { requirements: [{ key: 'eks-team', operator: 'In', values: [ONE] }] } } }, status: { resources: { cpu: '16' } } });
      put([inflateOf(ONE, 5, ago(10 * MINUTE)), ...podsOf(ONE, [undefined], ago(10 * MINUTE)), ...passedSeat(TWO, ago(10 * MINUTE))]);
      fake.put(EVENTS, {
        metadata: { name: 'e', namespace: ONE }, involvedObject: { kind: 'Pod', namespace: ONE, name: 'inflate-0' }, type: 'Warning', reason: 'FailedScheduling',
        message: 'Failed to schedule pod, all available instance types exceed limits for nodepool "class"', reportingComponent: 'karpenter',
      });
      expect(seatOf(await look())?.stuck).toBe('0 of 5 pods run. There is no EC2NodeClass , which NodePool class names. Bring the lab\'s back: npm run charts && kubectl apply -f cdk8s.out/nodepool.yaml.');
      fake.put(NODE_POOLS, { metadata: { name: 'class' }, spec: { template: { spec: { nodeClassRef: { name: 'default' } } } } });
      fake.put({ ...NODE_POOLS, apiVersion: 'karpenter.k8s.aws/v1', kind: 'EC2NodeClass', plural: 'ec2nodeclasses' }, { metadata: { name: 'default' } });
      expect(seatOf(await look())?.stuck).toBe('0 of 5 pods run. karpenter, FailedScheduling, 1 pod: Failed to schedule pod, all available instance types exceed limits for nodepool "class"');
      expect(fake.requests.filter((request) => request.includes(`/namespaces/${TWO}/`))).toEqual([]);
    });

    test('says of a seat what keeps its own node off, and not another\'s, nor that no node there is has room', async () => {
      fake.put(NODE_POOLS, { metadata: { name: 'class' }, spec: { template: { spec: { nodeClassRef: { name: 'default' }, requirements: [{ key: 'eks-team', operator: 'In', values: [ONE, TWO] }] } } } });
      fake.put({ ...NODE_POOLS, apiVersion: 'karpenter.k8s.aws/v1', kind: 'EC2NodeClass', plural: 'ec2nodeclasses' }, { metadata: { name: 'default' } });
      put([inflateOf(ONE, 5, ago(10 * MINUTE)), ...podsOf(ONE, [undefined], ago(10 * MINUTE))]);
      fake.put(EVENTS, {
        metadata: { name: 'e', namespace: ONE }, involvedObject: { kind: 'Pod', namespace: ONE, name: 'inflate-0' }, type: 'Warning', reason: 'FailedScheduling',
        message: '0/2 nodes are available', reportingComponent: 'default-scheduler',
      });
      for (const seat of [TWO, ONE]) {
        const conditions = [{ type: 'Registered', status: 'Unknown', reason: 'NodeNotFound', message: `no node of ${seat}` }];
        fake.put(NODE_CLAIMS, { metadata: { name: `class-${seat}`, labels: { 'eks-team': seat }, creationTimestamp: ago(9 * MINUTE) }, status: { conditions } });
      }
      expect(seatOf(await look())?.stuck).toBe(`0 of 5 pods run. NodeClaim class-${ONE}: Registered is Unknown: NodeNotFound, no node of ${ONE}`);
    });

    test('cuts a long reason short', async () => {
      put([inflateOf(ONE, 5, ago(10 * MINUTE)), [DEPLOYMENTS, { metadata: { namespace: ONE, name: 'inflate' }, status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'a '.repeat(300) }] } }]]);
      expect(seatOf(await look())?.stuck).toMatch(/^0 of 5 pods run\. Deployment inflate cannot make its pods: (a ){90,110}a…$/);
    });

    test('asks about a few stuck seats only, however many there are', async () => {
      const many = keptClassOf(smallLabView(seats(40)));
      for (const { seat } of many.seats) put([inflateOf(seat, 5, ago(10 * MINUTE))]);
      const { seats: all } = await look(undefined, many);
      expect(all.every(({ stuck }) => stuck !== undefined)).toBe(true);
      expect(fake.requests.filter((request) => request.endsWith('/pods') && request.includes('student'))).toHaveLength(4);
    });

    test('fails when a mark cannot be read', async () => {
      fake.put(CONFIG_MAPS, { metadata: { namespace: CLASS_NAMESPACE, name: 'marks' }, data: { [TWO]: '?' } });
      await expect(look()).rejects.toMatchObject({ code: 'MarksUnreadable' });
    });

    test('fails when the cluster does not answer', async () => {
      fake.refuse({ method: 'GET', path: /nodeclaims$/, status: 503, message: 'out of reach' });
      await expect(look()).rejects.toMatchObject({ status: 503 });
    });
  });

  describe('while it follows', () => {
    test('tells the class at once, and soon after each change', async () => {
      const following = follow();
      await until(() => told.length === 1);
      expect(seatOf(told[0])?.step).toBe('empty');
      put([inflateOf(ONE, 5), ...podsOf(ONE, [undefined]), newClaimOf(ONE)]);
      await until(() => seatOf(told.at(-1))?.step === 'launching');
      fake.remove(NODE_CLAIMS, { name: `class-${ONE}` });
      put(passedSeat(ONE));
      await until(() => seatOf(told.at(-1))?.mark.finishedAt !== undefined);
      expect(told.length).toBeLessThanOrEqual(4);
      ended.abort(new Error('enough'));
      await expect(following).rejects.toThrow('enough');
      expect(Object.keys(marks())).toEqual([ONE]);
    });

    test('asks for nothing again while nothing changes', async () => {
      follow().catch(() => undefined);
      await until(() => told.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const before = fake.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(fake.requests.slice(before)).toEqual([]);
    });

    test('tells the class after five seconds, because times and costs grow', async () => {
      follow().catch(() => undefined);
      await until(() => told.length === 1);
      await pollFor(() => told.length === 2, { what: 'it is told again', deadlineSeconds: 7, describeMissing: () => [] });
      expect(Date.parse(told[1]?.at ?? '') - Date.parse(told[0]?.at ?? '')).toBeGreaterThan(4500);
    }, 10_000);

    test('marks what students reach while Karpenter\'s log does not come to its end', async () => {
      putKarpenter('{}');
      fake.makeLogsEndless();
      put(passedSeat(ONE));
      follow().catch(() => undefined);
      await until(() => fake.requests.some((request) => request.endsWith('/log')));
      put(passedSeat(TWO));
      await until(() => seatOf(told.at(-1), TWO)?.mark.finishedAt !== undefined);
      expect(Object.keys(marks())).toEqual([ONE, TWO]);
    });

    test('scales idle seats to 0, all their Deployments, and tells the student in both languages', async () => {
      put([...passedSeat(ONE, ago(31 * MINUTE)), ...passedSeat(TWO, ago(29 * MINUTE))]);
      fake.put(DEPLOYMENTS, { metadata: { name: 'web', namespace: ONE, creationTimestamp: ago(40 * MINUTE) }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } } } });
      follow().catch(() => undefined);
      await until(() => told.length === 1);
      expect(told[0]?.scaledIn).toEqual([ONE]);
      expect([replicasOf(ONE), replicasOf(ONE, 'web'), replicasOf(TWO)]).toEqual([0, 0, 5]);
      const [event] = fake.all(EVENTS).filter((each) => textAt(each, 'involvedObject', 'name') === 'inflate');
      expect(EVENTS.read(event ?? {})).toMatchObject({ type: 'Normal', reason: 'IdleSeatScaledIn', metadata: { namespace: ONE }, subject: { kind: 'Deployment', name: 'inflate', namespace: ONE } });
      expect(textAt(event, 'message')).toBe('30분 동안 바뀐 것이 없어 inflate의 파드를 0개로 줄였습니다. 계속하려면: kubectl scale deployment inflate --replicas 5 / '
        + 'Nothing changed for 30 minutes, so inflate was scaled to 0. To go on: kubectl scale deployment inflate --replicas 5');
      await until(() => told.length === 2);
      expect(told[1]?.scaledIn).toEqual([]);
    });

    test('makes one event of an idle seat where two keepers find it', async () => {
      put(passedSeat(ONE, ago(31 * MINUTE)));
      const failures: unknown[] = [];
      for (const keeper of [follow(), follow()]) keeper.catch((error: unknown) => failures.push(error));
      await until(() => told.filter(({ scaledIn }) => scaledIn.includes(ONE)).length === 2);
      expect(fake.all(EVENTS)).toHaveLength(1);
      expect(failures).toEqual([]);
    });

    test('goes on where the cluster does not answer for a moment, tells nothing then, and writes down later what it saw', async () => {
      follow().catch(() => undefined);
      await until(() => told.length === 1);
      fake.refuse({ method: 'POST', path: /configmaps$/, status: 503, message: 'out of reach', times: 1 });
      put(passedSeat(ONE));
      await until(() => fake.requests.filter((request) => request.startsWith('POST')).length === 1);
      const refusedAt = new Date().toISOString();
      fake.remove(PODS, { namespace: ONE, name: 'inflate-0' });
      await until(() => Object.keys(marks()).length === 1);
      await until(() => told.length === 2);
      expect((seatOf(told[1])?.mark.finishedAt ?? '') < refusedAt).toBe(true);
      expect(JSON.parse(textAt(marks(), ONE) ?? '')).toEqual(seatOf(told[1])?.mark);
    });

    test('forgets a mark that somebody removes, and marks the seat anew by what the student does then', async () => {
      put(passedSeat(ONE));
      follow().catch(() => undefined);
      await until(() => marks()[ONE] !== undefined);
      const before = seatOf(told.at(-1))?.mark.finishedAt ?? '';
      fake.remove(PODS, { namespace: ONE, name: 'inflate-0' });
      fake.put(CONFIG_MAPS, { metadata: { namespace: CLASS_NAMESPACE, name: 'marks' }, data: { [ONE]: null } });
      await until(() => told.length > 1 && seatOf(told.at(-1))?.mark.finishedAt === undefined);
      put(passedSeat(ONE));
      await until(() => (seatOf(told.at(-1))?.mark.finishedAt ?? '') > before);
      expect(JSON.parse(textAt(marks(), ONE) ?? '')).toEqual(seatOf(told.at(-1))?.mark);
    });

    test('fails when it may not write marks', async () => {
      fake.refuse({ method: 'POST', path: /configmaps$/, status: 403, message: 'configmaps is forbidden' });
      put(passedSeat(ONE));
      await expect(follow()).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
    });

    test('fails when it may not see pods any more', async () => {
      const failure = expect(follow()).rejects.toMatchObject({ status: 403 });
      await until(() => told.length === 1);
      fake.refuse({ method: 'GET', path: /\/pods$/, status: 403, message: 'pods is forbidden' });
      fake.endWatches();
      await failure;
    });
  });
});

describe('a class that is kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roster-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has the names of its roster', async () => {
    const view = smallLabView(seats(2));
    writeFileSync(join(folder, 'class.csv'), 'seat,name\nstudent-002,이준\n');
    const { seats: found, idleMinutes } = await keptClass({ ...view, ...(view.class === undefined ? {} : { class: { ...view.class, rosterFile: 'class.csv' } }) }, { projectDirectory: folder });
    expect(found.map(({ seat, student }) => [seat, student])).toEqual([[ONE, undefined], [TWO, '이준']]);
    expect(idleMinutes).toBe(30);
  });

  test('fails when the lab has no class', async () => {
    await expect(keptClass(smallLabView(), { projectDirectory: folder })).rejects.toMatchObject({ code: 'ClassNotConfigured' });
  });
});
