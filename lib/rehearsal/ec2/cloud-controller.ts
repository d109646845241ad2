import { arrayAt, isJsonObject, type JsonObject, textAt } from '../../json';
import { KubernetesRequestRefused } from '../../kubernetes/api-request';
import { DAEMON_SETS, NODES } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import { pause } from '../../wait-for';
import { EBS_ZONE_LABEL, ZONE_LABEL } from '../../well-known-keys';
import type { Account } from '../account';
import type { BootingInstance } from './boot/booting-instance';
import { cloudLabels, UNINITIALIZED_TAINT } from './boot/node-object';
import type { NodeCluster, NodeClusters } from './node-cluster';

/** DaemonSet of the EBS CSI driver. */
const EBS_DAEMON_SET = { namespace: 'kube-system', name: 'ebs-csi-node' };

/** Tries to change a Node that others change at the same time. */
const TRIES = 5;

/** What EKS's cloud controller does with nodes: it completes them when they register, and deletes those whose instance is gone. */
export class CloudController {
  constructor(private readonly account: Pick<Account, 'region' | 'run'>, private readonly clusters: NodeClusters) {}

  /** Completes a node that has registered: its labels, and the taint goes. */
  async initialize(instance: BootingInstance, { name, controllers }: NodeCluster): Promise<void> {
    const reference = { name: instance.privateDnsName };
    const hasEbs = await hasEbsDriver(controllers);
    const labels = { ...cloudLabels(instance, this.account.region, name), ...(hasEbs ? { [EBS_ZONE_LABEL]: instance.zone } : {}) };
    for (let tries = 1; ; tries++) {
      const body = await nodeBody(controllers, reference.name);
      if (body === undefined) return;
      const taints = arrayAt(body, 'spec', 'taints').filter((taint) => isJsonObject(taint) && taint['key'] !== UNINITIALIZED_TAINT);
      // With its version, so that no taint is lost that somebody adds meanwhile.
      const resourceVersion = textAt(body, 'metadata', 'resourceVersion') ?? '';
      try {
        await controllers.patch(NODES, reference, { metadata: { resourceVersion, labels }, spec: { taints } });
        return;
      } catch (error) {
        if (!(error instanceof KubernetesRequestRefused) || error.status !== 409 || tries === TRIES) throw error;
      }
    }
  }

  /** Deletes the node of an instance that is gone. */
  async forget(instanceId: string): Promise<void> {
    for (const { controllers } of await this.clusters.list()) {
      const { items } = await controllers.list(NODES);
      for (const { metadata, providerId } of items) {
        if (providerId?.endsWith(`/${instanceId}`) === true) await controllers.delete(NODES, { name: metadata.name });
      }
    }
  }

  /** Labels nodes that registered before the EBS CSI driver was there, as its pods do. @throws the signal's reason, when the account ends */
  async followEbsDriver(everySeconds: number): Promise<void> {
    const { signal } = this.account.run;
    for (;;) {
      for (const { controllers } of await this.clusters.list()) {
        try {
          await labelForEbs(controllers);
        } catch (error) {
          // A control plane that is just ending takes no labels; the next round asks whichever there is then.
          if (!(error instanceof LabError)) throw error;
        }
      }
      await pause(everySeconds, signal);
    }
  }
}

async function hasEbsDriver(api: KubernetesApi): Promise<boolean> {
  return await api.get(DAEMON_SETS, EBS_DAEMON_SET) !== undefined;
}

async function labelForEbs(api: KubernetesApi): Promise<void> {
  const { items } = await api.list(NODES);
  const unlabeled = items.filter(({ metadata: { labels } }) => labels[ZONE_LABEL] !== undefined && labels[EBS_ZONE_LABEL] === undefined);
  if (unlabeled.length === 0 || !await hasEbsDriver(api)) return;
  for (const { metadata: { name, labels } } of unlabeled) {
    await api.patch(NODES, { name }, { metadata: { labels: { [EBS_ZONE_LABEL]: labels[ZONE_LABEL] ?? '' } } });
  }
}

async function nodeBody(api: KubernetesApi, name: string): Promise<JsonObject | undefined> {
  const { items } = await api.listBodies(NODES, { fieldSelector: `metadata.name=${name}` });
  return items[0];
}
