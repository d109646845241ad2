import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { assemblyState, type AssemblyState, overridesOf } from '../../lib/assembly/assembly-state';
import { InvalidConfig } from '../../lib/config/problems';
import { synthLab } from '../support/synth-lab';

describe('the state of an assembly', () => {
  const home = process.cwd();
  let files: Readonly<Record<string, string>>;
  let project: string;

  beforeAll(async () => {
    const { stack } = await synthLab();
    const { outdir } = stack.node.root as App;
    files = Object.fromEntries(['manifest.json', 'karpenter-lab.metadata.json'].map((name) => [name, readFileSync(join(outdir, name), 'utf8')]));
  });

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'lab-project-'));
    process.chdir(project);
    writeFileSync('lab.yaml', 'clusterName: karpenter-lab\ninflate:\n  replicas: 0\n');
    mkdirSync('lib');
    writeFileSync('lib/code.ts', '');
    mkdirSync('cdk.out');
    for (const [name, content] of Object.entries(files)) writeFileSync(join('cdk.out', name), content);
    const earlier = new Date(Date.now() - 60_000);
    utimesSync('lib/code.ts', earlier, earlier);
  });

  afterEach(() => {
    process.chdir(home);
    rmSync(project, { recursive: true });
  });

  const state = (): AssemblyState => assemblyState({ assemblyDirectory: join(project, 'cdk.out'), projectDirectory: project });
  const change = (from: RegExp, to: string): void => writeFileSync('lab.yaml', readFileSync('lab.yaml', 'utf8').replace(from, to));

  test('is current where nothing has changed', () => {
    expect(state()).toEqual({ state: 'current' });
  });

  test('is current after a change that means nothing', () => {
    writeFileSync('lab.yaml', `# Our class of Tuesday\n${readFileSync('lab.yaml', 'utf8')}`);
    expect(state()).toEqual({ state: 'current' });
  });

  test('is absent where there is no manifest', () => {
    rmSync('cdk.out/manifest.json');
    expect(state()).toEqual({ state: 'absent' });
  });

  test('is outdated by another value, and names the key', () => {
    change(/^( *)replicas: .*$/m, '$1replicas: 5');
    expect(state()).toEqual({ state: 'outdated', reason: 'lab.yaml has another inflate.replicas', clusterName: 'karpenter-lab', configuredClusterName: 'karpenter-lab' });
  });

  test('is outdated by another name, and says both', () => {
    change(/^clusterName: .*$/m, 'clusterName: seoul-class');
    expect(state()).toMatchObject({ reason: 'lab.yaml has another clusterName', clusterName: 'karpenter-lab', configuredClusterName: 'seoul-class' });
  });

  test('says with which overrides a synthesis makes it again', () => {
    expect(overridesOf(join(project, 'cdk.out'))).toEqual({});
    change(/replicas: 0/, 'replicas: 3');
    expect(overridesOf(join(project, 'cdk.out'))).toEqual({ 'inflate.replicas': '0' });
    writeFileSync('cdk.out/karpenter-lab.metadata.json', '{}');
    expect(overridesOf(join(project, 'cdk.out'))).toBeUndefined();
  });

  test('is outdated by newer code', () => {
    writeFileSync('lib/code.ts', '// new');
    const later = new Date(Date.now() + 60_000);
    utimesSync('lib/code.ts', later, later);
    expect(state()).toMatchObject({ state: 'outdated', reason: 'the code of the lab is newer' });
  });

  test.each(['manifest.json', 'karpenter-lab.metadata.json'])('is outdated where %s is cut off', (name) => {
    writeFileSync(join('cdk.out', name), '{"artifacts": {');
    expect(state()).toMatchObject({ state: 'outdated', reason: 'it does not say of which configuration it was made' });
  });

  test('fails when lab.yaml is refused', () => {
    writeFileSync('lab.yaml', 'clusterNam: x\n');
    expect(state).toThrow(InvalidConfig);
  });
});
