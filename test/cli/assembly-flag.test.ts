import { join } from 'node:path';
import type { AssemblyState } from '../../lib/assembly/assembly-state';
import type { SynthesizeOptions } from '../../lib/assembly/synthesize';
import { runLab } from '../../lib/cli/run-lab';
import { ConfigFileError, InvalidConfig } from '../../lib/config/problems';
import { fakeHost } from './fake-host';

/** Verbs about the lab as it will be, and verbs about the lab that is there. */
const PLANNING = ['plan', 'start', 'preflight', 'rehearse', 'rehearse --run'];
const STANDING = ['status', 'verify', 'watch', 'scale 0', 'extend 2h --yes', 'teardown --yes', 'sweep --yes'];

const RENAMED: AssemblyState = { state: 'outdated', reason: 'lab.yaml has another clusterName', clusterName: 'seoul-class', configuredClusterName: 'karpenter-lab' };
const RESCALED: AssemblyState = { ...RENAMED, reason: 'lab.yaml has another inflate.replicas', clusterName: 'karpenter-lab' };

const NOT_YAML = new ConfigFileError({ code: 'ConfigFileMalformed', message: 'A list is not closed.', remedy: 'Close it.' });

interface Outcome {
  readonly exitCode: number;
  /** Folders that were synthesized into, relative to where the user stands, with the overrides. */
  readonly synthesized: readonly (readonly [folder: string, context: SynthesizeOptions['context']])[];
  readonly notes: string;
}

async function run(argv: readonly string[], state: AssemblyState | Error): Promise<Outcome> {
  const synthesized: [string, SynthesizeOptions['context']][] = [];
  const host = fakeHost({
    workingDirectory: '/desk',
    actions: {
      assemblyState: () => state instanceof Error ? Promise.reject(state) : Promise.resolve(state),
      synthesize: ({ assemblyDirectory, context, onStart }) => {
        onStart?.();
        synthesized.push([assemblyDirectory.replace('/desk/', ''), context]);
        return Promise.resolve();
      },
    },
  });
  const exitCode = await runLab(argv, host);
  return { exitCode, synthesized, notes: host.stderr.text.replace(/\s+/g, ' ') };
}

describe.each(PLANNING)('lab %s', (words) => {
  const argv = words.split(' ');

  test('reads cdk.out where it is what lab.yaml says', async () => {
    expect(await run(argv, { state: 'current' })).toMatchObject({ exitCode: 0, synthesized: [] });
  });

  test('synthesizes first where nothing is synthesized', async () => {
    const { synthesized, notes } = await run(argv, { state: 'absent' });
    expect(synthesized).toEqual([['cdk.out', {}]]);
    expect(notes).toContain('Nothing is synthesized yet.');
  });

  test('synthesizes anew what is outdated, and says why', async () => {
    const { synthesized, notes } = await run(argv, RESCALED);
    expect(synthesized).toEqual([['cdk.out', {}]]);
    expect(notes).toContain('cdk.out is outdated: lab.yaml has another inflate.replicas. Synthesizing it anew ...');
  });

  test('says how to mean the lab that was there before', async () => {
    expect((await run(argv, RENAMED)).notes).toContain('It was of the lab seoul-class: say -c clusterName=seoul-class for that one.');
  });

  test.each([new InvalidConfig([]), NOT_YAML])('fails when lab.yaml is refused', async (refusal) => {
    expect(await run(argv, refusal)).toMatchObject({ exitCode: 2, synthesized: [] });
  });
});

describe.each(STANDING)('lab %s', (words) => {
  const argv = words.split(' ');

  test('synthesizes first where nothing is synthesized', async () => {
    expect((await run(argv, { state: 'absent' })).synthesized).toEqual([['cdk.out', {}]]);
  });

  test('leaves cdk.out as it was deployed, and is quiet where the lab is the same', async () => {
    const { synthesized, notes } = await run(argv, RESCALED);
    expect(synthesized).toEqual([]);
    expect(notes).not.toContain('lab.yaml');
  });

  test('says which lab it is about where lab.yaml names another', async () => {
    const { synthesized, notes } = await run(argv, RENAMED);
    expect(synthesized).toEqual([]);
    expect(notes).toContain('This is about the lab seoul-class, as cdk.out has it. lab.yaml names karpenter-lab: for that one say -c clusterName=karpenter-lab.');
  });

  test.each([new InvalidConfig([]), NOT_YAML])('goes on where lab.yaml is refused, and says so', async (refusal) => {
    const { exitCode, notes } = await run(argv, refusal);
    expect(exitCode).toBe(0);
    expect(notes).toContain(`lab.yaml is refused (${refusal.code}); cdk.out is read as it is.`);
  });
});

describe.each([...PLANNING, ...STANDING])('lab %s', (words) => {
  const argv = words.split(' ');

  test('keeps overrides out of cdk.out, and says where they go', async () => {
    const { synthesized, notes } = await run([...argv, '-c', 'clusterName=seoul-class'], RENAMED);
    expect(synthesized).toEqual([[join('.lab', 'overridden'), { clusterName: 'seoul-class' }]]);
    expect(notes).toContain('Synthesizing into .lab/overridden with clusterName=seoul-class ...');
  });

  test('reads a folder that was named as it is', async () => {
    expect((await run([...argv, '--assembly', 'elsewhere'], RENAMED)).synthesized).toEqual([]);
  });

  test('synthesizes overrides into a folder that was named', async () => {
    expect((await run([...argv, '--assembly', 'elsewhere', '-c', 'scale=5'], RENAMED)).synthesized).toEqual([['elsewhere', { scale: '5' }]]);
  });
});

describe('lab deploy', () => {
  test.each<[argv: readonly string[], context: SynthesizeOptions['context']]>([
    [[], {}], [['-c', 'clusterName=seoul-class'], { clusterName: 'seoul-class' }],
  ])('%j synthesizes into cdk.out, where later verbs find the lab', async (argv, context) => {
    expect((await run(['deploy', '--yes', ...argv], { state: 'current' })).synthesized).toEqual([['cdk.out', context]]);
  });
});
