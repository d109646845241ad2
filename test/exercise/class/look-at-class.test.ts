import { type ClassLook, type ClassMemory, lookAt, NO_MEMORY } from '../../../lib/exercise/class/look-at-class';
import type { SeatMark, SeatStatus } from '../../../lib/exercise/class/class-status';
import type { JsonObject } from '../../../lib/json';
import { DEPLOYMENTS, PODS } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS } from '../../../lib/kubernetes/karpenter-kinds';
import { seats, smallLabView } from '../../assembly/small-lab';
import {
  classNamespaces, inflateOf, keptClassOf, newClaimOf, NINE, nodeOfSeat, openSeat, passedSeat, type PlayedObject, podsOf, scalingOf, snapshotOf,
} from './played-seats';

const kept = keptClassOf(smallLabView(seats(3)));
const ONE = 'student-001';
const TWO = 'student-002';

/** A look at a class of three, some time after nine o'clock. */
const look = (seconds: number, objects: readonly PlayedObject[], before: ClassMemory = NO_MEMORY): ClassLook =>
  lookAt(snapshotOf([...classNamespaces(), ...openSeat(ONE), ...openSeat(TWO), ...objects]), kept, before, new Date(Date.parse(NINE) + seconds * 1000));
const seatOf = ({ status }: ClassLook, seat = ONE): SeatStatus | undefined => status.seats.find((each) => each.seat === seat);
const remembering = (mark: Partial<SeatMark>): ClassMemory => ({ ...NO_MEMORY, marks: new Map([[ONE, { passedAt: {}, earlierCost: 0, ...mark }]]) });
const at = (seconds: number): string => new Date(Date.parse(NINE) + seconds * 1000).toISOString();

describe('the step of a seat', () => {
  test('is empty since its namespace was made', () => {
    expect(seatOf(look(60, []))).toMatchObject({ step: 'empty', since: at(0), replicas: 0, runningPods: 0, nodes: [] });
  });

  test('is deployed since somebody last changed a Deployment without replicas', () => {
    expect(seatOf(look(60, [inflateOf(ONE, 0, '2026-11-27T09:00:20Z')]))).toMatchObject({ step: 'deployed', since: at(20) });
  });

  test('is scaled while Karpenter has no node for its pods', () => {
    const pods = podsOf(ONE, Array<undefined>(5).fill(undefined), '2026-11-27T09:00:21Z');
    expect(seatOf(look(30, [inflateOf(ONE, 5), scalingOf(ONE, '2026-11-27T09:00:20Z'), ...pods]))).toMatchObject({ step: 'scaled', since: at(21), replicas: 5, runningPods: 0 });
    expect(seatOf(look(30, [inflateOf(ONE, 5), scalingOf(ONE, '2026-11-27T09:00:20Z')]))).toMatchObject({ step: 'scaled', since: at(20) });
  });

  test('is launching from the NodeClaim on, although its labels do not name the seat yet', () => {
    const claim = newClaimOf(ONE, 'class-x', '2026-11-27T09:00:25Z');
    expect(seatOf(look(30, [inflateOf(ONE, 5), ...podsOf(ONE, [undefined]), claim]))).toMatchObject({
      step: 'launching', since: at(25), nodes: [{ name: 'class-x', instanceType: '' }],
    });
  });

  test('is launching while the scheduler has not given the new node its pods', () => {
    const objects = [inflateOf(ONE, 5), ...podsOf(ONE, [undefined]), ...nodeOfSeat(ONE, 'n', '2026-11-27T09:01:00Z')];
    expect(seatOf(look(65, objects))?.step).toBe('launching');
    expect(seatOf(look(75, objects))?.step).toBe('scaled');
  });

  test('is running once as many pods run as every Deployment asks for', () => {
    expect(seatOf(look(90, passedSeat(ONE, '2026-11-27T09:01:10Z')))).toMatchObject({ step: 'running', since: at(70), runningPods: 5 });
    expect(seatOf(look(90, [...passedSeat(ONE), [DEPLOYMENTS, { metadata: { name: 'web', namespace: ONE }, spec: { replicas: 1, selector: { matchLabels: { app: 'web' } } } }]]))?.step).toBe('scaled');
  });

  test('counts the pods of its Deployments beside the replicas, and no pod that somebody made by itself with the same labels', () => {
    const bare: PlayedObject = [PODS, { metadata: { name: 'bare', namespace: ONE, labels: { app: 'inflate' }, creationTimestamp: NINE }, spec: { nodeName: 'n' }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }];
    expect(seatOf(look(90, [...passedSeat(ONE), bare]))).toMatchObject({ replicas: 5, runningPods: 5 });
  });

  test('passes by no pods that only have the labels of the exercise', () => {
    const bare = passedSeat(ONE).map(([kind, body]): PlayedObject => [kind, JSON.parse(JSON.stringify(body).replace('inflate-77b8865bbb', 'other-77b8865bbb')) as JsonObject]);
    expect(seatOf(look(90, bare))?.mark.finishedAt).toBeUndefined();
  });

  test('passes on spot capacity of the other NodePool of the class, as where there is none on demand', () => {
    const elsewhere = passedSeat(ONE).map(([kind, body]): PlayedObject => [kind, JSON.parse(JSON.stringify(body)
      .replaceAll('"karpenter.sh/nodepool":"class"', '"karpenter.sh/nodepool":"class-options"').replaceAll('on-demand', 'spot')) as JsonObject]);
    expect(seatOf(look(90, elsewhere))?.mark.finishedAt).toBe(at(90));
  });

  test('is finished when what passed is scaled back to 0, even if nothing is left of it', () => {
    const before = remembering({ finishedAt: at(60) });
    expect(seatOf(look(200, [inflateOf(ONE, 0, '2026-11-27T09:02:00Z')], before))).toMatchObject({ step: 'finished', since: at(120) });
    expect(seatOf(look(200, [], before))).toMatchObject({ step: 'finished', since: at(60) });
    expect(seatOf(look(200, passedSeat(ONE), before))?.step).toBe('running');
  });
});

