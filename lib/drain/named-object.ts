import { readConditions, unmetConditions, type Conditioned } from '../kubernetes/condition';
import { readMetadata, type ObjectMetadata } from '../kubernetes/object-metadata';
import type { JsonObject } from '../assembly/json';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { KubernetesRequestRefused } from '../kubernetes/request-refused';
import type { ResourceKind } from '../kubernetes/resource-kind';
import { listed } from '../actions/plan/phrases';

/** An object of any kind, as far as a drain looks at it. */
export interface NamedObject extends Conditioned {
  readonly metadata: ObjectMetadata;
}

/** Reads of an object what every kind has. */
export function readNamedObject(body: JsonObject): NamedObject {
  return { metadata: readMetadata(body), conditions: readConditions(body) };
}

/** All objects of a kind. A kind that the cluster does not know, such as one whose CRD is gone, has none. */
export async function existing<T>(api: KubernetesApi, kind: ResourceKind<T>, signal?: AbortSignal): Promise<readonly T[]> {
  try {
    return (await api.list(kind, {}, signal)).items;
  } catch (error) {
    if (error instanceof KubernetesRequestRefused && error.status === 404) return [];
    throw error;
  }
}

/** `NodePool default`, `Service web/shop`. */
export function objectName(kind: Pick<ResourceKind<unknown>, 'kind'>, { namespace, name }: ObjectMetadata): string {
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
