import { stripVTControlCharacters } from 'node:util';
import type { ClassResult, ExerciseResult } from '../../lib/exercise/exercise-result';
import { runLab } from '../../lib/cli/run-lab';
import { displayWidth } from '../../lib/cli/terminal/text-layout';
import { fakeHost, type FakeHostOptions, rehearsalThatRuns } from './fake-host';
import { failedLife } from './life-fixture';
import { failedClass, failedExercise, passedClass, passedExercise, runningRehearsal } from './rehearsal-fixtures';

async function textOf(argv: readonly string[], options: FakeHostOptions = {}): Promise<string> {
  const host = fakeHost(options);
  await runLab(argv, host);
  return host.stdout.text;
}

function exerciseTextOf(result: ExerciseResult, options: FakeHostOptions = {}): Promise<string> {
  return textOf(['rehearse', '--run'], { ...options, actions: { runExercise: () => Promise.resolve(result) } });
}

function classTextOf(result: ClassResult, options: FakeHostOptions = {}): Promise<string> {
  return textOf(['rehearse', '--students', '100'], { ...options, actions: { playClass: () => Promise.resolve(result) } });
}

const RENDERINGS: readonly (readonly [what: string, render: (options?: FakeHostOptions) => Promise<string>])[] = [
  ['a started rehearsal', (options) => textOf(['rehearse'], options)],
  ['one that is empty', (options) => textOf(['rehearse', '--empty', '--name', 'two'], options)],
  ['its status', (options) => textOf(['rehearse', '--status'], options)],
  ['an exercise that passed', (options) => exerciseTextOf(passedExercise, options)],
  ['an exercise that failed', (options) => exerciseTextOf(failedExercise, options)],
  ['a life', (options) => textOf(['rehearse', '--life'], options)],
  ['a life that failed', (options) => textOf(['rehearse', '--life'], { ...options, actions: { rehearseLife: () => Promise.resolve(failedLife) } })],
  ['a class', (options) => classTextOf(passedClass, options)],
  ['a class that failed', (options) => classTextOf(failedClass, options)],
];

