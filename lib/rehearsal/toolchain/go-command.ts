import { LabError } from '../../lab-error';
import { runCommand, type CommandResult } from '../process/run-command';
import type { Environment } from './prerequisites';

/** A call of the `go` command. */
export interface GoCommandOptions {
  readonly args: readonly string[];
  /** Folder of the `go.mod` that it works with. */
  readonly moduleDirectory: string;
  /** Folder for its temporary files. */
  readonly temporaryDirectory: string;
  /** The user's environment: caches and module proxy are those that the user has set for Go. */
  readonly env: Environment;
  readonly onErrorLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Lines of Go's errors that are shown. */
const ERROR_LINES = 8;

/**
 * Runs Go with the user's caches and proxy, and with nothing else of the user's settings: no
 * workspace, no vendoring, no cross-compilation, no C compiler, no other toolchain.
 *
 * @throws LabError `ToolchainBuildFailed` with what Go says
 */
export async function runGo(options: GoCommandOptions): Promise<CommandResult> {
  const result = await runCommand({
    command: 'go',
    args: options.args,
    env: {
      ...options.env,
      CGO_ENABLED: '0',
      GOFLAGS: '-mod=readonly',
      GOTMPDIR: options.temporaryDirectory,
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      GOOS: undefined,
      GOARCH: undefined,
    },
    workingDirectory: options.moduleDirectory,
    onErrorLine: options.onErrorLine,
    signal: options.signal,
  });
  if (result.exitCode === 0) return result;
  throw new LabError({
    code: 'ToolchainBuildFailed',
    message: `Go could not build the rehearsal's programs: ${errorLines(result.stderr).join(' | ')}`,
    received: `go ${options.args[0] ?? ''}`,
    remedy: 'Check the network and GOPROXY, and that 6 GB of disk and 2 GB of memory are free. Then run the command again: it goes on where it stopped.',
  });
}

function errorLines(stderr: string): readonly string[] {
  return stderr.split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'))
    .slice(-ERROR_LINES);
}
