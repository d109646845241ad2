import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODULE_PATCHES, type ModulePatch, patchModule, replaced } from '../../../lib/rehearsal/toolchain/module-patches';
import { temporaryFolder } from '../fake-program';

const REPLACEMENT = { file: 'pkg/server.go', from: 'Listen(":%d"', to: 'Listen("127.0.0.1:%d"', count: 2 };

describe('a replacement in a module', () => {
  it('is made everywhere', () => {
    expect(replaced('Listen(":%d") Listen(":%d")', REPLACEMENT, 'example.com/m')).toBe('Listen("127.0.0.1:%d") Listen("127.0.0.1:%d")');
  });

  test.each([['nothing', 0], ['Listen(":%d")', 1], ['Listen(":%d") Listen(":%d") Listen(":%d")', 3]])('fails when upstream has changed: %s', (content, count) => {
    expect(() => replaced(content, REPLACEMENT, 'example.com/m')).toThrow(expect.objectContaining({
      code: 'UpstreamChanged',
      message: expect.stringContaining(`example.com/m holds the text that the rehearsal replaces in pkg/server.go ${count} times, not 2`),
    }));
  });
});

describe('a changed copy of a module', () => {
  it('is made beside the original, which is read-only and stays as it is', async () => {
    const folder = temporaryFolder();
    const module = join(folder, 'module');
    mkdirSync(join(module, 'pkg'), { recursive: true });
    const original = join(module, 'pkg/server.go');
    writeFileSync(original, 'Listen(":%d") Listen(":%d")');
    chmodSync(original, 0o444);
    chmodSync(join(module, 'pkg'), 0o555);
    const patch: ModulePatch = { module: 'example.com/m', folder: 'm', replacements: [REPLACEMENT] };

    await patchModule({ patch, moduleDirectory: module, targetDirectory: join(folder, 'copy') });
    chmodSync(join(module, 'pkg'), 0o755);

    expect(readFileSync(join(folder, 'copy/pkg/server.go'), 'utf8')).toContain('127.0.0.1');
    expect(readFileSync(original, 'utf8')).not.toContain('127.0.0.1');
  });

  it('of Karpenter listens on loopback', () => {
    const replacements = MODULE_PATCHES.flatMap((patch) => patch.replacements);
    expect(replacements).toContainEqual(expect.objectContaining({ from: 'fmt.Sprintf(":%d"', to: 'fmt.Sprintf("127.0.0.1:%d"', count: 2 }));
  });
});
