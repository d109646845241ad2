import { arrayAt, isJsonObject, type JsonObject, textAt } from '../json';
import { NAMESPACES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { DEFAULT_NAMESPACE, type ResourceKind, SYSTEM_NAMESPACES } from '../kubernetes/objects';
import { NETWORKING_API } from '../well-known-keys';
import type { Deletions } from './deletions';
import { existing, type NamedObject, readNamedObject, stillThere } from './named-objects';

/** An object behind which there may be something in AWS that its controller removes with it. */
export interface AwsBacked extends NamedObject {
  /** Whether there may be something in AWS behind this one. */
  readonly isInAws: boolean;
}

/** Kinds behind which there are load balancers. A Gateway is known only where its CRD is installed. */
const LOAD_BALANCER_KINDS: readonly ResourceKind<AwsBacked>[] = [
  {
    apiVersion: 'v1', kind: 'Service', plural: 'services', isNamespaced: true,
    read: (body) => ({ ...readNamedObject(body), isInAws: textAt(body, 'spec', 'type') === 'LoadBalancer' }),
  },
  {
    apiVersion: NETWORKING_API, kind: 'Ingress', plural: 'ingresses', isNamespaced: true,
    read: (body) => ({ ...readNamedObject(body), isInAws: true }),
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', plural: 'gateways', isNamespaced: true,
    read: (body) => ({ ...readNamedObject(body), isInAws: true }),
  },
];

const VOLUME_CLAIMS: ResourceKind<AwsBacked> = {
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', isNamespaced: true,
  read: (body) => ({ ...readNamedObject(body), isInAws: true }),
};

/**
 * Kinds by which Kubernetes makes load balancers and volumes. Whoever removes those must still run when the objects go:
 * the cloud controller, a load balancer controller, the EBS CSI driver.
 */
export const AWS_BACKED_KINDS: readonly ResourceKind<AwsBacked>[] = [...LOAD_BALANCER_KINDS, VOLUME_CLAIMS];

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

/** Something that makes pods, or a pod. */
interface PodMaker extends NamedObject {
  /** Whether its pods mount a PersistentVolumeClaim. */
  readonly mountsClaims: boolean;
}

const named = (apiVersion: string, kind: string, plural: string, ...podPath: readonly string[]): ResourceKind<PodMaker> => ({
  apiVersion, kind, plural, isNamespaced: true,
  read: (body) => ({ ...readNamedObject(body), mountsClaims: mountsClaims(body, podPath) }),
});

function mountsClaims(body: JsonObject, podPath: readonly string[]): boolean {
  const volumes = arrayAt(body, ...podPath, 'spec', 'volumes');
  return arrayAt(body, 'spec', 'volumeClaimTemplates').length > 0
    || volumes.some((volume) => isJsonObject(volume) && ('persistentVolumeClaim' in volume || 'ephemeral' in volume));
}

/** Where a kind that makes pods describes them. */
const TEMPLATE = ['spec', 'template'];

/** Kinds that make pods, and pods themselves. Those that belong to another object go with it. */
export const POD_MAKING_KINDS: readonly ResourceKind<PodMaker>[] = [
  named('apps/v1', 'Deployment', 'deployments', ...TEMPLATE),
  named('apps/v1', 'StatefulSet', 'statefulsets', ...TEMPLATE),
  named('apps/v1', 'DaemonSet', 'daemonsets', ...TEMPLATE),
  named('apps/v1', 'ReplicaSet', 'replicasets', ...TEMPLATE),
  named('batch/v1', 'CronJob', 'cronjobs', 'spec', 'jobTemplate', ...TEMPLATE),
  named('batch/v1', 'Job', 'jobs', ...TEMPLATE),
  named('v1', 'ReplicationController', 'replicationcontrollers', ...TEMPLATE),
  named('v1', 'Pod', 'pods'),
];

/**
 * Asks for the deletion of what students run, in an order in which no controller goes before what it must clean up:
 *
 * 1. everywhere, what has a load balancer or a volume in AWS;
 * 2. once no load balancer is left, what mounts volumes: a claim stays while a pod uses it;
 * 3. once no volume is left either, all namespaces but the system's and those to keep, and in `default`, which cannot be
 *    deleted, all that makes pods.
 *
 * What belongs to another object goes with that, and does not hold the next step: its owner would make it anew.
 *
 * Pods end with their nodes, at the latest; waiting for them here would wait for ever for one on a node that no longer answers.
 *
 * @param deletions where it asks
 * @returns the load balancers and volumes that are left, a sentence each
 */
export async function drainWorkloads(api: KubernetesApi, keptNamespaces: readonly string[], deletions: Deletions): Promise<readonly string[]> {
  const kept = new Set([...SYSTEM_NAMESPACES, ...keptNamespaces]);
  const isOwned = ({ metadata }: NamedObject): boolean => metadata.owners.length > 0;
  for (const kind of AWS_BACKED_KINDS) {
    await deletions.request(kind, (object) => object.isInAws && (kept.has(object.metadata.namespace ?? '') || !isOwned(object)));
  }
  const loadBalancers = await leftOf(api, LOAD_BALANCER_KINDS);
  if (!loadBalancers.some(holdsNextStep)) {
    for (const kind of POD_MAKING_KINDS) {
      await deletions.request(kind, (object) => object.mountsClaims && !isOwned(object)
        && (object.metadata.namespace === DEFAULT_NAMESPACE || !kept.has(object.metadata.namespace ?? '')));
    }
  }
  const volumes = await leftOf(api, [VOLUME_CLAIMS, PERSISTENT_VOLUMES]);
  if (![...loadBalancers, ...volumes].some(holdsNextStep)) {
    await deletions.request(NAMESPACES, ({ metadata }) => !kept.has(metadata.name));
    for (const kind of POD_MAKING_KINDS) {
      await deletions.request(kind, (object) => object.metadata.namespace === DEFAULT_NAMESPACE && !isOwned(object));
    }
  }
  return [...loadBalancers, ...volumes].map(({ kind, object }) => stillThere(kind, object));
}

interface Left {
  readonly kind: ResourceKind<AwsBacked>;
  readonly object: AwsBacked;
}

async function leftOf(api: KubernetesApi, kinds: readonly ResourceKind<AwsBacked>[]): Promise<readonly Left[]> {
  const left: Left[] = [];
  for (const kind of kinds) {
    for (const object of await existing(api, kind)) {
      if (object.isInAws) left.push({ kind, object });
    }
  }
  return left;
}

function holdsNextStep({ object: { metadata } }: Left): boolean {
  return metadata.owners.length === 0 || metadata.deletedAt !== undefined;
}
