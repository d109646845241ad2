import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealToolchain, toolchainCacheDirectory, toolchainDamage } from '../../../lib/rehearsal/toolchain/toolchain';
import { fakeProgram, temporaryFolder } from '../fake-program';

describe('a toolchain of the cache', () => {
  let directory: string;
  const damage = () => toolchainDamage(directory, { PATH: process.env['PATH'] });

  beforeEach(async () => {
    directory = temporaryFolder();
    for (const folder of ['bin', 'crds', 'charts/karpenter', 'venv/bin']) mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, 'bin', 'etcd'), 'a program');
    writeFileSync(join(directory, 'crds', 'nodepools.yaml'), 'a CRD');
    writeFileSync(join(directory, 'charts', 'karpenter', 'Chart.yaml'), 'a chart');
    fakeProgram(join(directory, 'venv', 'bin'), 'python', 'exit 0');
    await sealToolchain(directory);
  });

  it('is whole when nothing has changed', async () => {
    expect(await damage()).toBeUndefined();
  });

  it.each<[what: string, harm: (directory: string) => void, says: string]>([
    ['a program is cut short', (folder) => truncateSync(join(folder, 'bin', 'etcd'), 1), 'bin/etcd has another size'],
    ['a program is gone', (folder) => rmSync(join(folder, 'bin', 'etcd')), 'bin/etcd is missing'],
    ['the CRDs are gone', (folder) => rmSync(join(folder, 'crds'), { recursive: true }), 'crds/nodepools.yaml is missing'],
    ['a file of a chart is gone', (folder) => rmSync(join(folder, 'charts', 'karpenter', 'Chart.yaml')), 'charts/karpenter/Chart.yaml is missing'],
    ['it was never finished', (folder) => rmSync(join(folder, 'toolchain.json')), 'toolchain.json is missing'],
    ['the system\'s Python was removed', (folder) => rmSync(join(folder, 'venv', 'bin', 'python')), 'its Python is gone'],
    ['the system\'s Python is another one now', (folder) => fakeProgram(join(folder, 'venv', 'bin'), 'python', 'exit 1'), 'its Python does not find moto'],
  ])('is damaged when %s', async (_, harm, says) => {
    harm(directory);
    expect(await damage()).toBe(says);
  });
});

describe('the cache of toolchains', () => {
  it('is where XDG says, or in the home', () => {
    expect(toolchainCacheDirectory({ XDG_CACHE_HOME: '/cache', HOME: '/home/me' })).toBe('/cache/karpenter-lab/toolchain');
    expect(toolchainCacheDirectory({ XDG_CACHE_HOME: 'relative', HOME: '/home/me' })).toBe('/home/me/.cache/karpenter-lab/toolchain');
    expect(toolchainCacheDirectory({ HOME: '/home/me' })).toBe('/home/me/.cache/karpenter-lab/toolchain');
  });
});
