import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLab } from '../../../lib/assembly/lab-view';
import { compareVersions, versions } from '../../../lib/config/versions';
import { goProgramGroups } from '../../../lib/rehearsal/toolchain/go-programs';
import { readToolchainDefinition, requireRehearsedVersions, toolchainKey, type ToolchainVersions } from '../../../lib/rehearsal/toolchain/toolchain-definition';
import { labErrorOf } from '../../assembly/lab-error-of';
import { smallLab } from '../../assembly/small-lab';
import { temporaryFolder } from '../fake-program';
import { PINNED_VERSIONS } from '../pinned-versions';

const projectDirectory = resolve(__dirname, '../../..');
const FOLDER = 'lib/rehearsal/toolchain';

/** The project's pins in a folder of their own, to be changed. */
function copyOfPins(): string {
  const project = temporaryFolder();
  cpSync(join(projectDirectory, FOLDER), join(project, FOLDER), { recursive: true });
  return project;
}

function keyOf(project: string): string {
  return toolchainKey(readToolchainDefinition(project));
}

describe('the pins of the toolchain', () => {
  const definition = readToolchainDefinition(projectDirectory);

  it('are of the Karpenter and the Kubernetes that the stack installs', () => {
    expect(definition.versions.karpenter).toBe(versions.karpenter);
    expect(definition.versions.kubernetes).toMatch(new RegExp(`^${versions.kubernetes}\\.\\d+$`));
  });

  it('name every program as a tool of the module', () => {
    const goMod = readFileSync(definition.goModFile, 'utf8');
    const tools = /tool \(\n([^)]*)\)/.exec(goMod)?.[1]?.split('\n').map((line) => line.trim()).filter((line) => line !== '') ?? [];
    expect(tools.toSorted()).toEqual(goProgramGroups({ buildsLayerPrograms: true }).flat().map(({ importPath }) => importPath).toSorted());
  });

  it.each([['requirementsFile', 20], ['goRequirementsFile', 0]] as const)('hold a digest for every Python package of %s, and name no index', (file, least) => {
    const requirements = readFileSync(definition[file], 'utf8');
    const packages = requirements.split('\n').filter((line) => /^[a-z]/.test(line));
    expect(packages.length).toBeGreaterThan(least);
    for (const line of packages) expect(line).toMatch(/^[a-z0-9._-]+==\S+ \\$/);
    expect(requirements).not.toMatch(/https?:|--index-url|--find-links|--extra-index-url/);
  });

  it('bring a Go that is new enough for the modules', () => {
    const needed = /^go (\S+)$/m.exec(readFileSync(definition.goModFile, 'utf8'))?.[1] ?? '';
    expect(compareVersions(definition.versions.go, needed)).toBeGreaterThanOrEqual(0);
  });

  it('know how many modules there are to download', () => {
    expect(definition.moduleCount).toBeGreaterThan(200);
  });

  it('fail when a file is missing', () => {
    expect(() => readToolchainDefinition('/nowhere')).toThrow(expect.objectContaining({ code: 'ToolchainPinsUnreadable' }));
  });
});

describe('the key of a toolchain', () => {
  it('is the same for the same pins, wherever they are', () => {
    expect(keyOf(copyOfPins())).toBe(keyOf(projectDirectory));
  });

  test.each(['go.mod', 'go.sum', 'requirements.txt', 'go-requirements.txt'])('changes with %s', (name) => {
    const project = copyOfPins();
    const file = join(project, FOLDER, name);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
    expect(keyOf(project)).not.toBe(keyOf(projectDirectory));
  });
});

const lab = readLab(smallLab());
const VERSIONS: ToolchainVersions = {
  ...PINNED_VERSIONS, kubernetes: `${lab.cluster.version}.8`, karpenter: lab.karpenter.version ?? '',
};

describe('the versions of a rehearsal', () => {
  it('are those that the stack installs', () => {
    expect(() => requireRehearsedVersions(lab, VERSIONS)).not.toThrow();
  });

  it('fails when the stack installs another Kubernetes', () => {
    expect(labErrorOf(() => requireRehearsedVersions(lab, { ...VERSIONS, kubernetes: '1.34.8' })))
      .toMatchObject({ code: 'VersionNotRehearsed', received: '1.35', message: expect.stringContaining('the rehearsal runs Kubernetes 1.34.8') });
  });

  it('fails when the stack installs another Karpenter', () => {
    expect(labErrorOf(() => requireRehearsedVersions(lab, { ...VERSIONS, karpenter: '0.0.1' })))
      .toMatchObject({ code: 'VersionNotRehearsed', received: lab.karpenter.version });
  });
});
