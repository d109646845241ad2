import type { JsonObject } from '../assembly/json';

/** A kind of object of the Kubernetes API, and how the lab reads one. */
export interface ResourceKind<T> {
  /** Such as `v1` or `karpenter.sh/v1`. */
  readonly apiVersion: string;
  /** Such as `NodePool`. */
  readonly kind: string;
  /** Such as `nodepools`: the name in paths. */
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Takes from an object the fields that the lab reads. */
  readonly read: (body: JsonObject) => T;
}

/** Which object. */
export interface ObjectReference {
  readonly name: string;
  /** @default - the object is cluster-wide */
  readonly namespace?: string;
}

/** Path of an object, or, without a name, of all objects of the kind. Without a namespace, those of all namespaces. */
export function resourcePath(kind: ResourceKind<unknown>, reference: Partial<ObjectReference>): string {
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const namespace = kind.isNamespaced && reference.namespace !== undefined ? `/namespaces/${reference.namespace}` : '';
  return `${root}${namespace}/${kind.plural}${reference.name === undefined ? '' : `/${reference.name}`}`;
}
