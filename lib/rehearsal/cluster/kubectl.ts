import { runCommand, type CommandResult } from '../process/run-command';
import type { ProcessEnvironment } from '../state/process-environment';
import type { RehearsalPaths } from '../state/rehearsal-paths';

/** kubectl, and the API server that it talks to. */
export interface Kubectl {
  /** Absolute path of kubectl. */
  readonly command: string;
  readonly paths: RehearsalPaths;
  readonly environment: ProcessEnvironment;
  readonly signal?: AbortSignal;
}

/**
 * Runs kubectl against a rehearsal.
 *
 * @param input text for its standard input
 */
export async function runKubectl(kubectl: Kubectl, args: readonly string[], input?: string): Promise<CommandResult> {
  const { command, paths, environment, signal } = kubectl;
  return runCommand({
    command,
    args: ['--kubeconfig', paths.kubeconfig, '--cache-dir', paths.kubectlCacheDirectory, '--request-timeout', '30s', ...args],
    env: environment,
    workingDirectory: paths.directory,
    input,
    signal,
  });
}
