/** Ports of the control plane, all on loopback. */
export interface ControlPlanePorts {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly kubeApiserver: number;
  readonly kubeControllerManager: number;
  readonly kubeScheduler: number;
  readonly kwok: number;
}
