import { runLab } from '../../lib/cli/run-lab';
import type { ProgressEvent, ProgressListener } from '../../lib/progress';
import { LabError } from '../../lib/lab-error';
import { FakeClock } from './fake-clock';
import { fakeHost, type FakeHostOptions } from './fake-host';
import { runningRehearsal } from './rehearsal-fixtures';

/** A moment of an action: an event that it emits, or seconds that pass. */
type Moment = ProgressEvent | number;

interface Shown {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timerCount: number;
}

/** What `lab rehearse` shows while a rehearsal starts in these moments. */
async function shownWhile(moments: readonly Moment[], options: FakeHostOptions & { readonly argv?: readonly string[]; readonly error?: Error } = {}): Promise<Shown> {
  const clock = new FakeClock();
  const play = (onProgress: ProgressListener): void => {
    for (const moment of moments) {
      if (typeof moment === 'number') clock.advance(moment);
      else onProgress(moment);
    }
  };
  const host = fakeHost({
    ...options,
    clock,
    actions: {
      startRehearsal: (_options, { onProgress }) => {
        play(onProgress);
        return options.error === undefined ? Promise.resolve(runningRehearsal) : Promise.reject(options.error);
      },
      rehearsalStatus: (name) => Promise.resolve({ name, state: 'absent', processes: [] }),
    },
  });
  const exitCode = await runLab(options.argv ?? ['rehearse', '--assembly', 'cdk.out'], host);
  return { exitCode, stdout: host.stdout.text, stderr: host.stderr.text, timerCount: clock.timerCount };
}

