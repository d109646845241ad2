import { join } from 'node:path';
import type { DeadlineChange, ExtendResult } from '../../lib/removal/extend-lab';
import { deadlineMove } from '../../lib/cli/verbs/extend-verb';
import { runLab } from '../../lib/cli/run-lab';
import { movedDeadline } from './extend-fixture';
import { fakeHost } from './fake-host';

/** A host whose deadline moves when it is confirmed. */
function hostWithDeadline(confirm?: (question: string) => Promise<boolean>, change: Partial<DeadlineChange> = {}) {
  const asked: unknown[] = [];
  const host = fakeHost({
    actions: {
      extendLab: async (options): Promise<ExtendResult> => {
        asked.push({ assemblyDirectory: options.assemblyDirectory, move: options.move });
        const proposed = { ...movedDeadline, ...change };
        return { ...proposed, outcome: await options.confirm(proposed) ? 'moved' : 'declined' };
      },
    },
  });
  return { host: confirm === undefined ? host : { ...host, confirm }, asked };
}

describe('where a deadline goes', () => {
  test.each([
    ['2h', 7200], ['90m', 5400], ['1h30m', 5400], ['1d', 86_400], ['1d2h3m', 93_780],
  ])('%s is %i seconds later', (text, bySeconds) => {
    expect(deadlineMove(text)).toEqual({ bySeconds });
  });

  test('is a moment with its zone', () => {
    expect(deadlineMove('2026-12-01T18:00+09:00')).toEqual({ to: new Date('2026-12-01T09:00:00Z') });
  });

  test.each(['', '2', '0h', '-2h', '2 h', '2 hours', 'tomorrow', '30m2h', '1.5h', '2026-12-01T18:00', '2026-02-30T18:00Z'])('fails when it is "%s", before anything is asked', async (text) => {
    const { host, asked } = hostWithDeadline();
    expect(await runLab(['extend', '--', text], host)).toBe(2);
    expect(host.stderr.text).toContain('Error InvalidDeadline');
    expect(asked).toEqual([]);
  });

  test('says which zone could be meant where none is given', () => {
    expect(() => deadlineMove('2026-12-01T18:00')).toThrow(expect.objectContaining({ remedy: expect.stringContaining('2026-12-01T18:00+09:00 is in Seoul') }));
  });
});

describe('lab extend', () => {
  test('asks with both times, then says how to keep the new one', async () => {
    const questions: string[] = [];
    const { host, asked } = hostWithDeadline((question) => {
      questions.push(question);
      return Promise.resolve(true);
    });
    expect(await runLab(['extend', '2h'], host)).toBe(0);
    expect(asked).toEqual([{ assemblyDirectory: join(host.workingDirectory, 'cdk.out'), move: { bySeconds: 7200 } }]);
    expect(questions[0]).toMatch(/^Move the deadline of karpenter-lab \(account 111122223333, ap-northeast-2\) 2 h later, from .*09:00 UTC.* to .*11:00 UTC/);
    expect(host.stdout.text).toContain('Deadline moved');
    expect(host.stdout.text.replace(/\s+/g, ' ')).toContain('expiresAt: 2026-12-01T11:00Z in lab.yaml');
  });

  test('asks nobody with --yes', async () => {
    const { host } = hostWithDeadline();
    expect(await runLab(['extend', '2h', '--yes', '--json'], host)).toBe(0);
    expect(JSON.parse(host.stdout.text)).toEqual(movedDeadline);
  });

  test('says so when the time is moved forward', async () => {
    const questions: string[] = [];
    const { host } = hostWithDeadline((question) => Promise.resolve(questions.push(question) < 0), { to: '2026-12-01T08:15Z' });
    expect(await runLab(['extend', '2026-12-01T08:15Z'], host)).toBe(1);
    expect(questions[0]).toContain('45 min earlier');
    expect(host.stdout.text).toContain('Deadline not moved');
    expect(host.stdout.text).not.toContain('lab.yaml');
  });

  test('says so when the schedule is switched off', async () => {
    const { host } = hostWithDeadline(() => Promise.resolve(true), { isEnabled: false });
    await runLab(['extend', '2h'], host);
    expect(host.stdout.text).toContain('switched off');
  });

  test('fails when nobody can be asked', async () => {
    const { host } = hostWithDeadline();
    expect(await runLab(['extend', '2h'], host)).toBe(2);
    expect(host.stderr.text).toContain('Error ConfirmationMissing');
  });

  test('fails when no time is given', async () => {
    const { host } = hostWithDeadline();
    expect(await runLab(['extend'], host)).toBe(2);
    expect(host.stderr.text).toContain('Error ArgumentMissing');
  });
});
