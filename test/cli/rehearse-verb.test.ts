import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabActions } from '../../lib/cli/process-actions';
import { runLab } from '../../lib/cli/run-lab';
import { LabError } from '../../lib/lab-error';
import type { RunContext } from '../../lib/run-context';
import { fakeHost, rehearsalThatRuns, type FakeHostOptions } from './fake-host';
import { failedLife } from './life-fixture';
import { failedExercise, passedClass, passedExercise, runningRehearsal } from './rehearsal-fixtures';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-rehearse-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Host = ReturnType<typeof fakeHost>;
type Call = readonly [action: keyof LabActions, options: unknown, run: RunContext | undefined];

/** A host that remembers which actions were called, in order, and with what. */
function recordingHost(options: FakeHostOptions = {}): { readonly host: Host; readonly calls: Call[] } {
  const calls: Call[] = [];
  const host = fakeHost({ workingDirectory: folder, ...options });
  const recorded = Object.fromEntries(Object.entries(host.actions).map(([name, action]: [string, (options: never, run?: RunContext) => unknown]) => [
    name,
    (given: never, run?: RunContext) => {
      calls.push([name as keyof LabActions, given, run]);
      return action(given, run);
    },
  ]));
  return { host: { ...host, actions: recorded as unknown as LabActions }, calls };
}

/** What was done, without the look at the assembly before it. */
function namesOf(calls: readonly Call[]): readonly string[] {
  return calls.map(([name]) => name).filter((name) => name !== 'assemblyState');
}

describe('the task', () => {
  test.each<[argv: string, actions: readonly string[]]>([
    ['', ['exerciseExpectations', 'startRehearsal']],
    ['--name two --assembly other', ['exerciseExpectations', 'startRehearsal']],
    ['-c scale=5', ['synthesize', 'exerciseExpectations', 'startRehearsal']],
    ['--empty', ['startRehearsal']],
    ['--life', ['rehearseLife']],
    ['--run', ['startRehearsal', 'runExercise']],
    ['--drill spot', ['startRehearsal', 'runExercise']],
    ['--run --drill spot --drill limit -c scale=5', ['synthesize', 'startRehearsal', 'runExercise']],
    ['--students 30', ['countSeats', 'startRehearsal', 'playClass']],
    ['--stop', ['stopRehearsal']],
    ['--status', ['listRehearsals']],
    ['--status --name two', ['rehearsalStatus']],
    ['--clean', ['cleanRehearsal']],
    ['--clean --toolchain', ['cleanRehearsal']],
  ])('of `lab rehearse %s` calls its actions in order', async (argv, actions) => {
    const { host, calls } = recordingHost();
    expect(await runLab(['rehearse', ...argv.split(' ').filter((word) => word !== '')], host)).toBe(0);
    expect(namesOf(calls)).toEqual(actions);
  });

  test.each([
    '--run --stop', '--empty --run', '--life --run', '--life --students 3', '--empty --html x.html', '--run --students 3', '--drill spot --students 3', '--stop --status', '--stop --clean', '--status --clean --run',
    '--html x.html', '--html x.html --stop', '--toolchain', '--toolchain --run', '--stop --assembly cdk.out', '--status -c scale=5', '--clean -c scale=5',
  ])('fails when flags are in conflict: %s', async (argv) => {
    const { host, calls } = recordingHost();
    expect(await runLab(['rehearse', ...argv.split(' ')], host)).toBe(2);
    expect(host.stderr.text).toContain('Error FlagsInConflict');
    expect(calls).toEqual([]);
  });

  test.each([
    ['--drill chaos', 'UnknownDrill'], ['--students 0', 'InvalidStudents'], ['--students 201', 'InvalidStudents'], ['--students many', 'InvalidStudents'],
    ['--students 1.5', 'InvalidStudents'], ['--students 3 --raise-limits', 'UnknownFlag'], ['--name ../x', 'RehearsalNameRefused'], ['--name -x', 'RehearsalNameRefused'], ['--name Two', 'RehearsalNameRefused'],
    ['--html absent/x.html --run', 'PageFolderMissing'], ['--runn', 'UnknownFlag'],
  ])('fails when a flag is wrong: %s', async (argv, code) => {
    const { host, calls } = recordingHost();
    expect(await runLab(['rehearse', ...argv.split(' ')], host)).toBe(2);
    expect(host.stderr.text).toContain(`Error ${code}`);
    expect(calls).toEqual([]);
  });

  test('hands over what was asked for', async () => {
    const { host, calls } = recordingHost();
    await runLab(['rehearse', '--name', 'two', '--assembly', 'other', '--drill', 'teardown', '--drill', 'spot', '--drill', 'spot'], host);
    expect(calls[0]?.[1]).toMatchObject({ name: 'two', assemblyDirectory: join(folder, 'other') });
    expect(calls[0]?.[2]?.signal).toBe(host.signal);
    expect(calls[1]?.[1]).toMatchObject({ rehearsal: { name: 'two' }, drills: ['spot', 'teardown'] });
  });

  test('leaves the account empty only when told to', async () => {
    const { host, calls } = recordingHost();
    await runLab(['rehearse', '--empty'], host);
    await runLab(['rehearse'], host);
    expect(calls.filter(([name]) => name === 'startRehearsal').map(([, options]) => (options as { readonly isEmpty?: boolean }).isEmpty)).toEqual([true, undefined]);
  });

  test('walks a life in a rehearsal of its own, unless one is named', async () => {
    const { host, calls } = recordingHost();
    await runLab(['rehearse', '--life'], host);
    await runLab(['rehearse', '--life', '--name', 'two', '--assembly', 'other'], host);
    expect(calls.filter(([name]) => name === 'rehearseLife').map(([, options]) => options)).toEqual([
      { name: 'life', assemblyDirectory: join(folder, 'cdk.out') }, { name: 'two', assemblyDirectory: join(folder, 'other') },
    ]);
  });

  test('ends with 1 when a step of a life failed, and writes the page all the same', async () => {
    const { host } = recordingHost({ actions: { rehearseLife: () => Promise.resolve(failedLife) } });
    expect(await runLab(['rehearse', '--life', '--html', 'life.html'], host)).toBe(1);
    expect(readFileSync(join(folder, 'life.html'), 'utf8')).toContain('Life of karpenter-lab: failed');
  });

  test('plays a class in a rehearsal of its own, unless one is named', async () => {
    const { host, calls } = recordingHost();
    await runLab(['rehearse', '--students', '3'], host);
    await runLab(['rehearse', '--students', '3', '--name', 'two'], host);
    expect(calls.filter(([name]) => name === 'playClass').map(([, options]) => options)).toMatchObject([{ students: 3, rehearsal: { name: 'class' } }, { rehearsal: { name: 'two' } }]);
  });

  test('gives the lab as many seats as students come, with the overrides of the command', async () => {
    const { host, calls } = recordingHost();
    await runLab(['rehearse', '--students', '101'], host);
    await runLab(['rehearse', '--students', '101', '-c', 'class.cpuPerSeat=3'], host);
    const folder = (name: string): string => join(host.workingDirectory, '.lab', name);
    expect(calls.filter(([name]) => name === 'synthesize').map(([, options]) => options)).toMatchObject([
      { context: { 'class.students': '101' } }, { context: { 'class.cpuPerSeat': '3' } }, { context: { 'class.cpuPerSeat': '3', 'class.students': '101' } },
    ]);
    expect(calls.find(([name]) => name === 'startRehearsal')?.[1]).toMatchObject({ assemblyDirectory: folder('overridden') });
  });

  test('fails when the folder that was named has fewer seats than students come', async () => {
    const { host, calls } = recordingHost();
    expect(await runLab(['rehearse', '--students', '101', '--assembly', 'other'], host)).toBe(2);
    expect(host.stderr.text).toContain('Error SeatsMissing');
    expect(namesOf(calls)).toEqual(['countSeats']);
  });

  test('cleans the toolchain only when told to', async () => {
    const { host, calls } = recordingHost();
    await runLab(['rehearse', '--clean'], host);
    await runLab(['rehearse', '--clean', '--toolchain'], host);
    expect(calls.map(([, options]) => options)).toMatchObject([{ name: 'default', toolchain: false }, { toolchain: true }]);
    expect(host.stdout.text).toContain(runningRehearsal.directory);
  });
});

