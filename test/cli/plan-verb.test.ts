import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanOptions } from '../../lib/plan/plan';
import type { SynthesizeOptions } from '../../lib/assembly/synthesize';
import { runLab } from '../../lib/cli/run-lab';
import { fakeHost } from './fake-host';
import { seoulPlan } from './plan-result-fixture';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-plan-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function recordingHost(): { readonly host: ReturnType<typeof fakeHost>; readonly calls: (['plan', PlanOptions] | ['synthesize', SynthesizeOptions])[] } {
  const calls: (['plan', PlanOptions] | ['synthesize', SynthesizeOptions])[] = [];
  const host = fakeHost({
    workingDirectory: folder,
    actions: {
      plan: (options) => {
        calls.push(['plan', options]);
        return Promise.resolve(seoulPlan);
      },
      synthesize: (options) => {
        calls.push(['synthesize', options]);
        return Promise.resolve();
      },
    },
  });
  return { host, calls };
}

test('reads the assembly in cdk.out of the working directory, and leaves the length of the class to the action', async () => {
  const { host, calls } = recordingHost();
  await runLab(['plan'], host);
  expect(calls).toEqual([['plan', { assemblyDirectory: join(folder, 'cdk.out'), classHours: undefined }]]);
});

test('reads another assembly for a class of another length', async () => {
  const { host, calls } = recordingHost();
  await runLab(['plan', '--assembly', 'elsewhere', '--hours', '2.5'], host);
  expect(calls).toEqual([['plan', { assemblyDirectory: join(folder, 'elsewhere'), classHours: 2.5 }]]);
});

test('prints the result as JSON, and nothing else on stdout', async () => {
  const { host } = recordingHost();
  await runLab(['plan', '--json', '--html', 'plan.html'], host);
  expect(JSON.parse(host.stdout.text)).toEqual(seoulPlan);
  expect(host.stderr.text).toContain('Page written to');
});

test.each(['720', '0.5', '3'])('takes %s hours', async (hours) => {
  expect(await runLab(['plan', '--hours', hours], fakeHost())).toBe(0);
});

test.each(['0', '-1', '720.5', 'three', '', '1e2', 'Infinity', '0x10', ' 3'])('fails when --hours is "%s", before anything is read', async (hours) => {
  const { host, calls } = recordingHost();
  expect(await runLab(['plan', '--hours', hours], host)).toBe(2);
  expect(host.stderr.text).toContain('Error InvalidClassHours');
  expect(calls).toEqual([]);
});

test('synthesizes with the overrides into a folder of their own before it reads, when there are any', async () => {
  const { host, calls } = recordingHost();
  expect(await runLab(['plan', '-c', 'scale=5', '--context', 'tags=a=b'], host)).toBe(0);
  const assemblyDirectory = join(folder, '.lab/overridden');
  expect(calls.map(([action]) => action)).toEqual(['synthesize', 'plan']);
  expect(calls[0]?.[1]).toMatchObject({ assemblyDirectory, context: { scale: '5', tags: 'a=b' } });
  expect(calls[1]?.[1]).toMatchObject({ assemblyDirectory });
});

test('ends with commands about the same lab, on the terminal and on the page', async () => {
  const { host } = recordingHost();
  await runLab(['plan', '-c', 'clusterName=seoul-class', '--html', 'plan.html'], host);
  for (const text of [host.stdout.text, readFileSync(join(folder, 'plan.html'), 'utf8')]) {
    expect(text).toContain('npm run lab -- teardown -c clusterName=seoul-class');
  }
});

test.each(['scale', '=5', ''])('fails when the override is "%s"', async (override) => {
  const host = fakeHost();
  expect(await runLab(['plan', '-c', override], host)).toBe(2);
  expect(host.stderr.text).toContain('Error InvalidContext');
});

describe('the page', () => {
  test('is written next to the text, and takes the place of an earlier one', async () => {
    const { host } = recordingHost();
    writeFileSync(join(folder, 'plan.html'), 'earlier');
    expect(await runLab(['plan', '--html', 'plan.html'], host)).toBe(0);
    expect(readFileSync(join(folder, 'plan.html'), 'utf8')).toMatch(/^<!DOCTYPE html>/);
    expect(readdirSync(folder)).toEqual(['plan.html']);
    expect(host.stdout.text).toContain('What will be created');
    expect(host.stderr.text).toContain('plan.html');
  });

  test.each(['absent/plan.html', 'file/plan.html', 'file/absent/plan.html'])('fails when %s has no folder to be in, before anything is read', async (page) => {
    const { host, calls } = recordingHost();
    writeFileSync(join(folder, 'file'), '');
    expect(await runLab(['plan', '--html', page], host)).toBe(2);
    expect(host.stderr.text).toContain('Error PageFolderMissing');
    expect(existsSync(join(folder, 'absent'))).toBe(false);
    expect(calls).toEqual([]);
  });

  test('fails when it would stand in the place of a folder', async () => {
    const { host } = recordingHost();
    mkdirSync(join(folder, 'plan.html'));
    expect(await runLab(['plan', '--html', 'plan.html'], host)).toBe(2);
    expect(host.stderr.text).toContain('Error PageIsFolder');
  });
});
