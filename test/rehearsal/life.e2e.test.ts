import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { LIFE_STAGES, type LifeResult } from '../../lib/exercise/life-result';
import { rehearseLife } from '../../lib/exercise/rehearsed-life';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { rehearsalStatus } from '../../lib/rehearsal/rehearsal-status';
import { cleanRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { runContext } from '../../lib/run-context';
import { deployableAssembly } from '../support/deployable-assembly';

const projectDirectory = resolve(__dirname, '../..');
const rehearsal = { projectDirectory, name: 'e2e-life', env: process.env };

/** One life of a class, by what an instructor and a student type: from an empty account to an empty account. */
describe('the whole life of a class', () => {
  let assemblyDirectory: string;
  let result: LifeResult;

  beforeAll(async () => {
    assemblyDirectory = await deployableAssembly();
    await cleanRehearsal(rehearsal, runContext());
    result = await rehearseLife({ ...rehearsal, assemblyDirectory }, runContext());
  }, 10 * 60_000);
  afterAll(async () => {
    await cleanRehearsal(rehearsal, runContext());
    rmSync(assemblyDirectory, { recursive: true, force: true });
  });

  const evidenceOf = (title: string): string => result.steps.filter((step) => step.title === title).flatMap(({ evidence }) => evidence).join('\n');

  it('passes in every stage', () => {
    expect(result.steps.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(result.verdict).toBe('passed');
    expect([...new Set(result.steps.map(({ stage }) => stage))]).toEqual(LIFE_STAGES);
    expect(result.steps.flatMap(({ exitCode }) => exitCode ?? []).every((code) => code === 0)).toBe(true);
  });

  it('shows the exercise by a stock kubectl as EKS shows it', () => {
    expect(evidenceOf('Look at the nodes before').match(/ip-10-11-\S+ +Ready .*-eks-/g)).toHaveLength(2);
    expect(evidenceOf('See what Karpenter launched')).toMatch(/c\d\w*\.2xlarge +on-demand +ap-northeast-2\w +ip-10-11-\S+ +True .* aws:\/\/\/ap-northeast-2\w\/i-[0-9a-f]{17} /);
    expect(evidenceOf('Read it in its log')).toContain('launched nodeclaim');
    expect(evidenceOf('See the pods on it').match(/ Running /g)).toHaveLength(5);
    expect(evidenceOf('See its labels')).toMatch(/^32 of 32 labels: eks-team=my-team/);
    expect(evidenceOf('They run on a node of the student\'s own')).toMatch(/ip-10-11-\S+ +Ready /);
  });

  it('leaves an empty account, and nothing that runs', () => {
    expect(result.steps.at(-1)).toMatchObject({ title: 'The account is empty', stage: 'empty again' });
    expect(rehearsalStatus(rehearsal).state).toBe('stopped');
    expect(existsSync(rehearsalPaths(projectDirectory, rehearsal.name).directory)).toBe(true);
  });

  it('takes minutes here, and most of an hour on AWS', () => {
    expect(result.totalSeconds).toBeLessThan(600);
    expect(result.totalEstimatedAwsSeconds).toBeGreaterThan(45 * 60);
  });
});
