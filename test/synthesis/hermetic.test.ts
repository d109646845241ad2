import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { LAB_OF_DEFAULTS } from '../support/synth-lab';

const PROJECT = resolve(__dirname, '../..');

/** Whether this system lets us make a network namespace, in which not even loopback is up. */
const canUnshare = spawnSync('unshare', ['--map-root-user', '--net', 'true']).status === 0;

const folders: string[] = [];

/** A copy of what synthesis reads, in a folder of its own. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-checkout-'));
  folders.push(folder);
  for (const name of ['bin', 'charts', 'lib', 'cdk.json', 'package.json', 'tsconfig.json']) {
    cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
  }
  cpSync(LAB_OF_DEFAULTS, join(folder, 'lab.yaml'));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Runs `cdk synth` as a user does, but with no credentials, no home and, where possible, no network. */
function synth(folder: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  const cdk = [process.execPath, 'node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', ...args];
  const [command = '', ...rest] = canUnshare ? ['unshare', '--map-root-user', '--net', ...cdk] : cdk;
  return spawnSync(command, rest, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder },
  });
}

/** Every file of an assembly with a digest of its content. */
function digests(folder: string): Readonly<Record<string, string>> {
  const root = join(folder, 'cdk.out');
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return [relative(root, file), createHash('sha256').update(readFileSync(file)).digest('hex')] as const;
  }).sort());
}

describe('cdk synth', () => {
  const [first, second] = [checkout(), checkout()];
  let run: SpawnSyncReturns<string>;

  beforeAll(() => {
    run = synth(first);
  }, 60_000);

  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  it(`needs no credentials, no home and ${canUnshare ? 'no network interface' : 'no look-up'}, and has nothing to warn of`, () => {
    expect({ status: run.status, stderr: run.stderr, stdout: run.stdout }).toEqual({ status: 0, stderr: '', stdout: '' });
  });

  it('asks for no context look-up', () => {
    const manifest = JSON.parse(readFileSync(join(first, 'cdk.out/manifest.json'), 'utf8')) as { readonly missing?: unknown };
    expect(manifest.missing).toBeUndefined();
    expect(readdirSync(first)).not.toContain('cdk.context.json');
  });

  it('gives the same bytes in another folder, and when run again', () => {
    const expected = digests(first);
    expect(Object.keys(expected)).toContain('karpenter-lab.template.json');
    expect(synth(second).status).toBe(0);
    expect(digests(second)).toEqual(expected);
    expect(synth(second).status).toBe(0);
    expect(digests(second)).toEqual(expected);
  }, 60_000);

  it('fails when a setting is wrong, naming it, without a stack trace', () => {
    const failed = synth(second, '-c', 'scale=five');
    expect(failed.status).not.toBe(0);
    expect(failed.stderr).toContain('inflate.replicas');
    expect(failed.stderr).toContain('"five"');
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  }, 60_000);
});
