import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { builtName, goProgramGroups, linkerFlags } from '../../../lib/rehearsal/toolchain/go-programs';
import { MODULE_PATCHES } from '../../../lib/rehearsal/toolchain/module-patches';
import { readToolchainDefinition } from '../../../lib/rehearsal/toolchain/toolchain-definition';
import { PINNED_VERSIONS } from '../pinned-versions';

describe('the Go programs', () => {
  it('get different names within a build', () => {
    for (const group of goProgramGroups({ buildsLayerPrograms: true })) {
      expect(new Set(group.map(({ importPath }) => builtName(importPath))).size).toBe(group.length);
    }
  });

  it('include kubectl and helm only where those of the layer do not run', () => {
    const names = (buildsLayerPrograms: boolean): readonly string[] => goProgramGroups({ buildsLayerPrograms }).flat().map(({ name }) => name);
    expect(names(true).filter((name) => !names(false).includes(name))).toEqual(['kubectl', 'helm']);
  });

  it('are named by Go after the last part of their path that is no major version', () => {
    expect(builtName('go.etcd.io/etcd/server/v3')).toBe('server');
    expect(builtName('k8s.io/kubernetes/cmd/kube-apiserver')).toBe('kube-apiserver');
  });

  it('say their versions', () => {
    const flags = linkerFlags({ ...PINNED_VERSIONS, kubernetes: '1.35.8', karpenter: '1.14.1' });
    expect(flags).toContain('-X k8s.io/component-base/version.gitVersion=v1.35.8');
    expect(flags).toContain('-X k8s.io/component-base/version.gitMinor=35');
    expect(flags).toContain('-X sigs.k8s.io/karpenter/pkg/operator.Version=1.14.1');
  });

  it('are built of changed copies of modules that are pinned', () => {
    const goMod = readFileSync(readToolchainDefinition(resolve(__dirname, '../../..')).goModFile, 'utf8');
    for (const { module } of MODULE_PATCHES) expect(goMod).toContain(`\t${module} v`);
  });
});
