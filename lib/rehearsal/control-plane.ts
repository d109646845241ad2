import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { LabError } from '../lab-error';
import { runCommand } from '../run-command';
import type { RunContext } from '../run-context';
import { LOOPBACK } from './process/loopback';
import { type ProcessRecord, processStartTicks } from './process/running-processes';
import type { Rehearsal } from './rehearsal';

/** Name of the container in Karpenter's pods, as in its chart. */
export const KARPENTER_CONTAINER = 'controller';

/**
 * Configuration of kwokctl as YAML: the programs that it starts, their ports on loopback, and the file
 * from which the log of Karpenter's pods is served.
 *
 * @see https://kwok.sigs.k8s.io/docs/generated/apis/
 */
export function kwokctlConfiguration({ lab, paths, toolchain, ports }: Pick<Rehearsal, 'lab' | 'paths' | 'toolchain' | 'ports'>): string {
  const cluster = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokctlConfiguration',
    options: {
      runtime: 'binary',
      bindAddress: LOOPBACK,
      // A class makes many requests at once, and the API server serves nobody else.
      disableQPSLimits: true,
      etcdBinary: toolchain.etcd,
      kubeApiserverBinary: toolchain.kubeApiserver,
      kubeControllerManagerBinary: toolchain.kubeControllerManager,
      kubeSchedulerBinary: toolchain.kubeScheduler,
      kwokControllerBinary: toolchain.kwok,
      kubectlBinary: toolchain.kubectl,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeApiserverPort: ports.kubeApiserver,
      kubeControllerManagerPort: ports.kubeControllerManager,
      kubeSchedulerPort: ports.kubeScheduler,
      kwokControllerPort: ports.kwok,
    },
    componentsPatches: [{
      name: 'kwok-controller',
      extraArgs: [
        // Without it a node has no address, and kubectl logs cannot reach it.
        { key: 'node-ip', value: LOOPBACK },
        { key: 'cidr', value: lab.network.vpcCidr },
      ],
    }],
  };
  const logs = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'karpenter' },
    spec: {
      selector: { matchNamespaces: [lab.karpenter.namespace] },
      logs: [{ containers: [KARPENTER_CONTAINER], logsFile: paths.karpenterContainerLog, follow: true }],
    },
  };
  return [cluster, logs].map((document) => stringify(document)).join('---\n');
}

/** Seconds that the API server has to answer. */
const READY_SECONDS = 120;

/**
 * Starts etcd, the API server, the controller manager, the scheduler and kwok through kwokctl, and
 * waits until they are ready.
 *
 * @throws LabError `ControlPlaneNotStarted` with what kwokctl says
 */
export async function startControlPlane(rehearsal: Rehearsal, run: RunContext): Promise<void> {
  const { name, paths, toolchain, environment, state } = rehearsal;
  writeFileSync(paths.kwokctlConfiguration, kwokctlConfiguration(rehearsal));
  const result = await runCommand({
    command: toolchain.kwokctl,
    args: [
      'create', 'cluster', '--name', name, '--config', paths.kwokctlConfiguration,
      '--kubeconfig', paths.kubeconfig, '--wait', `${READY_SECONDS}s`,
    ],
    env: { ...environment, KWOK_WORKDIR: paths.kwokDirectory },
    workingDirectory: paths.directory,
  }, run);
  writeFileSync(join(paths.logsDirectory, 'kwokctl.log'), result.stderr);
  // When the cluster does not get ready, kwokctl writes an error line and still ends with exit code 0.
  if (result.exitCode !== 0 || /Failed to wait for cluster/.test(result.stderr)) {
    throw new LabError({
      code: 'ControlPlaneNotStarted',
      message: `The control plane did not get ready: ${result.stderr.split('\n').filter((line) => line !== '').slice(-3).join(' | ')}`,
      received: paths.kwokDirectory,
      remedy: 'Read the logs of etcd and kube-apiserver below that folder. Free memory (2 GiB) and disk, then start again.',
    });
  }
  state.addProcesses(...controlPlaneProcesses(rehearsal));
}

/** The processes that kwokctl has started, from the files in which it keeps their ids. */
function controlPlaneProcesses({ name, paths }: Rehearsal): readonly ProcessRecord[] {
  const directory = join(paths.kwokDirectory, 'clusters', name);
  return readdirSync(join(directory, 'pids')).flatMap((file) => {
    const component = basename(file, '.pid');
    const pid = Number(readFileSync(join(directory, 'pids', file), 'utf8'));
    const startTicks = processStartTicks(pid);
    return startTicks === undefined ? [] : [{ name: component, pid, startTicks, logFile: join(directory, 'logs', `${component}.log`) }];
  });
}
