import { stringify } from 'yaml';
import { LOOPBACK } from '../process/free-ports';
import type { Toolchain } from '../toolchain/toolchain';
import type { ControlPlanePorts } from './control-plane-ports';

/** What the control plane is made of. */
export interface KwokctlConfigurationOptions {
  readonly toolchain: Toolchain;
  readonly ports: ControlPlanePorts;
  /** CIDR from which pods get their addresses. */
  readonly podCidr: string;
  /** Namespace of Karpenter's pods. */
  readonly karpenterNamespace: string;
  /** Absolute path of the file that `kubectl logs` shows of them, in the format of container runtimes. */
  readonly karpenterContainerLog: string;
}

/** Name of the container in Karpenter's pods, as in its chart. */
export const KARPENTER_CONTAINER = 'controller';

/**
 * Configuration of kwokctl as YAML: which programs it starts, that they listen on loopback only, and
 * where the log of Karpenter's pods is.
 *
 * @see https://kwok.sigs.k8s.io/docs/generated/apis/
 */
export function kwokctlConfiguration(options: KwokctlConfigurationOptions): string {
  const { toolchain, ports } = options;
  const cluster = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokctlConfiguration',
    options: {
      runtime: 'binary',
      bindAddress: LOOPBACK,
      // Nothing throttles a class: there is one machine, and no other tenant.
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
        // Without an address a node has none, and kubectl logs cannot reach it.
        { key: 'node-ip', value: LOOPBACK },
        { key: 'cidr', value: options.podCidr },
      ],
    }],
  };
  const logs = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'karpenter' },
    spec: {
      selector: { matchNamespaces: [options.karpenterNamespace] },
      logs: [{ containers: [KARPENTER_CONTAINER], logsFile: options.karpenterContainerLog, follow: true }],
    },
  };
  return [cluster, logs].map((document) => stringify(document)).join('---\n');
}
