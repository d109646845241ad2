import { seatNames } from '../../lib/config/seats';
import type { ClassStatus, SeatNode, SeatStatus, SeatStep } from '../../lib/exercise/class/class-status';

/** The moment at which the classes of these tests are seen. */
export const SEEN_AT = new Date('2026-12-01T05:00:00.000Z');

const minutesAway = (minutes: number): string => new Date(SEEN_AT.getTime() + minutes * 60_000).toISOString();

/** A node as the exercise leads to it. */
export const launchedNode: SeatNode = {
  name: 'ip-10-11-72-27.ap-northeast-2.compute.internal', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', capacityType: 'on-demand', pricePerHour: 0.344,
};

/** A seat at the beginning. */
export function seatStatus(changes: Partial<SeatStatus> = {}): SeatStatus {
  return {
    seat: 'student-001', isOpen: true, step: 'empty', since: minutesAway(-12), replicas: 0, runningPods: 0, nodes: [], pricePerHour: 0, costSoFar: 0,
    mark: { passedAt: {}, earlierCost: 0 }, ...changes,
  };
}

/** A class of one seat that has not begun. */
export function classSeen(changes: Partial<ClassStatus> = {}): ClassStatus {
  return {
    cluster: 'karpenter-lab', region: 'ap-northeast-2', at: SEEN_AT.toISOString(), seats: [seatStatus()], pricePerHour: 0.3, costSoFar: 1.2,
    expiresAt: minutesAway(72), tokensEndAt: minutesAway(410), isSimulated: false, scaledIn: [], ...changes,
  };
}

/** How far students are in the middle of an hour, over and over. */
const MIDDLE: readonly SeatStep[] = [
  'running', 'finished', 'running', 'launching', 'finished', 'running', 'scaled', 'deployed', 'finished', 'running', 'empty', 'finished', 'running', 'launching',
  'scaled', 'finished', 'running',
];

const NAMES = ['김민지', '이서준', '박하윤', '최도윤', '정지우', '강예준', '조수아', '윤시우', '장하은', '임지호', 'Alexander Okonkwo', '한서연'];

const ZONES = ['a', 'b', 'c'];

/** A class in the middle of its hour, with seats at every step and some that are stuck. */
export function classInTheMiddle(students: number): ClassStatus {
  const seats = seatNames(students).map((seat, index) => seatInTheMiddle(seat, index));
  return classSeen({
    seats,
    pricePerHour: 0.279 + seats.reduce((sum, { pricePerHour }) => sum + pricePerHour, 0),
    costSoFar: 0.279 * 1.6 + seats.reduce((sum, { costSoFar }) => sum + costSoFar, 0),
    isSimulated: students < 50,
  });
}

function seatInTheMiddle(seat: string, index: number): SeatStatus {
  const step = MIDDLE[index % MIDDLE.length] ?? 'empty';
  const hasNode = step === 'running' || step === 'launching';
  const isSpot = index % 7 === 2;
  const node: SeatNode = {
    ...launchedNode, zone: `ap-northeast-2${ZONES[index % 3]}`, instanceType: index % 11 === 5 ? 'm7i-flex.2xlarge' : 'c5a.2xlarge',
    capacityType: isSpot ? 'spot' : 'on-demand', pricePerHour: isSpot ? 0.132 : 0.344,
  };
  const isStuck = index % 29 === 6;
  const since = step === 'launching' ? 1 : step === 'running' ? 3 + index % 20 : isStuck ? 7 : 2 + index % 5;
  return seatStatus({
    seat, step, student: NAMES[index % NAMES.length], since: minutesAway(-since),
    stuck: isStuck ? '0 of 5 pods run. karpenter, FailedScheduling, 5 pods: Failed to schedule pod, all available instance types exceed limits for nodepool: "class"' : undefined,
    replicas: step === 'scaled' || hasNode ? 5 : 0,
    runningPods: step === 'running' ? 5 : 0,
    nodes: hasNode ? [node] : [],
    pricePerHour: hasNode ? node.pricePerHour ?? 0 : 0,
    costSoFar: step === 'finished' ? 0.061 : hasNode ? (node.pricePerHour ?? 0) * since / 60 : 0,
    idleAt: step === 'running' ? minutesAway(index % 13 === 12 ? 4 : 25) : undefined,
  });
}