describe('a seat that waits', () => {
  const waiting = [inflateOf(ONE, 5), ...podsOf(ONE, Array<undefined>(5).fill(undefined))];

  test('is stuck when Karpenter takes longer than usual to decide', () => {
    expect(seatOf(look(45, waiting))?.stuck).toBeUndefined();
    expect(seatOf(look(46, waiting))?.stuck).toBe('0 of 5 pods run.');
  });

  test('is stuck when its node takes longer than usual', () => {
    expect(seatOf(look(240, [...waiting, newClaimOf(ONE)]))?.stuck).toBeUndefined();
    expect(seatOf(look(241, [...waiting, newClaimOf(ONE)]))?.stuck).toBe('0 of 5 pods run.');
  });

  test('waits anew where its pods are made anew, as after an interruption', () => {
    const anew = [inflateOf(ONE, 5), ...podsOf(ONE, [undefined], '2026-11-27T10:00:00Z')];
    expect(seatOf(look(3610, anew))?.stuck).toBeUndefined();
  });

  test('is stuck without any pod, where the Deployment may not make them', () => {
    expect(seatOf(look(60, [inflateOf(ONE, 5)]))).toMatchObject({ step: 'scaled', stuck: '0 of 5 pods run.' });
  });
});

describe('the mark of a seat', () => {
  test('remembers every observation when it is first seen to pass, and when all do', () => {
    const { changedMarks, memory } = look(90, passedSeat(ONE));
    const names = ['deployment', 'replicas', 'pods running', 'nodes', 'NodeClaims', 'capacity type', 'node labels'];
    expect(changedMarks.get(ONE)).toEqual({ passedAt: Object.fromEntries(names.map((name) => [name, at(90)])), finishedAt: at(90), earlierCost: 0 });
    expect([...changedMarks.keys()]).toEqual([ONE]);
    expect(look(100, passedSeat(ONE), memory).changedMarks.size).toBe(0);
    expect(seatOf(look(200, [inflateOf(ONE, 0)], memory))?.mark.finishedAt).toBe(at(90));
  });

  test('passes with two nodes, too', () => {
    const objects = [inflateOf(ONE, 5), ...podsOf(ONE, ['a', 'a', 'a', 'b', 'b']), ...nodeOfSeat(ONE, 'a'), ...nodeOfSeat(ONE, 'b')];
    expect(seatOf(look(90, objects))?.mark.finishedAt).toBe(at(90));
  });

  test('shows the launch in Karpenter\'s log where it is known', () => {
    const launches = [{ nodeClaim: `class-ip-${ONE}`, instanceType: 'c5a.2xlarge', zone: 'a', capacityType: 'on-demand', providerId: 'i' }];
    expect(seatOf(look(90, passedSeat(ONE), { ...NO_MEMORY, launches }))?.mark.passedAt['launch log']).toBe(at(90));
  });

  test('has what passed so far, and does not pass where pods are on nodes of others', () => {
    const { passedAt, finishedAt } = seatOf(look(90, [inflateOf(ONE, 5), ...podsOf(ONE, Array<string>(5).fill('x')), ...nodeOfSeat(TWO, 'x')]))?.mark ?? {};
    expect(finishedAt).toBeUndefined();
    expect(Object.keys(passedAt ?? {})).toEqual(['deployment', 'replicas', 'pods running', 'NodeClaims', 'capacity type', 'node labels']);
  });

  test('does not pass with another Deployment, or more pods than the exercise has', () => {
    const image = inflateOf(ONE, 5, NINE, { spec: { replicas: 5, selector: { matchLabels: { app: 'inflate' } } } });
    expect(seatOf(look(90, [...passedSeat(ONE).slice(1), image]))?.mark.passedAt.deployment).toBeUndefined();
    expect(seatOf(look(90, [...passedSeat(ONE).slice(1), inflateOf(ONE, 6)]))?.mark).toMatchObject({ passedAt: { deployment: at(90) } });
    expect(seatOf(look(90, [...passedSeat(ONE).slice(1), inflateOf(ONE, 6)]))?.mark.finishedAt).toBeUndefined();
  });
});