test.each([['', ['synthesize', 'exerciseExpectations', 'startRehearsal']], ['--run', ['synthesize', 'startRehearsal', 'runExercise']]] as const)(
  '`lab rehearse %s` synthesizes first where nothing is synthesized', async (argv, actions) => {
    const { host, calls } = recordingHost({ actions: { assemblyState: () => Promise.resolve({ state: 'absent' }) } });
    expect(await runLab(['rehearse', ...argv.split(' ').filter((word) => word !== '')], host)).toBe(0);
    expect(namesOf(calls)).toEqual(actions);
    expect(host.stderr.text).toContain('Nothing is synthesized yet.');
  });

test('a folder that the user named is not synthesized', async () => {
  const { host, calls } = recordingHost();
  await runLab(['rehearse', '--assembly', 'elsewhere'], host);
  expect(namesOf(calls)).not.toContain('synthesize');
});

test('--stop says whether there was something to stop', async () => {
  const stopped = fakeHost();
  const nothing = fakeHost({ actions: { stopRehearsal: () => Promise.resolve({ name: 'default', stopped: [] }) } });
  expect(await runLab(['rehearse', '--stop'], stopped)).toBe(0);
  expect(await runLab(['rehearse', '--stop'], nothing)).toBe(0);
  expect(stopped.stdout.text).toContain('is stopped');
  expect(nothing.stdout.text).toContain('Nothing ran');
});

