import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { NAMESPACES } from '../kubernetes/namespace';
import type { ResourceKind } from '../kubernetes/resource-kind';
import { existing, objectName, stillThere, type NamedObject } from './named-object';
import { AWS_BACKED_KINDS, POD_MAKING_KINDS, VOLUMES } from './workload-kinds';

/** The namespace that everybody uses who names none. Kubernetes refuses to delete it. */
const DEFAULT_NAMESPACE = 'default';

/** Namespaces that Kubernetes itself makes and needs. */
export const SYSTEM_NAMESPACES: readonly string[] = [DEFAULT_NAMESPACE, 'kube-system', 'kube-public', 'kube-node-lease'];

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
export async function drainWorkloads(api: KubernetesApi, keptNamespaces: readonly string[], signal?: AbortSignal): Promise<DrainStep> {
  const kept = new Set([...SYSTEM_NAMESPACES, ...keptNamespaces]);
  const deleted = [
    ...await deleteThose(api, NAMESPACES, ({ metadata }) => !kept.has(metadata.name), signal),
    ...(await inTurn(POD_MAKING_KINDS, (kind) =>
      deleteThose(api, kind, ({ metadata }) => metadata.namespace === DEFAULT_NAMESPACE && metadata.owners.length === 0, signal))),
    // Those in other namespaces go with their namespace.
    ...(await inTurn(AWS_BACKED_KINDS, (kind) =>
      deleteThose(api, kind, ({ metadata, isInAws }) => isInAws && kept.has(metadata.namespace ?? ''), signal))),
  ];
  const remaining = await inTurn([...AWS_BACKED_KINDS, VOLUMES], async (kind) =>
    (await existing(api, kind, signal)).filter(({ isInAws }) => isInAws).map((object) => stillThere(kind, object)));
  return { deleted, remaining };
}

/**
 * Asks for the deletion of some objects of a kind; those for which it was asked already are left alone.
 *
 * @returns their names
 */
export async function deleteThose<T extends NamedObject>(
  api: KubernetesApi, kind: ResourceKind<T>, isMeant: (object: T) => boolean, signal?: AbortSignal,
): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const object of await existing(api, kind, signal)) {
    const { name, namespace, deletedAt } = object.metadata;
    if (deletedAt !== undefined || !isMeant(object)) continue;
    if (await api.delete(kind, { name, namespace }, signal)) deleted.push(objectName(kind, object.metadata));
  }
  return deleted;
}

async function inTurn<T>(items: readonly T[], ask: (item: T) => Promise<readonly string[]>): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const item of items) answers.push(...await ask(item));
  return answers;
}
