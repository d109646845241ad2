import type { SeatStep } from '../../exercise/class/class-status';
import type { Language } from '../../words';

/** What a seat shows: its step, or what matters more. */
export type SeatState = SeatStep | 'stuck' | 'closed';

/** Every word on the board. They are few, because they are read from the back of a room. */
export interface BoardWords {
  /** The language by its own name. */
  readonly language: string;
  readonly board: string;
  readonly rehearsal: string;
  readonly states: Readonly<Record<SeatState, string>>;
  readonly finished: string;
  readonly nodes: string;
  readonly perHour: string;
  readonly soFar: string;
  readonly timeLeft: string;
  /** Hint beside a price for one hour: `/h`. */
  readonly hourly: string;
  readonly untilDeletion: (clock: string) => string;
  readonly untilTokensEnd: (clock: string) => string;
  readonly noEnd: string;
  readonly over: string;
  /** A whole number of minutes, in two units at most. */
  readonly duration: (minutes: number) => string;
  /** The same in one unit, for a small place. */
  readonly age: (minutes: number) => string;
  readonly zone: (letter: string) => string;
  /** Where it differs from Karpenter's own name. */
  readonly capacityTypes: Readonly<Record<string, string>>;
  readonly idleIn: (minutes: number) => string;
  readonly scaledIn: (seats: string) => string;
  readonly firstLook: string;
  readonly connectionLost: string;
  readonly noNewsSince: (clock: string) => string;
  readonly seenAt: (clock: string) => string;
  readonly showNames: string;
  readonly hideNames: string;
}

/** The words of each language. */
export const BOARD_WORDS: Readonly<Record<Language, BoardWords>> = {
  en: {
    language: 'English',
    board: 'Class board',
    rehearsal: 'Rehearsal',
    states: {
      empty: 'not begun', deployed: 'deployed', scaled: 'no node yet', launching: 'node coming', running: 'running', finished: 'finished',
      stuck: 'stuck', closed: 'closed',
    },
    finished: 'Finished',
    nodes: 'Nodes',
    perHour: 'Cost an hour',
    soFar: 'Cost so far',
    timeLeft: 'Time left',
    hourly: '/h',
    untilDeletion: (clock) => `lab is deleted at ${clock}`,
    untilTokensEnd: (clock) => `tokens end at ${clock}`,
    noEnd: 'no end is set',
    over: 'over',
    duration: (minutes) => inUnits(minutes, ' h', ' min'),
    age: (minutes) => minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`,
    zone: (letter) => `zone ${letter}`,
    capacityTypes: {},
    idleIn: (minutes) => `idle: to 0 in ${minutes} min`,
    scaledIn: (seats) => `Idle, scaled to 0: ${seats}`,
    firstLook: 'Looking at the cluster',
    connectionLost: 'Connection to the board is lost. Trying again',
    noNewsSince: (clock) => `No news from the cluster since ${clock}`,
    seenAt: (clock) => `seen ${clock}`,
    showNames: 'show names',
    hideNames: 'hide names',
  },
  ko: {
    language: '한국어',
    board: '실습 현황',
    rehearsal: '리허설',
    states: {
      empty: '시작 전', deployed: '배포됨', scaled: '노드 대기', launching: '노드 준비 중', running: '실행 중', finished: '완료',
      stuck: '막힘', closed: '닫힘',
    },
    finished: '완료',
    nodes: '노드',
    perHour: '시간당 비용',
    soFar: '누적 비용',
    timeLeft: '남은 시간',
    hourly: '/시간',
    untilDeletion: (clock) => `${clock} 실습 환경 삭제`,
    untilTokensEnd: (clock) => `${clock} 토큰 만료`,
    noEnd: '종료 시각 없음',
    over: '종료',
    duration: (minutes) => inUnits(minutes, '시간', '분'),
    age: (minutes) => minutes < 60 ? `${minutes}분` : `${Math.floor(minutes / 60)}시간`,
    zone: (letter) => `가용 영역 ${letter}`,
    capacityTypes: { spot: '스팟', reserved: '예약' },
    idleIn: (minutes) => `유휴: ${minutes}분 뒤 0개로`,
    scaledIn: (seats) => `유휴 상태라 0개로 줄임: ${seats}`,
    firstLook: '클러스터를 확인하고 있습니다',
    connectionLost: '현황판과 연결이 끊겼습니다. 다시 연결하는 중',
    noNewsSince: (clock) => `${clock} 이후 클러스터가 응답하지 않습니다`,
    seenAt: (clock) => `${clock} 기준`,
    showNames: '이름 보기',
    hideNames: '이름 숨기기',
  },
};

/** Causes that stop a seat, by what Kubernetes, Karpenter or AWS says of them, the most telling first. */
const CAUSES: readonly (readonly [RegExp, Readonly<Record<Language, string>>])[] = [
  [/VcpuLimitExceeded/, { en: 'quota of the account reached', ko: '계정 할당량 초과' }],
  [/insufficient ?(?:instance ?)?capacity/i, { en: 'AWS has no capacity now', ko: 'AWS 용량 부족' }],
  [/exceed limits for nodepool/i, { en: 'limit of the NodePool reached', ko: 'NodePool 한도 도달' }],
  [/exceeded quota/, { en: 'quota of the seat reached', ko: '좌석 할당량 초과' }],
  [/cannot make its pods/, { en: 'pods are refused', ko: '파드 생성 거부됨' }],
  [/ErrImagePull|ImagePullBackOff|Failed to pull image/, { en: 'image cannot be pulled', ko: '이미지를 가져오지 못함' }],
  [/No NodePool gives its nodes the label/, { en: 'no NodePool gives the label', ko: '이 레이블을 주는 NodePool 없음' }],
  [/There is no (?:NodePool|EC2NodeClass)/, { en: 'NodePool or node class is missing', ko: 'NodePool 또는 노드 클래스 없음' }],
  [/^(?:\d+ of \d+ pods? run\. )?(?:NodePool|EC2NodeClass) /, { en: 'NodePool or node class is not ready', ko: 'NodePool 또는 노드 클래스 준비 안 됨' }],
  [/incompatible (?:with nodepool|requirements)|no instance type/i, { en: 'no node fits the pods', ko: '파드에 맞는 노드 없음' }],
  [/^(?:\d+ of \d+ pods? run\. )?NodeClaim \S+: (?:Registered|Initialized)/, { en: 'node does not join', ko: '노드가 합류하지 못함' }],
  [/nodes are available/, { en: 'no node has room', ko: '자리가 있는 노드 없음' }],
  [/Karpenter logs: /, { en: 'Karpenter logs an error', ko: 'Karpenter 오류' }],
  [/^\d+ of \d+ pods? run\.$/, { en: 'waits for long', ko: '오래 기다리는 중' }],
];

/** Why a seat is stuck, in a few words; undefined for a cause that is not known here. */
export function causeInShort(stuck: string, language: Language): string | undefined {
  return CAUSES.find(([pattern]) => pattern.test(stuck))?.[1][language];
}

/** Minutes in two units at most: `48 h`, `1 h 5 min`, `0 min`. From ten hours on, minutes do not matter. */
function inUnits(minutes: number, hourUnit: string, minuteUnit: string): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest}${minuteUnit}`;
  return rest === 0 || hours >= 10 ? `${hours}${hourUnit}` : `${hours}${hourUnit} ${rest}${minuteUnit}`;
}
