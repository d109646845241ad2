import { type BoardChoice, boardEdition, type BoardMoment, boardPage, boardParts } from '../../lib/cli/class/board-page';
import { BOARD_SCRIPT, BOARD_STYLE } from '../../lib/cli/class/board-style';
import { BOARD_WORDS } from '../../lib/cli/class/board-words';
import type { SeatStatus } from '../../lib/exercise/class/class-status';
import { LANGUAGES } from '../../lib/words';
import { classInTheMiddle, classSeen, launchedNode, seatStatus, SEEN_AT } from './board-fixtures';
import { markupProblems } from './markup-check';

const english: BoardChoice = { language: 'en', areNamesShown: false };
const korean: BoardChoice = { language: 'ko', areNamesShown: false };
const momentOf = (status: BoardMoment['status'], changes: Partial<BoardMoment> = {}): BoardMoment => ({ status, now: SEEN_AT, timeZone: 'Asia/Seoul', ...changes });

/** What a person reads in a part, without its markup. */
const read = (markup = ''): string => markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ').trim();
const seatOf = (seat: Partial<SeatStatus>, choice = english): string =>
  boardParts(momentOf(classSeen({ seats: [seatStatus(seat)] })), choice)['student-001'] ?? '';

describe('the page of the board', () => {
  test.each([10, 30, 100, 200])('is well-formed with %i seats in each language, with names and without', (students) => {
    for (const language of LANGUAGES) {
      for (const areNamesShown of [true, false]) {
        const page = boardPage(momentOf(classInTheMiddle(students)), { language, areNamesShown });
        expect(markupProblems(page)).toEqual([]);
        expect(page.match(/<article /g)).toHaveLength(students);
      }
    }
  });

  test('says before the first look what it does', () => {
    const page = boardPage(momentOf(undefined), korean);
    expect(markupProblems(page)).toEqual([]);
    expect(page).toContain('<html lang="ko"');
    expect(page).toContain('클러스터를 확인하고 있습니다');
  });

  test('takes nothing from anywhere else, and holds no script and no style that its policy refuses', () => {
    const page = boardPage(momentOf(classInTheMiddle(10)), english);
    expect([...page.matchAll(/(?:src|href)="(?<to>[^"]*)"/g)].map(({ groups }) => groups?.['to']).filter((to) => !to?.startsWith('/board.') && !to?.startsWith('/?'))).toEqual([]);
    expect(page).not.toMatch(/ (?:style|on\w+)="/);
    for (const text of [page, BOARD_STYLE, BOARD_SCRIPT]) expect(text).not.toMatch(/https?:|@import|url\(/);
  });

  test('shows what students and clusters are called, and runs none of it', () => {
    const hostile = '<script>alert("1")</script>';
    const status = classSeen({ cluster: hostile, seats: [seatStatus({ student: hostile, stuck: hostile, nodes: [{ ...launchedNode, instanceType: hostile }] })] });
    const page = boardPage(momentOf(status), { ...english, areNamesShown: true });
    expect(page.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;/g)).toHaveLength(5);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(markupProblems(page)).toEqual([]);
  });

  test('holds names of students only where they are shown', () => {
    const status = classSeen({ seats: [seatStatus({ student: '김민지' })] });
    expect(boardPage(momentOf(status), english)).not.toContain('김민지');
    expect(boardPage(momentOf(status), { ...english, areNamesShown: true })).toContain('<p class="name">김민지</p>');
  });

  test('leads to the other language and to the names, and keeps the one when it changes the other', () => {
    const page = boardPage(momentOf(classSeen({ seats: [seatStatus({ student: '김민지' })] })), { language: 'ko', areNamesShown: true });
    expect(page).toContain('data-key="KeyL" lang="en" href="/?language=en&amp;names=yes"');
    expect(page).toContain('data-key="KeyN" href="/?language=ko&amp;names=no"');
    expect(boardPage(momentOf(classSeen()), korean)).not.toContain('KeyN');
  });

  test('has every word in both languages, and no English word on the Korean page', () => {
    const texts = (value: unknown): readonly string[] => typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
    const [en, ko] = [BOARD_WORDS.en, BOARD_WORDS.ko];
    expect(Object.keys(ko.states)).toEqual(Object.keys(en.states));
    expect(texts(en).filter((text) => text === '' || /[가-힣]/.test(text))).toEqual([]);
    expect(texts(ko).filter((text) => !/[가-힣]/.test(text))).toEqual([]);
    const stuckless = { ...classInTheMiddle(30), scaledIn: ['student-003'] };
    const status = { ...stuckless, seats: stuckless.seats.map((seat) => ({ ...seat, stuck: undefined })) };
    const shown = Object.values(boardParts(momentOf(status, { scaledIn: ['student-003'] }), korean)).map(read).join(' ');
    const names = /karpenter-lab|ap-northeast-2|\b(?:c5a|m7i-flex)\.2xlarge/g;
    expect(shown.replaceAll(names, '').match(/[a-z]{2,}/gi)).toBeNull();
  });
});

describe('the colours of the board', () => {
  const [light = '', dark = ''] = BOARD_STYLE.slice(0, BOARD_STYLE.indexOf('* {')).split('@media');
  const luminance = (colour = ''): number => [1, 3, 5]
    .map((start) => Number.parseInt(colour.slice(start, start + 2), 16) / 255)
    .map((share) => share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4)
    .reduce((sum, share, index) => sum + share * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);

  // WCAG 2 asks for 7 at its highest level, AAA.
  test.each([['light', light], ['dark', dark]])('have a contrast of 7 at least in %s mode', (_, style) => {
    const colours = new Map([...style.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = '', colour = '']) => [name, luminance(colour)]));
    const pairs = [['page', 'ink'], ['page', 'muted'], ...Object.keys(BOARD_WORDS.en.states).map((state) => [state, `${state}-ink`])] as const;
    const contrasts = pairs.map(([ground = '', ink = '']) => [ground, ink].map((name) => (colours.get(name) ?? Number.NaN) + 0.05).toSorted((a, b) => b - a))
      .map(([bright = 0, dim = 0]) => bright / dim);
    expect(contrasts).toHaveLength(10);
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(7);
  });
});