describe.each(RENDERINGS)('%s', (_what, render) => {
  test('reads as agreed at 80 columns without colour', async () => {
    expect(await render()).toMatchSnapshot();
  });

  test('is plain ASCII without escape codes when it is piped', async () => {
    expect(await render()).toMatch(/^[\n\x20-\x7e]+$/);
  });

  test('says the same in colour on a terminal', async () => {
    const wordsOf = (text: string): readonly string[] => stripVTControlCharacters(text).split(/[\s─█•#*-]+/);
    const colored = await render({ isTTY: true, columns: 80 });
    expect(colored).toContain('\u001b[');
    expect(wordsOf(colored)).toEqual(wordsOf(await render()));
  });

  test.each([60, 80, 110])('keeps its lines within %i columns, but for commands', async (columns) => {
    const lines = stripVTControlCharacters(await render({ isTTY: true, columns })).split('\n');
    expect(lines.filter((line) => displayWidth(line) > columns && !/^ *(\$ )?(kubectl|source|npm) /.test(line))).toEqual([]);
  });
});

describe('what is at fault though all went well', () => {
  const findings = ['KarpenterRole: no statement allows sqs:ReceiveMessage; expected: sqs:ReceiveMessage is allowed.'];

  test('is said of a rehearsal that got ready', async () => {
    const text = await textOf(['rehearse'], { actions: { startRehearsal: () => Promise.resolve({ ...runningRehearsal, findings }) } });
    expect(text).toContain('is ready, but something is at fault');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(findings[0]);
  });

  test('is said of an exercise that passed, and comes first where it failed', async () => {
    const passed = (await exerciseTextOf({ ...passedExercise, findings })).replaceAll(/\s+/g, ' ');
    expect(passed).toContain(findings[0]);
    const failed = (await exerciseTextOf({ ...failedExercise, findings })).replaceAll(/\s+/g, ' ');
    expect(failed).toContain(`${findings[0]} Failed at step "A node is launched".`);
  });
});

describe('a started rehearsal', () => {
  test('says how to reach it, by a path from the folder of the lab that a shell reads as one word', async () => {
    expect(await textOf(['rehearse'])).toContain('  source .lab/rehearsals/default/environment.sh\n');
    const environmentFile = "/home/student/it's elsewhere/environment.sh";
    const text = await textOf(['rehearse'], { actions: { startRehearsal: () => Promise.resolve({ ...runningRehearsal, environmentFile }) } });
    expect(text).toContain(`source '../it'\\''s elsewhere/environment.sh'\n`);
  });

  test('has the exercise ready to type, each command on one line, in the order of the exercise', async () => {
    const text = await textOf(['rehearse'], { isTTY: true, columns: 60 });
    const commands = stripVTControlCharacters(text).split('\n').map((line) => line.trim()).filter((line) => line.startsWith('kubectl'));
    expect(commands).toEqual([
      'kubectl get nodes',
      'kubectl scale deployment -n karpenter-test inflate --replicas 5',
      'kubectl get nodeclaims -o wide',
      'kubectl -n $KARPENTER_NAMESPACE logs -l app.kubernetes.io/name=karpenter --all-containers=true --tail=-1 | grep "launched nodeclaim" | sort -u | jq -s',
      'kubectl get nodes -l eks-team=my-team',
      'kubectl get pods -n karpenter-test -o wide',
      expect.stringContaining('kubectl get node -l eks-team=my-team'),
      'kubectl scale deployment -n karpenter-test inflate --replicas 0',
    ]);
  });

  test('says how to stop that very one', async () => {
    expect(await textOf(['rehearse'])).toContain('npm run rehearse -- --stop\n');
    expect(await textOf(['rehearse', '--name', 'two'])).toContain('npm run rehearse -- --stop --name two\n');
  });
});

describe('an empty rehearsal', () => {
  test('says what to type with the assembly that it was started for', async () => {
    const assemblyDirectory = '/home/student/lab/other.out';
    const text = await textOf(['rehearse', '--empty'], { actions: { startRehearsal: () => Promise.resolve({ ...runningRehearsal, assemblyDirectory }) } });
    for (const line of ['npm run lab -- preflight --assembly other.out', 'npm run lab -- deploy --assembly other.out', 'npx cdk deploy --app other.out', 'npm run rehearse -- --assembly other.out']) {
      expect(text).toContain(`  ${line}\n`);
    }
  });

  test.each([
    ['absent', 'Its account is empty: the lab is not deployed.', true],
    ['deployed', 'The lab is deployed.', false],
    ['unfinished', 'is there, and not complete', false],
    ['unknown', 'does not say', false],
  ] as const)('whose account has the lab %s says so, and how to go on', async (lab, sentence, isToDeploy) => {
    const text = await textOf(['rehearse', '--status'], { actions: { listRehearsals: () => Promise.resolve([{ ...rehearsalThatRuns('default'), lab }]) } });
    expect(text.replaceAll(/\s+/g, ' ')).toContain(sentence);
    expect(text.includes('npm run lab -- deploy')).toBe(isToDeploy);
  });
});

describe('a life', () => {
  test('that passed says that nothing runs any more, and one that failed how to look at it and stop it', async () => {
    const passed = await textOf(['rehearse', '--life']);
    expect(passed).toContain('npm run rehearse -- --clean --name life\n');
    expect(passed).not.toContain('--stop');
    const failed = await textOf(['rehearse', '--life'], { actions: { rehearseLife: () => Promise.resolve(failedLife) } });
    expect(failed).toContain('Failed at step "Deploy the lab".');
    expect(failed).toContain('npm run rehearse -- --stop --name life\n');
  });
});

describe('an exercise', () => {
  test('ends with how to go on by hand, after its verdict', async () => {
    const text = await exerciseTextOf(passedExercise);
    expect(text.indexOf('Verdict')).toBeGreaterThan(text.indexOf('Not simulated'));
    expect(text.indexOf('environment.sh')).toBeGreaterThan(text.indexOf('Verdict'));
  });

  test('ends with how to begin again after a drill that leaves no lab, for there is nothing to go on with', async () => {
    const drills = [{ name: 'teardown', verdict: 'passed', steps: [], isLabLeft: false }] as const;
    const text = await exerciseTextOf({ ...passedExercise, drills });
    expect(text).toContain('After the drill teardown there is no lab');
    expect(text).not.toContain('environment.sh');
    expect(text).toContain('npm run rehearse\n');
    expect(text).toContain('npm run rehearse -- --stop\n');
  });

  test('says what each drill has proved', async () => {
    const drills = [{ name: 'spot', verdict: 'passed', steps: [], isLabLeft: true, proved: 'Karpenter hears of it.' }] as const;
    expect(await exerciseTextOf({ ...passedExercise, drills })).toContain('Proved: Karpenter hears of it.');
  });

  test('shows all the evidence of a step that failed, and the beginning of one that passed', async () => {
    const passed = await exerciseTextOf(passedExercise);
    expect(passed).toContain('"line": 8');
    expect(passed).not.toContain('"line": 9');
    expect(passed).toContain('and 4 more lines');
    const evidence = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
    expect(await exerciseTextOf({ ...failedExercise, steps: [{ title: 'A', outcome: 'failed', evidence, seconds: 1 }] })).toContain('line 12');
  });

  test('keeps the columns of evidence that has room', async () => {
    expect(await exerciseTextOf(passedExercise)).toContain('inflate   0/0     0            0           12s\n');
  });

  test('names the step that failed in its verdict, of the exercise or of a drill', async () => {
    expect(await exerciseTextOf(failedExercise)).toContain('Failed at step "A node is launched".');
    const drills = [{ name: 'spot', verdict: 'failed', steps: [{ title: 'A new node', outcome: 'failed', evidence: [], seconds: 9 }], isLabLeft: true }] as const;
    expect(await exerciseTextOf({ ...passedExercise, verdict: 'failed', drills })).toContain('Drill spot failed at step "A new node".');
  });

  test('says that it ran on AWS where it did', async () => {
    const text = await exerciseTextOf({ ...passedExercise, isSimulated: false, notSimulated: [] });
    expect(text).toContain('Exercise on karpenter-lab: passed (on AWS)\n');
    expect(text).not.toContain('Not simulated');
  });

  test('does not add up prices of which one is unknown', async () => {
    const nodes = [...passedExercise.nodes, ...passedExercise.nodes.map((node) => ({ ...node, pricePerHour: undefined }))];
    expect(await exerciseTextOf({ ...passedExercise, nodes })).toContain('price unknown');
  });

  test('never lets what a cluster says steer the terminal', async () => {
    const steps = [{ title: 'A\u001b[2J', command: 'kubectl \u001b]0;x\u0007', outcome: 'failed', evidence: ['\u001b[31mred'], seconds: 1 }] as const;
    expect(await exerciseTextOf({ ...failedExercise, cluster: 'lab\u202e', steps })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe('a class', () => {
  const wordsOf = async (result: ClassResult): Promise<string> => (await classTextOf(result)).replaceAll(/\s+/g, ' ');

  test('has all its figures', async () => {
    const words = await wordsOf(passedClass);
    for (const figure of [
      '100 of 100 students finished', 'fastest 33.2 s', 'median 61.8 s', '90 of 100 90.1 s', 'slowest 97.4 s', 'c5a.2xlarge 98', 'c5a.xlarge 4', '34.123 USD/h', '102 in all', '7.3 GiB of memory here',
      '2 students got more than one',
    ]) {
      expect(words).toContain(figure);
    }
  });

  test('says how to go on with it', async () => {
    const words = await wordsOf(passedClass);
    expect(words).toContain('npm run lab -- class status --assembly cdk.out');
    expect(words).toContain('npm run lab -- class close --assembly cdk.out');
  });

  test('that failed says which limit it met, and at which command students ended', async () => {
    const words = await wordsOf(failedClass);
    expect(words).toContain('0 of 100 students finished the exercise; 0 passed when the class was graded.');
    expect(words).toContain('The class met a limit. NodePool class has launched cpu 0 of 4.');
    expect(words).toContain('exceed limits for nodepool');
    expect(words).toContain('timed out waiting for the condition');
    expect(words).toContain('7 students came no further');
    expect(words).not.toContain('student-007');
    expect(words).not.toContain('Time to Running');
  });
});