describe('what a seat costs', () => {
  // c5a.2xlarge on demand in Seoul, with its volume.
  const hourly = seatOf(look(0, passedSeat(ONE)))?.pricePerHour ?? 0;

  test('is the price of its own nodes, and nothing before they are launched', () => {
    expect(hourly).toBeGreaterThan(0.344);
    expect(hourly).toBeLessThan(0.36);
    expect(seatOf(look(0, passedSeat(ONE)), TWO)?.pricePerHour).toBe(0);
    expect(seatOf(look(0, [newClaimOf(ONE)]))).toMatchObject({ pricePerHour: 0, costSoFar: 0 });
    expect(seatOf(look(0, passedSeat(ONE)))?.nodes).toEqual([
      { name: `ip-${ONE}`, instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2a', capacityType: 'on-demand', pricePerHour: hourly },
    ]);
  });

  test('grows with the hours, and keeps what nodes cost that are gone', () => {
    const running = look(3600, passedSeat(ONE));
    expect(seatOf(running)?.costSoFar).toBeCloseTo(hourly, 6);
    const gone = look(5400, [inflateOf(ONE, 0)], running.memory);
    expect(seatOf(gone)).toMatchObject({ pricePerHour: 0, mark: { earlierCost: 1.5 * hourly }, costSoFar: 1.5 * hourly });
    expect(gone.changedMarks.get(ONE)?.earlierCost).toBeCloseTo(1.5 * hourly, 6);
    expect(look(5405, [inflateOf(ONE, 0)], gone.memory).changedMarks.size).toBe(0);
  });

  test('is counted into the cost of the class, beside what the lab costs', () => {
    const idle = look(3600, []).status;
    const { status, memory } = look(3600, passedSeat(ONE));
    expect(status.pricePerHour).toBeCloseTo(idle.pricePerHour + hourly, 6);
    expect(status.costSoFar).toBeCloseTo((idle.costSoFar ?? 0) + hourly, 6);
    expect(look(3600, [], memory).status.costSoFar).toBeCloseTo((idle.costSoFar ?? 0) + hourly, 6);
  });
});

describe('an idle seat', () => {
  test('is scaled out, and nobody has changed a Deployment for the time, nor was a pod made', () => {
    const running = passedSeat(ONE, '2026-11-27T09:10:00Z');
    expect(seatOf(look(60, running))?.idleAt).toBe(at(40 * 60));
    expect(look(40 * 60 - 1, running).idleSeats).toEqual([]);
    expect(look(40 * 60, running).idleSeats).toEqual([ONE]);
  });

  test('is not one that somebody has scaled since, as its ReplicaSet shows', () => {
    const objects = [...passedSeat(ONE), scalingOf(ONE, '2026-11-27T09:15:00Z'), scalingOf(TWO, '2026-11-27T09:50:00Z')];
    expect(seatOf(look(60, objects))?.idleAt).toBe(at(45 * 60));
    expect(look(44 * 60, objects).idleSeats).toEqual([]);
    expect(look(45 * 60, objects).idleSeats).toEqual([ONE]);
  });

  test('is not one whose pods were made since', () => {
    const objects = [inflateOf(ONE, 5), ...podsOf(ONE, [undefined], '2026-11-27T09:20:00Z')];
    expect(look(40 * 60, objects).idleSeats).toEqual([]);
    expect(look(50 * 60, objects).idleSeats).toEqual([ONE]);
  });

  test('is not one that asks for nothing', () => {
    const { status, idleSeats } = look(10 * 3600, [inflateOf(ONE, 0)]);
    expect(idleSeats).toEqual([]);
    expect(status.seats[0]?.idleAt).toBeUndefined();
  });
});

describe('a class', () => {
  test('has every seat, open or not, and the names of the roster', () => {
    const named = { ...kept, seats: kept.seats.map((seat, index) => ({ ...seat, student: ['김하늘'][index] })) };
    const { status } = lookAt(snapshotOf([...openSeat(ONE), ...openSeat(TWO, '2026-11-27T08:59:59Z')]), named, NO_MEMORY, new Date(NINE));
    expect(status.seats.map(({ seat, student, isOpen }) => [seat, student, isOpen])).toEqual([[ONE, '김하늘', true], [TWO, undefined, false], ['student-003', undefined, false]]);
  });

  test('says when the first token ends', () => {
    const { status } = lookAt(snapshotOf([...openSeat(ONE, '2026-11-27T18:00:00.000Z'), ...openSeat(TWO)]), kept, NO_MEMORY, new Date(NINE));
    expect(status.tokensEndAt).toBe('2026-11-27T17:00:00.000Z');
    expect(look(9 * 3600, []).status.tokensEndAt).toBeUndefined();
  });

  test('does not know since when it costs where the cluster does not say', () => {
    expect(lookAt(snapshotOf([]), kept, NO_MEMORY, new Date(NINE)).status.costSoFar).toBeUndefined();
  });

  test('is simulated where its nodes are', () => {
    expect(look(0, passedSeat(ONE)).status.isSimulated).toBe(true);
    expect(look(0, []).status).toMatchObject({ cluster: 'lab', region: 'ap-northeast-2', at: at(0), isSimulated: false, scaledIn: [] });
  });

  test('of 200 seats at work is looked at within a fraction of a second', () => {
    const many = keptClassOf(smallLabView(seats(200)));
    const snapshot = snapshotOf([...classNamespaces(), ...many.seats.flatMap(({ seat }) => [...openSeat(seat), ...passedSeat(seat)])]);
    expect(snapshot.nodeClaims).toHaveLength(200);
    const began = process.cpuUsage();
    const { memory, status } = lookAt(snapshot, many, NO_MEMORY, new Date(NINE));
    lookAt(snapshot, many, memory, new Date(NINE));
    expect(status.seats.every(({ mark }) => mark.finishedAt !== undefined)).toBe(true);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000);
  });

  test('ignores NodeClaims of other teams', () => {
    const [, body] = newClaimOf('my-team', 'default-1');
    expect(look(0, [[NODE_CLAIMS, body]]).status.seats.flatMap(({ nodes }) => nodes)).toEqual([]);
  });
});
