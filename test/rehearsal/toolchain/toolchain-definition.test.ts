import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { versions } from '../../../lib/config/versions';
import { builtName, GO_PROGRAM_GROUPS, GO_PROGRAMS, linkerFlags } from '../../../lib/rehearsal/toolchain/go-programs';
import { MODULE_PATCHES } from '../../../lib/rehearsal/toolchain/module-patches';
import { readToolchainDefinition, toolchainKey } from '../../../lib/rehearsal/toolchain/toolchain-definition';
import { temporaryFolder } from '../fake-program';

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
    expect(tools.toSorted()).toEqual(GO_PROGRAMS.map(({ importPath }) => importPath).toSorted());
  });

  it('hold a digest for every Python package, and name no index', () => {
    const requirements = readFileSync(definition.requirementsFile, 'utf8');
    const packages = requirements.split('\n').filter((line) => /^[a-z]/.test(line));
    expect(packages.length).toBeGreaterThan(20);
    for (const line of packages) expect(line).toMatch(/^[a-z0-9._-]+==\S+ \\$/);
    expect(requirements).not.toMatch(/https?:|--index-url|--find-links|--extra-index-url/);
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

  test.each(['go.mod', 'go.sum', 'requirements.txt', 'patches/cheapest_config.go'])('changes with %s', (name) => {
    const project = copyOfPins();
    const file = join(project, FOLDER, name);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
    expect(keyOf(project)).not.toBe(keyOf(projectDirectory));
  });
});

describe('the Go programs', () => {
  it('get different names within a build', () => {
    for (const group of GO_PROGRAM_GROUPS) {
      expect(new Set(group.map(({ importPath }) => builtName(importPath))).size).toBe(group.length);
    }
  });

  it('are named by Go after the last part of their path that is no major version', () => {
    expect(builtName('go.etcd.io/etcd/server/v3')).toBe('server');
    expect(builtName('k8s.io/kubernetes/cmd/kube-apiserver')).toBe('kube-apiserver');
  });

  it('say their versions', () => {
    const flags = linkerFlags({ go: '1.26.6', kubernetes: '1.35.8', karpenter: '1.14.1', etcd: '3.6.5', kwok: '0.8.0', moto: '5.2.5' });
    expect(flags).toContain('-X k8s.io/component-base/version.gitVersion=v1.35.8');
    expect(flags).toContain('-X k8s.io/component-base/version.gitMinor=35');
    expect(flags).toContain('-X sigs.k8s.io/karpenter/pkg/operator.Version=1.14.1');
  });

  it('are built of changed copies of modules that are pinned', () => {
    const goMod = readFileSync(join(projectDirectory, FOLDER, 'go.mod'), 'utf8');
    for (const { module } of MODULE_PATCHES) expect(goMod).toContain(`\t${module} v`);
  });
});
