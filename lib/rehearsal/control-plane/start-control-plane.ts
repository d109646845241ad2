import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LabError } from '../../lab-error';
import { processStartTicks } from '../process/process-start-ticks';
import { runCommand } from '../process/run-command';
import type { ProcessRecord } from '../rehearsal-record';
import type { ProcessEnvironment } from '../state/process-environment';
import type { RehearsalPaths } from '../state/rehearsal-paths';
import { kwokctlConfiguration, type KwokctlConfigurationOptions } from './kwokctl-configuration';

/** A control plane to start. */
export interface StartControlPlaneOptions extends Omit<KwokctlConfigurationOptions, 'karpenterContainerLog'> {
  /** Name of the rehearsal, and of kwokctl's cluster. */
  readonly name: string;
  readonly paths: RehearsalPaths;
  readonly environment: ProcessEnvironment;
  readonly signal?: AbortSignal;
}

/** Seconds that the API server has to answer. */
const READY_SECONDS = 120;

/**
 * Starts etcd, the API server, the controller manager, the scheduler and kwok through kwokctl, and
 * waits until they are ready.
 *
 * @returns the processes
 * @throws LabError `ControlPlaneNotStarted` with what kwokctl says
 */
export async function startControlPlane(options: StartControlPlaneOptions): Promise<readonly ProcessRecord[]> {
  const { name, paths, toolchain, environment, signal } = options;
  writeFileSync(paths.kwokctlConfiguration, kwokctlConfiguration({ ...options, karpenterContainerLog: paths.karpenterContainerLog }));
  const result = await runCommand({
    command: toolchain.kwokctl,
    args: [
      'create', 'cluster', '--name', name, '--config', paths.kwokctlConfiguration,
      '--kubeconfig', paths.kubeconfig, '--wait', `${READY_SECONDS}s`,
    ],
    env: { ...environment, KWOK_WORKDIR: paths.kwokDirectory },
    workingDirectory: paths.directory,
    signal,
  });
  writeFileSync(join(paths.logsDirectory, 'kwokctl.log'), result.stderr);
  // kwokctl reports a cluster that does not get ready as an error line, and ends with success.
  if (result.exitCode !== 0 || /Failed to wait for cluster/.test(result.stderr)) {
    throw new LabError({
      code: 'ControlPlaneNotStarted',
      message: `The control plane did not get ready: ${result.stderr.split('\n').filter((line) => line !== '').slice(-3).join(' | ')}`,
      received: paths.kwokDirectory,
      remedy: 'Read the logs of etcd and kube-apiserver below that folder. Free memory (2 GiB) and disk, then start again.',
    });
  }
  return controlPlaneProcesses(name, paths);
}

/** Processes that kwokctl has started, from the files in which it keeps their ids. */
function controlPlaneProcesses(name: string, paths: RehearsalPaths): readonly ProcessRecord[] {
  const directory = join(paths.kwokDirectory, 'clusters', name);
  return readdirSync(join(directory, 'pids')).flatMap((file) => {
    const component = basename(file, '.pid');
    const pid = Number(readFileSync(join(directory, 'pids', file), 'utf8'));
    const startTicks = processStartTicks(pid);
    return startTicks === undefined ? [] : [{ name: component, pid, startTicks, logFile: join(directory, 'logs', `${component}.log`) }];
  });
}
