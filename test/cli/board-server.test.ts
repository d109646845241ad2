import { request, type IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { runInNewContext } from 'node:vm';
import { type BoardServer, startBoardServer } from '../../lib/cli/class/board-server';
import { BOARD_SCRIPT } from '../../lib/cli/class/board-style';
import { classSeen, seatStatus } from './board-fixtures';
import { FakeClock } from './fake-clock';

let board: BoardServer;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  board = await startBoardServer({ port: 0, choice: { language: 'en', areNamesShown: false }, clock });
});

afterEach(async () => board.close());

/** The head of an answer. Its body is read by whoever wants it. */
async function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => request(`${board.url}${path}`, { method, headers }, resolve).once('error', reject).end());
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** One message of the stream. */
interface Message {
  readonly edition: string;
  readonly parts: Readonly<Record<string, string>>;
}

/** A page that listens. */
async function listen(path = '/status'): Promise<{ readonly next: () => Promise<Message>; readonly leave: () => void; readonly ended: Promise<void> }> {
  const answer = await ask(path);
  expect(answer.headers['content-type']).toBe('text/event-stream');
  const messages: Message[] = [];
  let unread = '';
  let wake = (): void => undefined;
  answer.setEncoding('utf8').on('data', (text: string) => {
    const events = `${unread}${text}`.split('\n\n');
    unread = events.pop() ?? '';
    messages.push(...events.filter((event) => event.startsWith('data: ')).map((event) => JSON.parse(event.slice('data: '.length)) as Message));
    wake();
  });
  const ended = new Promise<void>((resolve) => answer.once('close', resolve).once('error', () => undefined));
  return {
    next: async () => {
      while (messages.length === 0) await new Promise<void>((resolve) => {
        wake = resolve;
      });
      return messages.shift() as Message;
    },
    leave: () => answer.destroy(),
    ended,
  };
}