describe('a seat on the board', () => {
  test('shows its step by a word, a sign of its own and marks that fill up', () => {
    const steps = ['empty', 'deployed', 'scaled', 'launching', 'running', 'finished'] as const;
    const seats = steps.map((step) => seatOf({ step }));
    expect(seats.map((seat) => read(seat).replace(/^1( 12 min)? /, ''))).toEqual(['not begun', 'deployed', 'no node yet', 'node coming', 'running', 'finished']);
    expect(seats.map((seat) => seat.match(/class="done"/g)?.length ?? 0)).toEqual([0, 1, 2, 3, 4, 5]);
    const signs = [...seats, seatOf({ stuck: 'why' }), seatOf({ isOpen: false })].map((seat) => /<svg.*?<\/svg>/s.exec(seat)?.[0]);
    expect(new Set(signs).size).toBe(8);
  });

  test('shows its node, what it costs an hour and has cost', () => {
    const seat = seatOf({ step: 'running', replicas: 5, runningPods: 5, nodes: [launchedNode], pricePerHour: 0.344, costSoFar: 0.1234 });
    expect(read(seat)).toBe('1 12 min running c5a.2xlarge zone b $0.344/h $0.12');
  });

  test('shows nothing of a node that is only asked for', () => {
    const asked = { ...launchedNode, instanceType: '', zone: '', capacityType: '', pricePerHour: undefined };
    expect(read(seatOf({ step: 'launching', replicas: 5, nodes: [asked] }))).toBe('1 12 min node coming 0/5');
    expect(read(seatOf({ step: 'launching', replicas: 5, nodes: [asked, launchedNode] }))).toBe('1 12 min node coming 0/5 c5a.2xlarge zone b');
  });

  test('shows in Korean what it shows in English', () => {
    const seat = seatOf({ step: 'launching', replicas: 5, nodes: [{ ...launchedNode, capacityType: 'spot' }, launchedNode], pricePerHour: 0.5, costSoFar: 0.01 }, korean);
    expect(read(seat)).toBe('1 12 분 노드 준비 중 0/5 c5a.2xlarge +1 가용 영역 b · 스팟 $0.500/시간 $0.01');
  });

  test('shows why it is stuck, before its step', () => {
    const seat = seatOf({ step: 'scaled', replicas: 5, stuck: 'It is stuck in a way that nobody has seen' });
    expect(seat).toContain('class="seat stuck"');
    expect(read(seat)).toBe('1 12 min stuck 0/5 It is stuck in a way that nobody has seen');
  });

  test.each([
    ['0 of 5 pods run.', 'waits for long', '오래 기다리는 중'],
    ['0 of 5 pods run. karpenter, FailedScheduling, 5 pods: Failed to schedule pod, all available instance types exceed limits for nodepool: "class"', 'limit of the NodePool reached', 'NodePool 한도 도달'],
    ['0 of 5 pods run. karpenter, FailedScheduling, 5 pods: Failed to schedule pod, incompatible with nodepool "class", incompatible requirements, label "eks-team" does not have known values', 'no node fits the pods', '파드에 맞는 노드 없음'],
    ['2 of 9 pods run. Deployment inflate cannot make its pods: pods "inflate-1" is forbidden: exceeded quota: seat, requested: requests.cpu=1', 'quota of the seat reached', '좌석 할당량 초과'],
    ['0 of 5 pods run. Deployment inflate cannot make its pods: pods "inflate-1" is forbidden: ValidatingAdmissionPolicy denied request', 'pods are refused', '파드 생성 거부됨'],
    ['0 of 5 pods run. NodeClaim class-x2v9q: Registered is Unknown (NodeNotFound): Node not registered with cluster', 'node does not join', '노드가 합류하지 못함'],
    ['0 of 5 pods run. karpenter, InsufficientCapacityError, 1 NodeClaim: insufficient capacity, VcpuLimitExceeded: You have requested more vCPU capacity', 'quota of the account reached', '계정 할당량 초과'],
    ['0 of 5 pods run. karpenter, InsufficientCapacityError, 1 NodeClaim: insufficient capacity, InsufficientInstanceCapacity', 'AWS has no capacity now', 'AWS 용량 부족'],
    ['0 of 5 pods run. No NodePool gives its nodes the label kubernetes.io/arch=s390x that the pods select: class gives kubernetes.io/arch=amd64.', 'no NodePool gives the label', '이 레이블을 주는 NodePool 없음'],
    ['0 of 5 pods run. There is no NodePool class. Bring it back: npx cdk deploy.', 'NodePool or node class is missing', 'NodePool 또는 노드 클래스 없음'],
    ['0 of 5 pods run. EC2NodeClass default: SubnetsReady is False (SubnetsNotFound): SubnetSelector did not match any Subnets', 'NodePool or node class is not ready', 'NodePool 또는 노드 클래스 준비 안 됨'],
    ['0 of 5 pods run. default-scheduler, FailedScheduling, 5 pods: 0/3 nodes are available: 3 Insufficient cpu.', 'no node has room', '자리가 있는 노드 없음'],
    ['0 of 5 pods run. Karpenter logs: creating instance, getting instance types: access denied', 'Karpenter logs an error', 'Karpenter 오류'],
    ['0 of 1 pod run. kubelet, Failed, 1 pod: Failed to pull image "registry.k8s.io/pause:9"', 'image cannot be pulled', '이미지를 가져오지 못함'],
  ])('says the cause in a few words of each language, and keeps what the cluster says: %s', (stuck, en, ko) => {
    for (const [choice, words] of [[english, en], [korean, ko]] as const) {
      const seat = seatOf({ step: 'scaled', stuck }, choice);
      expect(seat).toContain(`<p class="why">${words}</p>`);
      expect(read(/<p class="cause">(.*?)<\/p>/.exec(seat)?.[1])).toBe(stuck.replaceAll('"', '&quot;'));
    }
  });

  test('shows that nobody can come in yet', () => {
    expect(read(seatOf({ isOpen: false }))).toBe('1 closed');
  });

  test('says that it is scaled to 0 only when that is near', () => {
    const idleAt = (minutes: number): string => new Date(SEEN_AT.getTime() + minutes * 60_000).toISOString();
    expect(read(seatOf({ step: 'running', idleAt: idleAt(4) }))).toContain('idle: to 0 in 4 min');
    expect(read(seatOf({ step: 'running', idleAt: idleAt(20) }))).not.toContain('idle');
  });

  test('stands out for some seconds after it has reached a step', () => {
    const since = (seconds: number): string => new Date(SEEN_AT.getTime() - seconds * 1000).toISOString();
    expect(seatOf({ step: 'finished', since: since(2) })).toContain('class="seat finished new"');
    expect(seatOf({ step: 'finished', since: since(20) })).toContain('class="seat finished"');
    expect(seatOf({ step: 'empty', since: since(2) })).toContain('class="seat empty"');
  });
});

