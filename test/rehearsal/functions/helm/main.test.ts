import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryPassword } from '../../../../lib/rehearsal/functions/registry-password';
import { fakeProgram, temporaryFolder } from '../../fake-program';
import { bundled } from '../playing-account';

describe('helm, as functions find it', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(() => {
    program = bundled('helm/main.ts', folder);
    mkdirSync(join(folder, 'charts/karpenter'), { recursive: true });
    writeFileSync(join(folder, 'charts/karpenter/Chart.yaml'), 'apiVersion: v2\nname: karpenter\nversion: 1.14.1\nappVersion: 1.14.1\n');
    // Packages as helm does: a folder of the chart's name in an archive.
    fakeProgram(folder, 'real-helm', 'if [ "$1" = package ]; then tar -czf "$4/karpenter-1.14.1.tgz" -C "$(dirname "$2")" karpenter; else echo "real helm: $@"; exit 7; fi');
  });

  function helm(args: readonly string[], input = '') {
    const workingDirectory = temporaryFolder();
    const { status, stdout, stderr } = spawnSync(process.execPath, [
      program, '--helm', join(folder, 'real-helm'), '--charts', join(folder, 'charts'), '--compression', '30', '--timeout-floor', '15', '--', ...args,
    ], { cwd: workingDirectory, input, encoding: 'utf8' });
    return { status, stdout, stderr, workingDirectory };
  }

  it('gives Karpenter\'s chart of the version that the toolchain has', () => {
    const { status, stdout, workingDirectory } = helm(['pull', 'oci://public.ecr.aws/karpenter/karpenter', '--version', '1.14.1', '--untar']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Pulled: public\.ecr\.aws\/karpenter\/karpenter:1\.14\.1\nDigest: sha256:[0-9a-f]{64}\n$/);
    expect(existsSync(join(workingDirectory, 'karpenter/Chart.yaml'))).toBe(true);
  });

  it.each([
    ['public.ecr.aws/karpenter/karpenter', '1.14.2'],
    ['public.ecr.aws/karpenter/other', '1.14.1'],
    ['public.ecr.aws/elsewhere/karpenter', '1.14.1'],
  ])('fails to pull %s %s, which is not there, in the registry\'s words', (reference, version) => {
    const { status, stderr } = helm(['pull', `oci://${reference}`, '--version', version, '--untar']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: `Error: failed to perform "FetchReference" on source: ${reference}:${version}: not found\n` });
  });

  it('logs in with a password that the account gave out', () => {
    const login = ['registry', 'login', '--username', 'AWS', '--password-stdin', 'public.ecr.aws'];
    expect(helm(login, `${registryPassword(new Date(Date.now() + 60_000))}\n`)).toMatchObject({ status: 0, stdout: 'Login Succeeded\n' });
  });

  it.each([
    ['none', ''],
    ['another', 'secret'],
    ['one that has ended', registryPassword(new Date(Date.now() - 1000))],
  ])('fails to log in with a password that is %s', (_case, password) => {
    const { status, stderr } = helm(['registry', 'login', '--username', 'AWS', '--password-stdin', 'public.ecr.aws'], password);
    expect(status).toBe(1);
    expect(stderr).toContain('response status code 401: denied: Your Authorization Token is invalid.');
  });

  it('is the real one for all else, with a shorter timeout and its exit code', () => {
    expect(helm(['upgrade', 'karpenter', './karpenter', '--install', '--wait', '--timeout', '600s'])).toMatchObject({
      status: 7, stdout: 'real helm: upgrade karpenter ./karpenter --install --wait --timeout 20s\n',
    });
    expect(helm(['pull', 'oci://123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/chart'])).toMatchObject({ status: 7 });
  });
});
