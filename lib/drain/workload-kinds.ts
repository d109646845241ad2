import { textAt } from '../assembly/json';
import type { ResourceKind } from '../kubernetes/resource-kind';
import { readNamedObject, type NamedObject } from './named-object';

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
export const VOLUMES: ResourceKind<AwsBacked> = {
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