describe('the head of the board', () => {
  const headOf = (changes: Parameters<typeof classSeen>[0], choice = english): string => boardParts(momentOf(classSeen(changes)), choice)['head'] ?? '';

  test('shows how many have finished, the nodes, the cost and the time left until the first of the two ends', () => {
    const { seats } = classInTheMiddle(30);
    expect(read(headOf({ seats, isSimulated: true }))).toBe('karpenter-lab ap-northeast-2 Rehearsal Finished 9 /30 Nodes 14 Cost an hour $0.30 Cost so far $1.20 '
      + 'Time left 1 h 12 min lab is deleted at 15:12 tokens end at 20:50');
    expect(read(headOf({ expiresAt: undefined }, korean))).toMatch(/남은 시간 6 시간 50 분 20:50 토큰 만료$/);
  });

  test.each([
    [{ expiresAt: undefined, tokensEndAt: undefined }, 'Time left no end is set'],
    [{ expiresAt: '2026-12-01T04:00:00Z' }, 'Time left over lab is deleted at 13:00 tokens end at 20:50'],
    [{ costSoFar: undefined }, 'Cost so far – '],
  ])('says so where something is not known or over: %j', (changes, text) => {
    expect(read(headOf(changes))).toContain(text);
  });

  test('stands out in the last minutes', () => {
    expect(headOf({ expiresAt: '2026-12-01T05:09:30Z' })).toContain('class="urgent"');
    expect(headOf({ expiresAt: '2026-12-01T05:10:30Z' })).not.toContain('class="urgent"');
  });

  test('counts each seat once: at its step, as closed or as stuck', () => {
    const seats = [seatStatus(), seatStatus({ isOpen: false }), seatStatus({ step: 'scaled', stuck: 'why' }), seatStatus({ step: 'scaled' })];
    const states = boardParts(momentOf(classSeen({ seats })), english)['states'];
    expect(read(states)).toBe('1 not begun 0 deployed 1 no node yet 0 node coming 0 running 0 finished 1 closed 1 stuck');
  });
});

describe('the news on the board', () => {
  test('name the seats that were scaled in', () => {
    expect(boardParts(momentOf(classSeen(), { scaledIn: ['student-003', 'student-014'] }), english)['notice']).toBe('Idle, scaled to 0: 3, 14');
  });

  test('say since when the cluster is silent', () => {
    const seen = classSeen();
    expect(boardParts(momentOf(seen), english)['silent']).toBe('');
    expect(read(boardParts(momentOf(seen, { now: new Date(SEEN_AT.getTime() + 21_000) }), korean)['silent'])).toBe('14:00:00 이후 클러스터가 응답하지 않습니다');
  });

  test('are made for a page with the same seats', () => {
    expect(boardEdition(classInTheMiddle(10))).toBe(boardEdition({ ...classInTheMiddle(10), pricePerHour: 3 }));
    expect(new Set([undefined, classInTheMiddle(10), classInTheMiddle(11)].map(boardEdition)).size).toBe(3);
  });
});