test.each(['absent', 'starting', 'damaged', 'stopped'] as const)('--status tells one that is %s, and not how to reach it', async (state) => {
  const host = fakeHost({ actions: { rehearsalStatus: (name) => Promise.resolve({ ...rehearsalThatRuns(name), state }) } });
  expect(await runLab(['rehearse', '--status', '--name', 'two'], host)).toBe(0);
  expect(host.stdout.text).toContain('Rehearsal two');
  expect(host.stdout.text).not.toContain('export KUBECONFIG');
});

test('--status says so when there is none', async () => {
  const host = fakeHost({ actions: { listRehearsals: () => Promise.resolve([]) } });
  expect(await runLab(['rehearse', '--status'], host)).toBe(0);
  expect(host.stdout.text).toBe('There is no rehearsal.\n');
});

describe('the exit code', () => {
  test.each<[argv: string, actions: Partial<LabActions>, exitCode: number]>([
    ['--run', {}, 0],
    ['--run', { runExercise: () => Promise.resolve(failedExercise) }, 1],
    ['--students 100', {}, 0],
    ['--students 100', { playClass: () => Promise.resolve({ ...passedClass, verdict: 'failed', finished: 99 }) }, 1],
    ['', { startRehearsal: () => Promise.reject(new LabError({ code: 'PythonMissing', message: 'No Python.', remedy: 'Install it.' })) }, 1],
  ])('of `lab rehearse %s` is what came of it', async (argv, actions, exitCode) => {
    expect(await runLab(['rehearse', ...argv.split(' ').filter((word) => word !== '')], fakeHost({ actions }))).toBe(exitCode);
  });
});

describe('the result with --json', () => {
  test.each<[argv: string, result: object]>([
    ['--run', passedExercise],
    ['--students 100', passedClass],
    ['--status', { rehearsals: [rehearsalThatRuns('default')] }],
    ['--stop', { stopped: ['karpenter', 'kube-apiserver'] }],
    ['--clean', { removed: [runningRehearsal.directory] }],
    ['', { rehearsal: runningRehearsal, commands: expect.arrayContaining([{ what: 'See the node', command: 'kubectl get nodes -l eks-team=my-team' }]) }],
  ])('of `lab rehearse %s` is what the action found, alone on stdout', async (argv, result) => {
    const host = fakeHost();
    await runLab(['rehearse', '--json', ...argv.split(' ').filter((word) => word !== '')], host);
    expect(JSON.parse(host.stdout.text)).toMatchObject(result);
  });
});

test.each([['--run', 'Timeline of the exercise'], ['--students 5', 'Seconds from scaling']])('the page of %s is written beside the text', async (argv, words) => {
  const { host } = recordingHost();
  expect(await runLab(['rehearse', ...argv.split(' '), '--html', 'run.html'], host)).toBe(0);
  expect(readFileSync(join(folder, 'run.html'), 'utf8')).toContain(words);
  expect(host.stdout.text).toContain('Verdict');
});

describe('an interruption', () => {
  /** A host whose user presses Ctrl-C while the rehearsal starts. */
  function interruptedHost(actions: Partial<LabActions> = {}): Host {
    const interruption = new AbortController();
    return fakeHost({
      workingDirectory: folder,
      signal: interruption.signal,
      actions: {
        startRehearsal: () => {
          interruption.abort();
          return Promise.reject(new Error('aborted'));
        },
        ...actions,
      },
    });
  }

  test('ends with 130 and says how to stop what still runs', async () => {
    const host = interruptedHost();
    expect(await runLab(['rehearse', '--name', 'two'], host)).toBe(130);
    expect(host.stderr.text).toContain('Rehearsal two still runs. Stop it with: npm run rehearse -- --stop --name two');
    expect(host.stderr.text).toContain('Error Interrupted');
    expect(host.stdout.text).toBe('');
  });

  test('says nothing of the kind when all was stopped', async () => {
    const host = interruptedHost({ rehearsalStatus: (name) => Promise.resolve({ name, state: 'absent', processes: [] }) });
    expect(await runLab(['rehearse'], host)).toBe(130);
    expect(host.stderr.text).not.toContain('still runs');
  });

  test('is not hidden by a status that nobody can tell', async () => {
    const host = interruptedHost({ rehearsalStatus: () => Promise.reject(new Error('unreadable record')) });
    expect(await runLab(['rehearse'], host)).toBe(130);
    expect(host.stderr.text).toMatch(/not known:\s+unreadable record/);
    expect(host.stderr.text).toContain('Error Interrupted');
  });

  test('of an exercise leaves no page behind', async () => {
    const interruption = new AbortController();
    const host = fakeHost({
      workingDirectory: folder,
      signal: interruption.signal,
      actions: {
        runExercise: () => {
          interruption.abort();
          return Promise.resolve(passedExercise);
        },
      },
    });
    expect(await runLab(['rehearse', '--run', '--html', 'run.html'], host)).toBe(130);
    expect(existsSync(join(folder, 'run.html'))).toBe(false);
    expect(host.stderr.text).toContain('still runs');
  });
});
