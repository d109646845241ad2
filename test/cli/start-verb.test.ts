import { runLab } from '../../lib/cli/run-lab';
import { fakeHost } from './fake-host';
import { seoulPlan } from './plan-result-fixture';
import { failedExercise, passedExercise, withoutPython } from './rehearsal-fixtures';

const unreachable = (): never => {
  throw new Error('nothing is started');
};

test('shows the plan, the played deployment, then the exercise, and ends with its verdict', async () => {
  const host = fakeHost();
  expect(await runLab(['start'], host)).toBe(0);
  const { text } = host.stdout;
  expect(text.indexOf('Plan of karpenter-lab')).toBe(0);
  const deployed = text.indexOf('karpenter-lab is deployed in a played AWS account (123456789012, ap-northeast-2)');
  expect(deployed).toBeGreaterThan(text.indexOf('Next steps'));
  expect(text.indexOf('Exercise on karpenter-lab: passed')).toBeGreaterThan(deployed);
  expect(text).toContain('PASSED');
});

test('shows the plan before anything is started, which may take long', async () => {
  let shownBefore = '';
  const host = fakeHost({
    actions: {
      startRehearsal: () => {
        shownBefore = host.stdout.text;
        return Promise.reject(new Error('stop here'));
      },
    },
  });
  await runLab(['start'], host);
  expect(shownBefore).toContain('Next steps');
});

test('ends with 1 when the exercise fails', async () => {
  expect(await runLab(['start'], fakeHost({ actions: { runExercise: () => Promise.resolve(failedExercise) } }))).toBe(1);
});

describe('without Python', () => {
  const missing = { rehearsalShortfalls: () => Promise.resolve([withoutPython]), startRehearsal: unreachable };

  test('ends well after the plan, with one line on what would enable the rehearsal', async () => {
    const plan = fakeHost();
    await runLab(['plan'], plan);
    const host = fakeHost({ actions: missing });
    expect(await runLab(['start'], host)).toBe(0);
    expect(host.stdout.text).toBe(`${plan.stdout.text}\nNot rehearsed. Install Python 3.11 or newer with its venv module, then run the command again.\n`);
    expect(host.stderr.text).toBe('');
  });

  test('says so with --json, too', async () => {
    const host = fakeHost({ actions: missing });
    expect(await runLab(['start', '--json'], host)).toBe(0);
    expect(JSON.parse(host.stdout.text)).toEqual({ plan: seoulPlan, notRehearsed: expect.stringContaining('Install Python 3.11') });
  });
});

test('is one JSON document with --json', async () => {
  const host = fakeHost();
  await runLab(['start', '--json'], host);
  expect(JSON.parse(host.stdout.text)).toMatchObject({ plan: seoulPlan, exercise: passedExercise });
});

test('synthesizes first when there are overrides', async () => {
  const calls: string[] = [];
  const host = fakeHost({
    actions: {
      synthesize: ({ context }) => {
        calls.push(JSON.stringify(context));
        return Promise.resolve();
      },
    },
  });
  expect(await runLab(['start', '-c', 'scale=5'], host)).toBe(0);
  expect(calls).toEqual(['{"scale":"5"}']);
});
