import { textAt } from '../json';
import { NAMESPACES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { DEFAULT_NAMESPACE, type ResourceKind, SYSTEM_NAMESPACES } from '../kubernetes/objects';
import { existing, type NamedObject, objectName, readNamedObject, stillThere } from './named-objects';

/** An object behind which there may be something in AWS that its controller removes with it. */
export interface AwsBacked extends NamedObject {
  /** Whether there may be something in AWS behind this one. */
  readonly isInAws: boolean;
}

/**
 * Kinds by which Kubernetes makes load balancers and volumes. Whoever removes those must still run when the objects go:
 * the cloud controller, a load balancer controller, the EBS CSI driver.
 */
export const AWS_BACKED_KINDS: readonly ResourceKind<AwsBacked>[] = [
  {
    apiVersion: 'v1', kind: 'Service', plural: 'services', isNamespaced: true,
    read: (body) => ({ ...readNamedObject(body), isInAws: textAt(body, 'spec', 'type') === 'LoadBalancer' }),
  },
  {
    apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', plural: 'ingresses', isNamespaced: true,
    read: (body) => ({ ...readNamedObject(body), isInAws: true }),
  },
  {
    apiVersion: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', isNamespaced: true,
    read: (body) => ({ ...readNamedObject(body), isInAws: true }),
  },
];

/**
 * Volumes that go with their claim. No controller removes one with the policy Retain, or one that was never claimed, so a drain
 * does not wait for them; what they are in AWS, the sweep lists and removes.
 */
export const PERSISTENT_VOLUMES: ResourceKind<AwsBacked> = {
  apiVersion: 'v1', kind: 'PersistentVolume', plural: 'persistentvolumes', isNamespaced: false,
  read: (body) => ({
    ...readNamedObject(body),
    isInAws: textAt(body, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete' && textAt(body, 'spec', 'claimRef', 'name') !== undefined,
  }),
};

const named = (apiVersion: string, kind: string, plural: string): ResourceKind<NamedObject> => ({
  apiVersion, kind, plural, isNamespaced: true, read: readNamedObject,
});

/** Kinds that make pods, and pods themselves. Those that belong to another object go with it. */
export const POD_MAKING_KINDS: readonly ResourceKind<NamedObject>[] = [
  named('apps/v1', 'Deployment', 'deployments'),
  named('apps/v1', 'StatefulSet', 'statefulsets'),
  named('apps/v1', 'DaemonSet', 'daemonsets'),
  named('apps/v1', 'ReplicaSet', 'replicasets'),
  named('batch/v1', 'CronJob', 'cronjobs'),
  named('batch/v1', 'Job', 'jobs'),
  named('v1', 'ReplicationController', 'replicationcontrollers'),
  named('v1', 'Pod', 'pods'),
];

/** What a step of a drain did, and what it still waits for. */
export interface DrainStep {
  readonly deleted: readonly string[];
  readonly remaining: readonly string[];
}

/**
 * Asks for the deletion of what students run: all namespaces but the system's and those to keep; in `default`, which cannot be
 * deleted, all that makes pods; and everywhere what has a load balancer or a volume in AWS.
 *
 * It waits for the load balancers and volumes only. Pods end with their nodes, at the latest; waiting for them here would wait
 * for ever for one on a node that no longer answers.
 */
export async function drainWorkloads(api: KubernetesApi, keptNamespaces: readonly string[]): Promise<DrainStep> {
  const kept = new Set([...SYSTEM_NAMESPACES, ...keptNamespaces]);
  const deleted = [
    ...await deleteWhere(api, NAMESPACES, ({ metadata }) => !kept.has(metadata.name)),
    ...(await inTurn(POD_MAKING_KINDS, (kind) =>
      deleteWhere(api, kind, ({ metadata }) => metadata.namespace === DEFAULT_NAMESPACE && metadata.owners.length === 0))),
    // Those in other namespaces go with their namespace.
    ...(await inTurn(AWS_BACKED_KINDS, (kind) =>
      deleteWhere(api, kind, ({ metadata, isInAws }) => isInAws && kept.has(metadata.namespace ?? '')))),
  ];
  const remaining = await inTurn([...AWS_BACKED_KINDS, PERSISTENT_VOLUMES], async (kind) =>
    (await existing(api, kind)).filter(({ isInAws }) => isInAws).map((object) => stillThere(kind, object)));
  return { deleted, remaining };
}

/**
 * Asks for the deletion of some objects of a kind; those for which it was asked already are left alone.
 *
 * @returns their names
 */
export async function deleteWhere<T extends NamedObject>(
  api: KubernetesApi, kind: ResourceKind<T>, isMeant: (object: T) => boolean
): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const object of await existing(api, kind)) {
    const { name, namespace, deletedAt } = object.metadata;
    if (deletedAt !== undefined || !isMeant(object)) continue;
    if (await api.delete(kind, { name, namespace })) deleted.push(objectName(kind, object.metadata));
  }
  return deleted;
}

async function inTurn<T>(items: readonly T[], ask: (item: T) => Promise<readonly string[]>): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const item of items) answers.push(...await ask(item));
  return answers;
}