describe('the server of the board', () => {
  test('gives a page that takes everything from it, with a policy that refuses anything else', async () => {
    const answer = await ask('/');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store',
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    const page = await bodyOf(answer);
    const files = [...page.matchAll(/(?:src|href)="(\/board\.\w+)"/g)].map(([, path = '']) => path);
    expect(files).toEqual(['/board.svg', '/board.css', '/board.js']);
    for (const path of files) {
      const file = await ask(path);
      expect(file.statusCode).toBe(200);
      expect(await bodyOf(file)).not.toBe('');
    }
  });

  test('listens on loopback only', async () => {
    expect(board.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const others = Object.values(networkInterfaces()).flat().flatMap((one) => one !== undefined && !one.internal && one.family === 'IPv4' ? [one.address] : []);
    for (const address of others) {
      const { port } = new URL(board.url);
      await expect(new Promise((resolve, reject) => request({ host: address, port }, resolve).once('error', reject).end())).rejects.toThrow('ECONNREFUSED');
    }
  });

  test.each(['127.0.0.1:8090', 'localhost', 'localhost:9999', '[::1]:1'])('answers to %s, which may be the other end of a tunnel', async (host) => {
    expect((await ask('/', { host })).statusCode).toBe(200);
  });

  test.each(['board.example', '127.0.0.1.example:8090', '192.168.0.7', 'localhost.example', 'a b', '@'])('fails when it is asked by the name "%s"', async (host) => {
    for (const path of ['/', '/status', '/board.js']) expect((await ask(path, { host })).statusCode).toBe(403);
  });

  test('fails when it is asked to do anything, or for what it has not', async () => {
    expect((await ask('/', {}, 'POST')).statusCode).toBe(405);
    expect((await ask('/etc/passwd')).statusCode).toBe(404);
    expect((await ask('//board.example/')).statusCode).toBe(404);
  });

  test('tells everybody who listens each status, and only what has changed', async () => {
    const [one, other] = [await listen(), await listen('/status?language=ko')];
    await Promise.all([one.next(), other.next()]);
    board.show(classSeen({ seats: [seatStatus(), seatStatus({ seat: 'student-002' })] }));
    expect(Object.keys((await one.next()).parts)).toEqual(['head', 'states', 'notice', 'seen', 'silent', 'student-001', 'student-002']);
    expect((await other.next()).parts['student-001']).toContain('시작 전');
    board.show(classSeen({ seats: [seatStatus(), seatStatus({ seat: 'student-002', step: 'deployed' })] }));
    expect(Object.keys((await one.next()).parts)).toEqual(['states', 'student-002']);
  });

  test('tells the last status at once to a page that comes later, is loaded again or comes back', async () => {
    board.show(classSeen({ cluster: 'karpenter-lab-7' }));
    expect(await bodyOf(await ask('/'))).toContain('<h1>karpenter-lab-7</h1>');
    const first = await listen();
    const told = await first.next();
    expect(told.parts['head']).toContain('karpenter-lab-7');
    first.leave();
    expect(await (await listen()).next()).toEqual(told);
  });

  test('makes the page and the stream for the same edition, until the seats change', async () => {
    const editionOfPage = async (): Promise<string | undefined> => /data-edition="(\w+)"/.exec(await bodyOf(await ask('/')))?.[1];
    const before = await editionOfPage();
    board.show(classSeen());
    const reader = await listen();
    const { edition } = await reader.next();
    expect(edition).not.toBe(before);
    expect(edition).toBe(await editionOfPage());
  });

  test('says something every five seconds, so that a page knows that it is heard', async () => {
    const reader = await listen();
    await reader.next();
    clock.advance(5);
    expect((await reader.next()).parts).toEqual({});
  });

  test('goes by the clock of the cluster, whatever that of this computer shows', async () => {
    const reader = await listen();
    await reader.next();
    board.show(classSeen({ seats: [seatStatus({ step: 'scaled' })] }));
    const { parts } = await reader.next();
    expect([parts['student-001'], parts['head']]).toEqual([expect.stringContaining('<span class="wait">'), expect.stringMatching(/1<small> h <\/small>12<small> min/)]);
    clock.advance(25);
    const later: Record<string, string> = {};
    for (let beat = 0; beat < 5; beat++) Object.assign(later, (await reader.next()).parts);
    expect(later['silent']).toContain('No news from the cluster since');
    expect(later['head']).toMatch(/1<small> h <\/small>11<small> min/);
    board.show(classSeen());
    expect((await reader.next()).parts['silent']).toBe('');
  });

  test('says for a minute which seats were scaled in', async () => {
    const reader = await listen();
    await reader.next();
    board.show(classSeen({ scaledIn: ['student-001'] }));
    expect((await reader.next()).parts['notice']).toBe('Idle, scaled to 0: 1');
    board.show(classSeen());
    expect((await reader.next()).parts).toEqual({});
    clock.advance(65);
    const later = [];
    for (let beat = 0; beat < 13; beat++) later.push((await reader.next()).parts['notice']);
    expect(later).toContain('');
  });

  test('tells nobody names of students where it was not started so', async () => {
    board.show(classSeen({ seats: [seatStatus({ student: '김민지' })] }));
    for (const path of ['/status', '/status?names=yes']) expect(JSON.stringify(await (await listen(path)).next())).not.toContain('김민지');
    expect(await (await fetch(`${board.url}/?names=yes`)).text()).not.toMatch(/김민지|names=yes/);
  });

  test('shows names and Korean to who has chosen nothing where it was started so', async () => {
    const other = await startBoardServer({ port: 0, choice: { language: 'ko', areNamesShown: true }, clock });
    try {
      other.show(classSeen({ seats: [seatStatus({ student: '김민지' })] }));
      const page = await (await fetch(other.url)).text();
      expect(page).toMatch(/<html lang="ko".*김민지/s);
      expect(await (await fetch(`${other.url}/?names=no&language=fr`)).text()).not.toContain('김민지');
    } finally {
      await other.close();
    }
  });

  test('lets all pages go when it ends, and keeps no timer', async () => {
    const reader = await listen();
    await board.close();
    await reader.ended;
    expect(clock.timerCount).toBe(0);
    await expect(ask('/')).rejects.toThrow('ECONNREFUSED');
  });

  test('fails when another program listens on its port, and says how to take another one', async () => {
    const port = Number(new URL(board.url).port);
    await expect(startBoardServer({ port, choice: { language: 'en', areNamesShown: false }, clock })).rejects.toMatchObject({
      code: 'BoardPortTaken', received: port, remedy: expect.stringContaining('class board --port 0'),
    });
  });
});

describe('the script of the board', () => {
  /** A browser as far as the script needs one. */
  function browser(): { readonly elements: ReadonlyMap<string, { innerHTML: string; hidden: boolean; style: object }>; readonly streams: FakeStream[]; readonly loads: string[]; pass: (seconds: number) => void; press: (code: string) => void; readonly clicked: string[] } {
    class FakeStream {
      static readonly CLOSED = 2;
      readyState = 1;
      onmessage: (event: { data: string }) => void = () => undefined;
      onerror: () => void = () => undefined;
      constructor(readonly url: string) {
        streams.push(this);
      }
      close(): void {
        this.readyState = FakeStream.CLOSED;
      }
    }
    const streams: FakeStream[] = [];
    const loads: string[] = [];
    const clicked: string[] = [];
    const listeners: Record<string, (event: object) => void> = {};
    let now = 0;
    let tick = (): void => undefined;
    const properties: Record<string, unknown> = {};
    const grid = { innerHTML: '', hidden: false, children: { length: 30 }, clientWidth: 1870, clientHeight: 800, style: { setProperty: (name: string, value: unknown) => void (properties[name] = value), properties } };
    const elements = new Map([['seats', grid], ...['lost', 'head', 'student-001'].map((id) => [id, { innerHTML: '', hidden: id === 'lost', style: {} }] as const)] as [string, typeof grid][]);
    runInNewContext(BOARD_SCRIPT, {
      document: {
        documentElement: { dataset: { edition: 'e1' } },
        getElementById: (id: string) => elements.get(id) ?? null,
        querySelector: (selector: string) => ({ click: () => clicked.push(selector) }),
      },
      location: { search: '?language=ko', reload: () => loads.push('reload') },
      EventSource: FakeStream,
      Date: { now: () => now },
      setInterval: (call: () => void) => {
        tick = call;
      },
      addEventListener: (name: string, call: (event: object) => void) => {
        listeners[name] = call;
      },
    });
    return {
      elements, streams, loads, clicked,
      pass: (seconds) => {
        for (let second = 0; second < seconds; second += 2) {
          now += 2000;
          tick();
        }
      },
      press: (code) => listeners['keydown']?.({ code }),
    };
  }
  type FakeStream = { readyState: number; readonly url: string; onmessage: (event: { data: string }) => void; onerror: () => void };
  const message = (edition: string, parts: object = {}): { data: string } => ({ data: JSON.stringify({ edition, parts }) });

  test('puts what it is told into its place, and fits the grid into the window', () => {
    const { elements, streams } = browser();
    expect(streams.map(({ url }) => url)).toEqual(['/status?language=ko']);
    streams[0]?.onmessage(message('e1', { 'student-001': '<b>1</b>', 'unknown': '' }));
    expect(elements.get('student-001')?.innerHTML).toBe('<b>1</b>');
    expect(elements.get('seats')?.style).toMatchObject({ properties: { '--columns': 8, '--rows': 4 } });
  });

  test('says that the connection is lost until it hears again', () => {
    const { elements, streams } = browser();
    streams[0]?.onerror();
    expect(elements.get('lost')?.hidden).toBe(false);
    streams[0]?.onmessage(message('e1'));
    expect(elements.get('lost')?.hidden).toBe(true);
  });

  test('connects again where the browser does not, and where nothing is heard', () => {
    const refused = browser();
    Object.assign(refused.streams[0] ?? {}, { readyState: 2 });
    refused.pass(4);
    expect(refused.streams).toHaveLength(2);
    const silent = browser();
    silent.pass(14);
    expect([silent.streams.length, silent.elements.get('lost')?.hidden]).toEqual([1, true]);
    silent.pass(2);
    expect([silent.streams.length, silent.elements.get('lost')?.hidden]).toEqual([2, false]);
  });

  test('loads the page again when the stream is made for another one', () => {
    const { elements, streams, loads } = browser();
    streams[0]?.onmessage(message('e2', { 'student-001': 'other' }));
    expect(loads).toEqual(['reload']);
    expect(elements.get('student-001')?.innerHTML).toBe('');
  });

  test('follows the link of a key, whatever the keyboard writes', () => {
    const { press, clicked } = browser();
    press('KeyN');
    expect(clicked).toEqual(['a[data-key="KeyN"]']);
  });
});
