import { DEPLOYMENTS } from '../kubernetes/deployment';
import { EC2_NODE_CLASSES } from '../kubernetes/ec2-node-class';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { NODE_CLAIMS } from '../kubernetes/node-claim';
import { NODE_POOLS } from '../kubernetes/node-pool';
import type { ObjectReference, ResourceKind } from '../kubernetes/resource-kind';
import { existing, objectName, type NamedObject } from './named-object';

/** Finalizers that only Karpenter clears, by the kinds that have them. */
const FINALIZERS: readonly (readonly [kind: ResourceKind<NamedObject>, finalizer: string])[] = [
  [NODE_POOLS, 'karpenter.sh/termination'],
  [NODE_CLAIMS, 'karpenter.sh/termination'],
  [EC2_NODE_CLASSES, 'karpenter.k8s.aws/termination'],
];

/**
 * Whether nobody will ever let go of what waits for Karpenter: its Deployment is gone, or none of its pods is ready.
 *
 * @param controller Karpenter's Deployment
 */
export async function isAbandoned(api: KubernetesApi, controller: ObjectReference, signal?: AbortSignal): Promise<boolean> {
  const deployment = await api.get(DEPLOYMENTS, controller, signal);
  return deployment === undefined || deployment.readyReplicas === 0;
}

/**
 * Lets go of NodePools, NodeClaims and EC2NodeClasses whose deletion was asked for and that wait for Karpenter. Other finalizers stay.
 *
 * Only for a cluster that is abandoned and of which EC2 shows no instance: of a node that runs, the NodeClaim is the only trace.
 *
 * @returns their names
 */
export async function releaseAbandoned(api: KubernetesApi, signal?: AbortSignal): Promise<readonly string[]> {
  const released: string[] = [];
  for (const [kind, finalizer] of FINALIZERS) {
    for (const { metadata } of await existing(api, kind, signal)) {
      if (metadata.deletedAt === undefined || !metadata.finalizers.includes(finalizer)) continue;
      const finalizers = metadata.finalizers.filter((name) => name !== finalizer);
      await api.patch(kind, { name: metadata.name }, { metadata: { uid: metadata.uid, finalizers } }, signal);
      released.push(objectName(kind, metadata));
    }
  }
  return released;
}
