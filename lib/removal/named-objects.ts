import type { JsonObject } from '../json';
import { KubernetesRequestRefused } from '../kubernetes/api-request';
import { DEPLOYMENTS } from '../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi, Selection } from '../kubernetes/kubernetes-api';
import {
  type Conditioned, type ObjectMetadata, type ObjectReference, readConditions, readMetadata, type ResourceKind, unmetConditions,
} from '../kubernetes/objects';
import { listed } from '../words';

/** An object of any kind, as far as a drain looks at it. */
export interface NamedObject extends Conditioned {
  readonly metadata: ObjectMetadata;
}

/** Reads of an object what every kind has. */
export function readNamedObject(body: JsonObject): NamedObject {
  return { metadata: readMetadata(body), conditions: readConditions(body) };
}

/** All objects of a kind, or those of a selection. A kind that the cluster does not know, such as one whose CRD is gone, has none. */
export async function existing<T>(api: KubernetesApi, kind: ResourceKind<T>, selection: Selection = {}): Promise<readonly T[]> {
  try {
    return (await api.list(kind, selection)).items;
  } catch (error) {
    if (error instanceof KubernetesRequestRefused && error.status === 404) return [];
    throw error;
  }
}

/** `NodePool default`, `Service web/shop`. */
export function objectName(kind: Pick<ResourceKind<unknown>, 'kind'>, { namespace, name }: Pick<ObjectMetadata, 'namespace' | 'name'>): string {
  return `${kind.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/**
 * Why an object is still there, in one sentence that names it and what holds it.
 *
 * @param reasons what is known of it besides its finalizers
 */
export function stillThere(kind: Pick<ResourceKind<unknown>, 'kind'>, object: NamedObject, reasons: readonly string[] = unmetConditions(object)): string {
  const { metadata } = object;
  const held = metadata.finalizers.length === 0 ? 'is still there' : `is held by ${listed(metadata.finalizers)}`;
  return `${objectName(kind, metadata)} ${held}${reasons.length === 0 ? '' : `: ${reasons.map((reason) => reason.replace(/\.$/, '')).join('; ')}`}.`;
}

/** Finalizers that only Karpenter clears, by the kinds that have them. */
const FINALIZERS: readonly (readonly [kind: ResourceKind<NamedObject>, finalizer: string])[] = [
  [NODE_POOLS, 'karpenter.sh/termination'],
  [NODE_CLAIMS, 'karpenter.sh/termination'],
  [EC2_NODE_CLASSES, 'karpenter.k8s.aws/termination'],
];

/**
 * Whether Karpenter does not run, so that nobody clears its finalizers: its Deployment is gone, or none of its pods is ready.
 *
 * @param controller Karpenter's Deployment
 */
export async function isAbandoned(api: KubernetesApi, controller: ObjectReference): Promise<boolean> {
  const deployment = await api.get(DEPLOYMENTS, controller);
  return deployment === undefined || deployment.readyReplicas === 0;
}

/**
 * Removes Karpenter's finalizers from NodePools, NodeClaims and EC2NodeClasses whose deletion was asked for. Other finalizers stay.
 *
 * Only for a cluster without Karpenter of which EC2 shows no instance: a NodeClaim is the only trace of a node that runs.
 *
 * @returns the names of these objects
 */
export async function releaseAbandoned(api: KubernetesApi): Promise<readonly string[]> {
  const released: string[] = [];
  for (const [kind, finalizer] of FINALIZERS) {
    for (const { metadata } of await existing(api, kind)) {
      if (metadata.deletedAt === undefined || !metadata.finalizers.includes(finalizer)) continue;
      const finalizers = metadata.finalizers.filter((name) => name !== finalizer);
      await api.patch(kind, { name: metadata.name }, { metadata: { uid: metadata.uid, finalizers } });
      released.push(objectName(kind, metadata));
    }
  }
  return released;
}
