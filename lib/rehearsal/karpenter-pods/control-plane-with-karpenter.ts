import { apiByKubeconfig } from '../../kubernetes/api-by-kubeconfig';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { Account } from '../account';
import type { ControlPlane, ControlPlaneAddress, ControlPlaneStart } from '../eks/control-plane';
import type { ProcessRecord } from '../process/running-processes';
import { KarpenterPods } from './karpenter-pods';
import type { KarpenterPodsOptions } from './running-pod';

/** A control plane whose cluster runs Karpenter's pods as processes, for as long as it runs itself. */
export class ControlPlaneWithKarpenter implements ControlPlane {
  private kubernetes: KubernetesApi | undefined;
  private pods: KarpenterPods | undefined;

  /** @param controlPlane it has to be started with {@link karpenterPodStages} and {@link KWOK_KINDS} */
  constructor(
    private readonly account: Account,
    private readonly controlPlane: ControlPlane,
    private readonly options: Omit<KarpenterPodsOptions, 'kubernetes'>,
  ) {}

  async start(options: ControlPlaneStart): Promise<ControlPlaneAddress> {
    const address = await this.controlPlane.start(options);
    this.kubernetes = await apiByKubeconfig({ kubeconfig: address.kubeconfig }, this.account.run);
    this.pods = await KarpenterPods.start(this.account, { ...this.options, kubernetes: this.kubernetes });
    return address;
  }

  async stop(): Promise<void> {
    await this.pods?.close();
    this.kubernetes?.close();
    this.pods = undefined;
    await this.controlPlane.stop();
  }

  processes(): readonly ProcessRecord[] {
    return [...this.controlPlane.processes(), ...this.pods?.processes() ?? []];
  }
}
