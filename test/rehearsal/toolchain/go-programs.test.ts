import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { builtName, GO_PROGRAM_GROUPS, linkerFlags } from '../../../lib/rehearsal/toolchain/go-programs';
import { MODULE_PATCHES } from '../../../lib/rehearsal/toolchain/module-patches';
import { readToolchainDefinition } from '../../../lib/rehearsal/toolchain/toolchain-definition';

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
    const goMod = readFileSync(readToolchainDefinition(resolve(__dirname, '../../..')).goModFile, 'utf8');
    for (const { module } of MODULE_PATCHES) expect(goMod).toContain(`\t${module} v`);
  });
});