/** What a terminal shows in the end of what was written to it, with the moves of the cursor followed. */
function screenOf(text: string): readonly string[] {
  const lines: string[] = [''];
  for (const [token, up] of text.matchAll(/\u001b\[(\d+)A\u001b\[0J|\u001b\[[\d;]*m|\n|[^\u001b\n]+/g)) {
    if (up !== undefined) {
      lines.splice(lines.length - 1 - Number(up));
      lines.push('');
    } else if (token === '\n') {
      lines.push('');
    } else if (!token.startsWith('\u001b')) {
      lines.push(`${lines.pop() ?? ''}${token}`);
    }
  }
  return lines;
}

const BUILD = 'Build kube-apiserver';
const LONG_BUILD: readonly Moment[] = [
  { step: BUILD, state: 'started' },
  10,
  { step: BUILD, state: 'running', detail: 'compiling k8s.io/apiserver', fraction: 0.25, remainingSeconds: 90 },
  32,
  { step: BUILD, state: 'finished', detail: '114 MiB' },
];

describe('progress in a pipe', () => {
  test('is a line when a step begins, one when it ends, and one every 15 seconds between', async () => {
    const { stderr } = await shownWhile([...LONG_BUILD, { step: 'Build etcd', state: 'skipped', detail: 'built before' }]);
    expect(stderr).toBe([
      '  0:00  Build kube-apiserver ...',
      '  0:15  Build kube-apiserver: 25 %, about 1 min 30 s left, compiling k8s.io/apiserver',
      '  0:30  Build kube-apiserver: 25 %, about 1 min 30 s left, compiling k8s.io/apiserver',
      '  0:42  Build kube-apiserver: done in 42 s, 114 MiB',
      '  0:42  Build etcd: skipped, built before',
      '',
    ].join('\n'));
  });

  test('says nothing of news in between, however many', async () => {
    const news = Array.from({ length: 100 }, (): ProgressEvent => ({ step: BUILD, state: 'running', detail: 'another file' }));
    expect((await shownWhile([...news, 14])).stderr).toBe('  0:00  Build kube-apiserver ...\n');
  });

  test('tells of several steps at once, each in its own time', async () => {
    const { stderr } = await shownWhile([{ step: 'A', state: 'started' }, 10, { step: 'B', state: 'started' }, 6, { step: 'B', state: 'finished' }, 15]);
    expect(stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '')).toEqual([
      '0:00  A ...', '0:10  B ...', '0:15  A goes on', '0:16  B: done in 6 s', '0:30  A goes on',
    ]);
  });

  test('has no escape codes, whatever a step is called', async () => {
    const { stderr } = await shownWhile([{ step: 'Build \u001b[31mred', state: 'started', detail: '\u0007' }, { step: 'Build \u001b[31mred', state: 'finished', detail: 'a\nb' }]);
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });

  test('is plain lines on a dumb terminal, too', async () => {
    expect((await shownWhile(LONG_BUILD, { isTTY: true, env: { TERM: 'dumb' } })).stderr).not.toContain('\u001b');
  });
});

describe('progress on a terminal', () => {
  const terminal = { isTTY: true, columns: 60 };

  test('draws how far each step under way is', async () => {
    const moments = [...LONG_BUILD.slice(0, 3), { step: 'Build etcd', state: 'started' } as const, 5];
    const failed = await shownWhile(moments, { ...terminal, error: new LabError({ code: 'X', message: 'No.', remedy: 'None.' }) });
    const drawn = screenOf(failed.stderr.slice(0, failed.stderr.lastIndexOf('\u001b[4A')));
    expect(drawn).toEqual([
      '...   Build kube-apiserver  15 s, 25 %, about 1 min 30 s l…',
      '      █████───────────────',
      '      compiling k8s.io/apiserver',
      '...   Build etcd  5 s',
      '',
    ]);
  });

  test('leaves one line for each step that ended, and nothing else', async () => {
    const { stderr } = await shownWhile([...LONG_BUILD, { step: 'Build etcd', state: 'skipped', detail: 'built before' }], terminal);
    expect(screenOf(stderr)).toEqual(['done  Build kube-apiserver 42 s, 114 MiB', 'skip  Build etcd built before', '']);
  });

  test('says which steps were not done when the action fails, before the error', async () => {
    const error = new LabError({ code: 'BuildFailed', message: 'It failed.', remedy: 'Look.' });
    const { stderr, exitCode } = await shownWhile(LONG_BUILD.slice(0, 4), { ...terminal, error });
    expect(screenOf(stderr).slice(0, 2)).toEqual(['not done  Build kube-apiserver after 42 s', 'Error BuildFailed']);
    expect(exitCode).toBe(1);
  });

  test('never writes a line wider than the terminal, which would wrap and be left behind', async () => {
    const name = 'Build a thing with quite a long name in Korean 클러스터 and more';
    const { stderr } = await shownWhile([{ step: name, state: 'running', detail: 'x'.repeat(200), fraction: 0.5 }, 1], terminal);
    const block = stderr.slice(0, stderr.indexOf('\u001b['));
    expect(Math.max(...block.split('\n').map((line) => line.length))).toBeLessThan(60);
  });

  test('keeps its block to six steps', async () => {
    const many = Array.from({ length: 9 }, (_, index): ProgressEvent => ({ step: `Step ${index}`, state: 'started' }));
    const error = new LabError({ code: 'X', message: 'No.', remedy: 'None.' });
    const { stderr } = await shownWhile(many, { ...terminal, error });
    expect(stderr).toContain('and 3 more');
    expect(stderr).toContain('\u001b[7A');
    expect(stderr).not.toContain('\u001b[8A');
  });

  test('takes no fraction for more than it can be', async () => {
    const { stderr } = await shownWhile([{ step: 'A', state: 'running', fraction: 1.5 }, { step: 'B', state: 'running', fraction: -1 }], terminal);
    expect(stderr).toContain(`${'█'.repeat(20)}\n`);
    expect(stderr).toContain(`${'─'.repeat(20)}\n`);
  });
});

describe('progress with --json', () => {
  test('is one line of JSON an event on stderr, and the result alone on stdout', async () => {
    const { stdout, stderr } = await shownWhile(LONG_BUILD, { argv: ['rehearse', '--json', '-c', 'scale=5'] });
    const lines = stderr.trim().split('\n').map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      { note: expect.stringContaining('Synthesizing') },
      ...LONG_BUILD.filter((moment) => typeof moment !== 'number').map((progress) => ({ progress })),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ rehearsal: runningRehearsal });
  });
});

test.each([{}, { isTTY: true }, { argv: ['rehearse', '--json'] }])('ends its timers with the action: %j', async (options) => {
  expect((await shownWhile(LONG_BUILD.slice(0, 2), options)).timerCount).toBe(0);
  expect((await shownWhile(LONG_BUILD.slice(0, 2), { ...options, error: new Error('no') })).timerCount).toBe(0);
});
