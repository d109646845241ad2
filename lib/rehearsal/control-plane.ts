import { join } from 'node:path';
import type { RunContext } from '../run-context';
import { kwokctlConfiguration, startKwokCluster } from './eks/kwok-control-plane';
import { KARPENTER_CONTAINER } from './karpenter-pods/kwok-documents';
import type { Rehearsal } from './rehearsal';

/** Starts the control plane of a rehearsal. Karpenter's log is served from its file. */
export async function startControlPlane({ name, lab, paths, toolchain, ports, environment, state }: Rehearsal, run: RunContext): Promise<void> {
  const logs = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'karpenter' },
    spec: {
      selector: { matchNamespaces: [lab.karpenter.namespace] },
      logs: [{ containers: [KARPENTER_CONTAINER], logsFile: paths.karpenterContainerLog, follow: true }],
    },
  };
  state.addProcesses(...await startKwokCluster({
    name,
    kwokctl: toolchain.kwokctl,
    configuration: kwokctlConfiguration({ toolchain, ports, podCidr: lab.network.vpcCidr, documents: [logs] }),
    configurationFile: paths.kwokctlConfiguration,
    kwokDirectory: paths.kwokDirectory,
    kubeconfig: paths.kubeconfig,
    logFile: join(paths.logsDirectory, 'kwokctl.log'),
    directory: paths.directory,
    environment,
  }, run));
}
