import { compareVersions } from '../../config/versions';
import { LabError } from '../../lab-error';
import { type CommandResult, type Environment, runCommand } from '../../run-command';
import type { RunContext } from '../../run-context';
import { PYTHON_VERSION } from './toolchain-definition';

/** Where to look for Python. */
export interface PrerequisiteOptions {
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  /** The user's environment, with its PATH. */
  readonly env: Environment;
}

/** A program that was looked for. */
export type Prerequisite =
  | { readonly isMet: true; readonly command: string; readonly version: string }
  | { readonly isMet: false; readonly error: LabError };

/** Names under which Python may be installed, the most usual first. */
const PYTHON_COMMANDS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];

/** Prints Python's version, then fails where virtual environments cannot be made. */
const PYTHON_PROBE = 'import sys; print("%d.%d.%d" % sys.version_info[:3], flush=True); import venv, ensurepip';

/**
 * The error for folders that kwokctl cannot work in: it splits its commands at spaces and its lists at commas.
 *
 * @param paths folder of the lab, and folder of the cache
 */
export function pathShortfall(...paths: readonly string[]): LabError | undefined {
  const unsuitable = paths.find((path) => /[\s,]/.test(path));
  return unsuitable === undefined ? undefined : new LabError({
    code: 'PathUnsuitable',
    message: 'A rehearsal cannot run in a folder whose path has a space or a comma: kwokctl, which starts its control plane, splits the path there.',
    received: unsuitable,
    remedy: 'Move the lab to a path without them. For the cache, set XDG_CACHE_HOME to one.',
  });
}

/** Looks for Python. One that is missing is a result (`isMet`), not an error. It takes well under a second. */
export async function lookForPython(options: PrerequisiteOptions, run: RunContext): Promise<Prerequisite> {
  const install = `Install Python ${PYTHON_VERSION} or newer with its venv module (python3 and python3-venv on Debian and Ubuntu), then run the command again.`;
  const needs = `A rehearsal is built with Python ${PYTHON_VERSION} or newer`;
  let shortfall: Prerequisite | undefined;
  for (const command of PYTHON_COMMANDS) {
    const result = await probe(command, ['-c', PYTHON_PROBE], options, run);
    const version = result?.stdout.trim() ?? '';
    if (result === undefined || version === '') continue;
    if (compareVersions(version, PYTHON_VERSION) < 0) {
      shortfall ??= unmet('PythonTooOld', `${needs}, and ${command} on the PATH is ${version}.`, version, install);
    } else if (result.exitCode === 0) {
      return { isMet: true, command, version };
    } else {
      shortfall = unmet('PythonVenvMissing', `${needs} with the venv module, and ${command} ${version} lacks it.`, result.stderr.split('\n').at(-1), install);
    }
  }
  return shortfall ?? unmet('PythonMissing', `${needs}, and there is no python3 on the PATH.`, undefined, install);
}

function unmet(code: string, message: string, received: string | undefined, remedy: string): Prerequisite {
  return { isMet: false, error: new LabError({ code, message, received: received === '' ? undefined : received, remedy }) };
}

/** Runs a program of the PATH; undefined where there is none. */
async function probe(command: string, args: readonly string[], options: PrerequisiteOptions, run: RunContext): Promise<CommandResult | undefined> {
  try {
    return await runCommand({ command, args, env: options.env, workingDirectory: options.projectDirectory }, run);
  } catch (error) {
    if (error instanceof LabError && error.code === 'CommandNotStarted') return undefined;
    throw error;
  }
}
