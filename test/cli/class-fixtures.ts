import type { CloseClassResult } from '../../lib/exercise/class/close-class';
import type { OpenClassResult } from '../../lib/exercise/class/open-class';
import type { ResetSeatResult } from '../../lib/exercise/class/reset-seat';
import type { ClassStatus, SeatNode, SeatStatus } from '../../lib/exercise/class/class-status';

/** The node that the exercise leads to. */
const node: SeatNode = { name: 'ip-10-11-72-27', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', capacityType: 'on-demand', pricePerHour: 0.346 };

/** A seat that nobody has used yet. */
function emptySeat(seat: string): SeatStatus {
  return {
    seat,
    isOpen: true,
    step: 'empty',
    since: '2026-11-27T01:00:00.000Z',
    replicas: 0,
    runningPods: 0,
    nodes: [],
    pricePerHour: 0,
    costSoFar: 0,
    mark: { passedAt: {}, earlierCost: 0 },
  };
}

const passedAt = {
  'deployment': '2026-11-27T01:10:00.000Z',
  'replicas': '2026-11-27T01:20:00.000Z',
  'pods running': '2026-11-27T01:21:30.000Z',
  'nodes': '2026-11-27T01:21:30.000Z',
  'NodeClaims': '2026-11-27T01:21:30.000Z',
  'capacity type': '2026-11-27T01:21:30.000Z',
  'node labels': '2026-11-27T01:21:30.000Z',
} as const;

/** A class of five half an hour after its beginning: one finished, one with two nodes, one stuck, one with a node on its way, one not begun. */
export const classAtWork: ClassStatus = {
  cluster: 'karpenter-lab',
  region: 'ap-northeast-2',
  at: '2026-11-27T01:30:00.000Z',
  seats: [
    {
      ...emptySeat('student-001'), student: '김하늘', step: 'finished', since: '2026-11-27T01:25:00.000Z', costSoFar: 0.023,
      mark: { passedAt, finishedAt: '2026-11-27T01:21:30.000Z', earlierCost: 0.023 },
    },
    {
      ...emptySeat('student-002'), student: '이준', step: 'running', since: '2026-11-27T01:22:00.000Z', replicas: 5, runningPods: 5,
      nodes: [node, { ...node, name: 'ip-10-11-80-3', instanceType: 'c5a.large', pricePerHour: 0.088 }], pricePerHour: 0.434, costSoFar: 0.065,
      idleAt: '2026-11-27T01:52:00.000Z', mark: { passedAt, finishedAt: '2026-11-27T01:22:00.000Z', earlierCost: 0 },
    },
    {
      ...emptySeat('student-003'), step: 'scaled', since: '2026-11-27T01:27:00.000Z', replicas: 5,
      stuck: 'NodePool class has launched cpu 16 of 16 (reached).', idleAt: '2026-11-27T01:57:00.000Z',
      mark: { passedAt: { deployment: '2026-11-27T01:12:00.000Z', replicas: '2026-11-27T01:27:00.000Z' }, earlierCost: 0 },
    },
    {
      ...emptySeat('student-004'), step: 'launching', since: '2026-11-27T01:29:30.000Z', replicas: 5,
      nodes: [{ ...node, name: 'class-x2v9q' }], pricePerHour: 0.346, costSoFar: 0.003, idleAt: '2026-11-27T01:59:30.000Z',
      mark: { passedAt: { deployment: '2026-11-27T01:12:00.000Z', replicas: '2026-11-27T01:29:00.000Z' }, earlierCost: 0 },
    },
    { ...emptySeat('student-005'), isOpen: false },
  ],
  pricePerHour: 1.053,
  costSoFar: 1.44,
  expiresAt: '2026-11-27T09:00Z',
  tokensEndAt: '2026-11-27T08:30:00.000Z',
  isSimulated: true,
  scaledIn: [],
};

/** A class of three that is open, one seat of it for the second time. */
export const openedClass: OpenClassResult = {
  cluster: 'karpenter-lab',
  region: 'ap-northeast-2',
  karpenterNamespace: 'kube-system',
  folder: '/lab/class',
  seats: [
    { seat: 'student-001', student: '김하늘', kubeconfig: 'student-001.kubeconfig', tokenEndsAt: '2026-11-27T09:00:00.000Z' },
    { seat: 'student-002', student: '<이준>', kubeconfig: 'student-002.kubeconfig', tokenEndsAt: '2026-11-27T09:00:01.000Z', earlierTokenEndsAt: '2026-11-27T08:00:00.000Z' },
    { seat: 'student-003', kubeconfig: 'student-003.kubeconfig', tokenEndsAt: '2026-11-27T09:00:01.000Z' },
  ],
  isWholeClass: true,
  apiAccess: ['203.0.113.0/24'],
};

/** A seat that was reset. */
export const emptiedSeat: ResetSeatResult = {
  outcome: 'reset', cluster: 'karpenter-lab', seat: 'student-001', student: '김하늘', removed: ['Deployment inflate', 'Service web'], seconds: 1.23, isOpen: true, isMarkForgotten: false,
};

/** A class that was closed. */
export const closedClass: CloseClassResult = {
  outcome: 'closed', cluster: 'karpenter-lab', region: 'ap-northeast-2', seats: 3, openSeats: 3, pods: 10, nodes: 2, emptiedSeats: 2,
  deletedFiles: ['student-001.kubeconfig', 'student-002.kubeconfig', 'student-003.kubeconfig'], folder: '/lab/class', problems: [],
};
