import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { runLab } from '../../lib/cli/run-lab';
import type { ClassStatus } from '../../lib/exercise/class/class-status';
import { LabError } from '../../lib/lab-error';
import { classInTheMiddle } from './board-fixtures';
import { fakeHost, type FakeHostOptions } from './fake-host';

const seen = classInTheMiddle(30);

/** A host whose class is seen so and so, and then ended with Ctrl-C. `during` happens while the board is there. */
function boardHost(statuses: readonly ClassStatus[], during: () => Promise<void> = () => Promise.resolve(), options: FakeHostOptions = {}): ReturnType<typeof fakeHost> {
  const ending = new AbortController();
  return fakeHost({
    ...options,
    signal: ending.signal,
    actions: {
      followClass: async (_, onStatus) => {
        for (const status of statuses) onStatus(status);
        await during();
        ending.abort();
      },
      ...options.actions,
    },
  });
}

describe('lab class board', () => {
  test('serves the class as it is, in the language that was asked for, until Ctrl-C', async () => {
    let page = '';
    const host = boardHost([seen], async () => {
      page = await (await fetch(/http:\S+/.exec(host.stdout.text)?.[0] ?? '')).text();
    });
    expect(await runLab(['class', 'board', '--port', '0', '--language', 'ko', '--names'], host)).toBe(0);
    expect(page).toMatch(/<html lang="ko".*김민지/s);
    await expect(fetch(/http:\S+/.exec(host.stdout.text)?.[0] ?? '')).rejects.toThrow();
  });

  test('writes into a pipe where it is, and a line when the class has changed', async () => {
    const host = boardHost([seen, { ...seen, at: '2026-12-01T05:00:05.000Z' }, { ...seen, at: '2026-12-01T05:00:10.000Z', pricePerHour: 1 }]);
    await runLab(['class', 'board', '--port', '0'], host);
    expect(host.stdout.text.split('\n')).toEqual([
      expect.stringMatching(/^The board is at http:\/\/127\.0\.0\.1:\d+$/),
      '05:00:00  30 seats: 9 finished, 11 running and 1 stuck; 4.459 USD/h',
      '05:00:10  30 seats: 9 finished, 11 running and 1 stuck; 1.000 USD/h',
      '',
    ]);
  });

  test('shows on a terminal where it is, and which seats are stuck', async () => {
    const host = boardHost([seen], undefined, { isTTY: true, columns: 80, env: { NO_COLOR: '1' } });
    await runLab(['class', 'board', '--port', '0'], host);
    expect(host.stdout.text).toMatch(/The board is at http:\/\/127\.0\.0\.1:\d+ \(open it in a browser of this computer;\s+Ctrl-C ends it\)/);
    expect(host.stdout.text).toContain('student-007: 0 of 5 pods run.');
  });

  test('gives a program its address, and then each status on a line', async () => {
    const host = boardHost([seen, seen]);
    expect(await runLab(['class', 'board', '--port', '0', '--json'], host)).toBe(0);
    const lines = host.stdout.text.trimEnd().split('\n').map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([{ board: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) }, { status: seen }, { status: seen }]);
  });

  test('fails when the cluster cannot be reached, and leaves no server', async () => {
    let url = '';
    const host = boardHost([], undefined, { actions: { followClass: () => {
      url = /http:\S+/.exec(host.stdout.text)?.[0] ?? '';
      return Promise.reject(new LabError({ code: 'KubernetesUnreachable', message: 'The cluster does not answer.', remedy: 'Start it.' }));
    } } });
    expect(await runLab(['class', 'board', '--port', '0'], host)).toBe(1);
    expect(host.stderr.text).toContain('KubernetesUnreachable');
    await expect(fetch(url)).rejects.toThrow();
  });

  describe('with a port that is taken', () => {
    let other: Server;
    beforeEach(async () => new Promise<void>((resolve) => {
      other = createServer().listen(0, '127.0.0.1', resolve);
    }));
    afterEach(async () => new Promise((resolve) => other.close(resolve)));

    test('fails when another program has it, before anything else', async () => {
      const never = (): never => {
        throw new Error('It must not begin.');
      };
      const host = boardHost([], undefined, { actions: { followClass: never, assemblyState: never, synthesize: never } });
      expect(await runLab(['class', 'board', '--port', String((other.address() as AddressInfo).port)], host)).toBe(1);
      expect(host.stderr.text).toContain('BoardPortTaken');
      expect(host.stdout.text).toBe('');
    });
  });

  test.each([
    ['--port', '80', 'InvalidPort'], ['--port', '65536', 'InvalidPort'], ['--port', 'x', 'InvalidPort'], ['--language', 'fr', 'InvalidLanguage'],
  ])('fails when it is given %s %s', async (flag, value, code) => {
    const host = fakeHost();
    expect(await runLab(['class', 'board', flag, value], host)).toBe(2);
    expect(host.stderr.text).toContain(code);
  });
});
