import { stripVTControlCharacters } from 'node:util';
import type { PlanResult, TimelineEntry } from '../../lib/plan/plan-result';
import { nextSteps } from '../../lib/cli/plan/next-steps';
import type { AssemblyFlags } from '../../lib/cli/assembly-flag';
import { runLab } from '../../lib/cli/run-lab';
import { displayWidth } from '../../lib/cli/terminal/text-layout';
import { fakeHost, type FakeHostOptions } from './fake-host';
import { classPlan, seoulPlan, unknownTypePlan, unpricedPlan } from './plan-result-fixture';

async function planTextOf(plan: PlanResult, options: FakeHostOptions = {}): Promise<string> {
  const host = fakeHost({ ...options, actions: { plan: () => Promise.resolve(plan) } });
  await runLab(['plan'], host);
  return host.stdout.text;
}

test('reads as agreed at 80 columns without colour', async () => {
  expect(await planTextOf(seoulPlan)).toMatchSnapshot();
});

test('is plain ASCII without escape codes when it is piped', async () => {
  expect(await planTextOf(seoulPlan)).toMatch(/^[\n\x20-\x7e]+$/);
});

test('says the same in colour on a terminal', async () => {
  const colored = await planTextOf(seoulPlan, { isTTY: true, columns: 80 });
  const wordsOf = (text: string): readonly string[] => stripVTControlCharacters(text).split(/[\s─█•#*-]+/);
  expect(colored).toContain('\u001b[');
  expect(wordsOf(colored)).toEqual(wordsOf(await planTextOf(seoulPlan)));
});

test.each([
  ['NO_COLOR is set', { NO_COLOR: '1' }],
  ['the terminal is dumb', { TERM: 'dumb' }],
])('has no colour where %s', async (_, env) => {
  expect(await planTextOf(seoulPlan, { isTTY: true, env })).not.toContain('\u001b');
});

test('has colour where NO_COLOR is empty', async () => {
  expect(await planTextOf(seoulPlan, { isTTY: true, env: { NO_COLOR: '' } })).toContain('\u001b');
});

test.each([40, 60, 80, 110, 200])('keeps its lines within a terminal of %i columns, from 60 to 110', async (columns) => {
  const text = stripVTControlCharacters(await planTextOf(seoulPlan, { isTTY: true, columns }));
  const commands = nextSteps(seoulPlan).map(([, command]) => command);
  const tooWide = text.split('\n').filter((line) => displayWidth(line) > Math.min(110, Math.max(60, columns)));
  expect(tooWide.filter((line) => !commands.some((command) => line.endsWith(command)))).toEqual([]);
});

test('never breaks a command, so that it can be copied', async () => {
  const text = await planTextOf(seoulPlan, { isTTY: true, columns: 60 });
  expect(nextSteps(seoulPlan).filter(([, command]) => !text.includes(command))).toEqual([]);
});

test('says so when the API is open to everybody', async () => {
  const text = await planTextOf({ ...seoulPlan, security: { ...seoulPlan.security, apiAccess: ['0.0.0.0/0'] } });
  expect(text).toContain('API OPEN TO THE INTERNET');
  expect(text).toContain('from the whole internet');
});

test('takes two halves of the internet for the whole', async () => {
  expect(await planTextOf({ ...seoulPlan, security: { ...seoulPlan.security, apiAccess: ['0.0.0.0/1', '128.0.0.0/1'] } })).toContain('API OPEN TO THE INTERNET');
});

test('says so when the API is private, and when nobody is admin', async () => {
  const text = await planTextOf({ ...seoulPlan, security: { endpoint: 'private', apiAccess: [], admins: [], facts: [] } });
  expect(text).toContain('only from inside the VPC');
  expect(text).toContain('nobody: set `admins`');
});

test('says so when the system nodes are too small', async () => {
  const { systemNodes } = seoulPlan;
  const text = await planTextOf({ ...seoulPlan, systemNodes: { ...systemNodes, allocatable: { ...systemNodes.allocatable, memoryMiB: 2000 } } });
  expect(text).toContain('DOES NOT FIT');
  expect(text).toContain('-924 MiB');
});

test('says what a total lacks, and that nobody knows whether the system nodes fit, for a type that is in no table', async () => {
  const text = await planTextOf(unknownTypePlan);
  expect(text).toMatch(/more than 0\.169 USD\/h idle, more than 0\.515 USD\/h while\s+scaled out/);
  expect(text).toMatch(/System nodes, c6a\.large +2 +unknown +unknown/);
  expect(text).toMatch(/Cost -+ INCOMPLETE/);
  expect(text).toContain('Idle (incomplete)');
  expect(text).toMatch(/Class of 3 h.*: more than /);
  expect(text).toMatch(/System nodes -+ UNKNOWN/);
  expect(text).not.toMatch(/FIT|Allocatable|-1930m/);
});

test('says so when nothing can be launched', async () => {
  const text = await planTextOf({ ...seoulPlan, launch: { ...seoulPlan.launch, likely: [], candidates: [], compatibleTypeCount: 0 } });
  expect(text).toContain('no node: nothing that the NodePool allows holds these pods');
});

test('says so when there is no price table, and shows no figure of money', async () => {
  const text = await planTextOf(unpricedPlan);
  expect(text).toContain('There is no price table for eu-north-1, so no price is given.');
  expect(text).toMatch(/nothing to choose\s+the\s+cheapest\s+instance\s+type\s+from\./);
  expect(text).not.toMatch(/USD|no node: nothing|Not included/);
});

test('marks a price that was calculated, and says so', async () => {
  const [first, ...others] = seoulPlan.launch.candidates;
  const candidates = first === undefined ? [] : [{ ...first, isPriceDerived: true }, ...others];
  const text = await planTextOf({ ...seoulPlan, launch: { ...seoulPlan.launch, candidates } });
  expect(text).toContain('~0.3440');
  expect(text).toContain('~ calculated from sister types');
  expect(await planTextOf(seoulPlan)).not.toContain('~');
});

test('leaves short resources of the critical path out, and says how many', async () => {
  const [first] = seoulPlan.time.criticalPath;
  const entry = (label: string, startSeconds: number, durationSeconds: number) => ({ ...first, label, startSeconds, durationSeconds }) as TimelineEntry;
  const criticalPath = [entry('VPC', 0, 12), entry('Subnet', 12, 5), entry('EKS', 17, 590), entry('Space', 607, 4)];
  const text = await planTextOf({ ...seoulPlan, time: { ...seoulPlan.time, criticalPath, timeline: criticalPath } });
  expect(text).toContain('without 3 resources of less than 15 s');
  expect(text).toMatch(/EKS +9 min 50 s +#+ +from 0:17/);
  expect(text).not.toMatch(/VPC +12 s|Space/);
});

describe('the next steps', () => {
  const stepsOf = (security: Partial<PlanResult['security']>): readonly string[] =>
    nextSteps({ ...seoulPlan, security: { ...seoulPlan.security, ...security } }).map(([, command]) => command);

  test('say who may use the cluster before anybody uses it', () => {
    const steps = stepsOf({ endpoint: 'private', apiAccess: [], admins: [] });
    expect(steps.findIndex((step) => step.startsWith('apiAccess and admins in lab.yaml'))).toBeLessThan(steps.findIndex((step) => step.startsWith('kubectl')));
    expect(steps).toContain('npm run lab -- deploy -c apiAccess=YOUR.IP/32 -c admins=arn:aws:iam::ACCOUNT:role/ROLE');
  });

  const commandsOf = (flags: AssemblyFlags, security: Partial<PlanResult['security']> = {}): readonly string[] =>
    nextSteps({ ...seoulPlan, security: { ...seoulPlan.security, ...security } }, flags).map(([, command]) => command).filter((command) => command.startsWith('npm'));

  test('are about the lab that the plan was made of', () => {
    expect(commandsOf({ context: { clusterName: 'seoul-class', 'tags.Course': 'it\'s 2026' } }, { admins: [] })).toEqual([
      'npm run rehearse -- --run -c clusterName=seoul-class -c \'tags.Course=it\'\\\'\'s 2026\'',
      'npm run lab -- deploy -c clusterName=seoul-class -c \'tags.Course=it\'\\\'\'s 2026\' -c admins=arn:aws:iam::ACCOUNT:role/ROLE',
      'npm run lab -- teardown -c clusterName=seoul-class -c \'tags.Course=it\'\\\'\'s 2026\'',
    ]);
  });

  test('of a class rehearse it, open its seats once the lab is there, and close them before it is removed', () => {
    const commands = nextSteps(classPlan, { context: { 'class.students': '30' } }).map(([, command]) => command).filter((command) => command.startsWith('npm'));
    expect(commands).toEqual([
      'npm run rehearse -- --students 30 -c class.students=30',
      'npm run lab -- deploy -c class.students=30',
      'npm run lab -- class open -c class.students=30',
      'npm run lab -- class board -c class.students=30',
      'npm run lab -- class close -c class.students=30',
      'npm run lab -- teardown -c class.students=30',
    ]);
  });

  test('leave an assembly that was named as it is', () => {
    expect(commandsOf({ assembly: 'my labs/one' }, { admins: [] })).toEqual([
      'npm run rehearse -- --run --assembly \'my labs/one\'',
      'npm run lab -- deploy --assembly \'my labs/one\'',
      'npm run lab -- teardown --assembly \'my labs/one\'',
    ]);
  });

  test('do not give a key twice that was given empty', () => {
    expect(commandsOf({ context: { admins: '' } }, { admins: [] })).toContain('npm run lab -- deploy -c admins=arn:aws:iam::ACCOUNT:role/ROLE');
  });

  test('ask only for what is missing', () => {
    expect(stepsOf({ admins: [] })).toContain('npm run lab -- deploy -c admins=arn:aws:iam::ACCOUNT:role/ROLE');
    expect(stepsOf({ endpoint: 'private', apiAccess: [] })).toContain('npm run lab -- deploy -c apiAccess=YOUR.IP/32');
    expect(stepsOf({})).toContain('npm run lab -- deploy');
  });
});

test('shows every warning with its remedy', async () => {
  const text = await planTextOf({ ...seoulPlan, warnings: [...seoulPlan.warnings, { code: 'ApiOpen', message: 'It is open.', remedy: 'Close it.' }] });
  expect(text).toContain('2 warnings');
  expect(text).toContain('It is open. Close it.');
});

test('takes control characters out of names', async () => {
  const text = await planTextOf({ ...seoulPlan, lab: { ...seoulPlan.lab, clusterName: 'evil\u001b[31m\u202elab' } });
  expect(text).not.toMatch(/[\u001b\u202e]/);
});

describe('a class in the plan', () => {
  const sectionOf = async (plan: PlanResult): Promise<string> => {
    const text = await planTextOf(plan);
    return text.slice(text.indexOf('\nA class'), text.indexOf('\nTime to ready'));
  };

  test('is shown for three sizes where the lab has no seats, without limits that are not there', async () => {
    const section = await sectionOf(seoulPlan);
    expect(section).toContain('the lab has no seats: class.students');
    expect(section.match(/^ {2}(10|30|100) +\d/gm)).toHaveLength(3);
    expect(section).not.toContain('at most');
  });

  test('reads as agreed where the lab has seats', async () => {
    expect(await sectionOf(classPlan)).toMatchSnapshot();
  });

  test('is in the bill', async () => {
    const text = await planTextOf(classPlan);
    expect(text).toMatch(/Nodes of 30 seats, c5a\.2xlarge +30 /);
    expect(text).toContain('With the exercise and all seats scaled out');
  });

  test.each([60, 80])('stays within %i columns', async (columns) => {
    const text = stripVTControlCharacters(await planTextOf(classPlan, { isTTY: true, columns }));
    const section = text.slice(text.indexOf('\nA class'), text.indexOf('\nTime to ready'));
    expect(section.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([]);
  });

  test('has no figures where there are no prices', async () => {
    const section = await sectionOf(unpricedPlan);
    expect(section).toContain('There is no price table for eu-north-1');
    expect(section).not.toContain('Student-hour');
  });
});
