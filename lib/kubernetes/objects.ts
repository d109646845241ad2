import { arrayAt, type JsonObject, type JsonValue, numberAt, objectAt, textAt } from '../json';
import { LabError } from '../lab-error';

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

/**
 * The kind of an object as a manifest has it. Its plural is that of the English word, which is how all kinds but Endpoints are called.
 *
 * @example
 * kindOf({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace: 'a', name: 'b' } }).plural // 'networkpolicies'
 */
export function kindOf(body: JsonObject): ResourceKind<JsonObject> {
  const kind = textAt(body, 'kind') ?? '';
  const word = kind.toLowerCase();
  const plural = word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}${word.endsWith('s') ? 'es' : 's'}`;
  return { apiVersion: textAt(body, 'apiVersion') ?? '', kind, plural, isNamespaced: textAt(body, 'metadata', 'namespace') !== undefined, read: (object) => object };
}

/** Name and namespace of an object. */
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

/** Metadata of an object. */
export interface ObjectMetadata {
  readonly name: string;
  /** @default - the object is cluster-wide */
  readonly namespace?: string;
  /** Tells an object from another one that later gets the same name. */
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** ISO 8601 in UTC, in whole seconds. */
  readonly createdAt: string;
  /** When deletion was asked for. @default - nobody asked */
  readonly deletedAt?: string;
  /** The object stays until controllers have removed all of these. */
  readonly finalizers: readonly string[];
  /** Owners: when they are deleted, this object is deleted too. */
  readonly owners: readonly OwnerReference[];
}

/** An object that another one belongs to. */
export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
}

/** Namespace of objects that name none. Kubernetes refuses to delete it. */
export const DEFAULT_NAMESPACE = 'default';

/** Namespaces that Kubernetes itself creates and needs. */
export const SYSTEM_NAMESPACES: readonly string[] = [DEFAULT_NAMESPACE, 'kube-system', 'kube-public', 'kube-node-lease'];

/** Namespace of an object of a namespaced kind: `default` where its manifest names none. */
export function namespaceOf({ metadata }: { readonly metadata: Pick<ObjectMetadata, 'namespace'> }): string {
  return metadata.namespace ?? DEFAULT_NAMESPACE;
}

/** Reads the metadata of an object. */
export function readMetadata(body: JsonObject): ObjectMetadata {
  const metadata = objectAt(body, 'metadata');
  return {
    name: textAt(metadata, 'name') ?? '',
    namespace: textAt(metadata, 'namespace'),
    uid: textAt(metadata, 'uid') ?? '',
    labels: readTexts(metadata['labels']),
    annotations: readTexts(metadata['annotations']),
    createdAt: textAt(metadata, 'creationTimestamp') ?? '',
    deletedAt: textAt(metadata, 'deletionTimestamp'),
    finalizers: arrayAt(metadata, 'finalizers').flatMap((finalizer) => textAt(finalizer) ?? []),
    owners: arrayAt(metadata, 'ownerReferences').map((owner) => ({ kind: textAt(owner, 'kind') ?? '', name: textAt(owner, 'name') ?? '' })),
  };
}

/**
 * When an object was last made to be something else, by the API server's clock, as ISO 8601 in UTC. What controllers write about its
 * state does not count. The API server keeps it, so it is the same after a restart.
 *
 * `kubectl scale` does not show in it: the API server notes no time for that. It shows in the Deployment's ReplicaSet, whose number
 * of pods the controller changes then.
 */
export function readChangedAt(body: JsonObject): string {
  return arrayAt(body, 'metadata', 'managedFields')
    .filter((entry) => textAt(entry, 'subresource') !== 'status')
    .flatMap((entry) => textAt(entry, 'time') ?? [])
    .reduce((latest, time) => time > latest ? time : latest, textAt(body, 'metadata', 'creationTimestamp') ?? '');
}

/** Keys and their texts, such as labels; numbers become text, other values are left out. */
export function readTexts(value: JsonValue | undefined): Readonly<Record<string, string>> {
  const object = objectAt(value);
  return Object.fromEntries(Object.keys(object).flatMap((key) => {
    const text = textAt(object, key);
    return text === undefined ? [] : [[key, text] as const];
  }));
}

/** A condition: what a controller says about an object, and since when. */
export interface Condition {
  /** Such as `Ready` or `Launched`. */
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** A word for programs. Empty where there is none. */
  readonly reason: string;
  /** A sentence for people. Empty where there is none. */
  readonly message: string;
  /** When the status last changed, as ISO 8601 in UTC, in whole seconds. */
  readonly since: string;
  /** Whether the controller has seen the object's latest change. */
  readonly isCurrent: boolean;
}

/** An object with conditions. */
export interface Conditioned {
  readonly conditions: readonly Condition[];
}

/** Reads `status.conditions`. */
export function readConditions(body: JsonValue | undefined): readonly Condition[] {
  const generation = numberAt(body, 'metadata', 'generation');
  return arrayAt(body, 'status', 'conditions').map((condition) => ({
    type: textAt(condition, 'type') ?? '',
    status: readStatus(textAt(condition, 'status')),
    reason: textAt(condition, 'reason') ?? '',
    message: textAt(condition, 'message') ?? '',
    since: textAt(condition, 'lastTransitionTime') ?? '',
    isCurrent: [undefined, generation].includes(numberAt(condition, 'observedGeneration')),
  }));
}

/** The condition of a type, where its status is True. */
export function trueCondition(object: Conditioned, type: string): Condition | undefined {
  return object.conditions.find((condition) => condition.type === type && condition.status === 'True');
}

/** Whether a condition holds. */
export function isTrue(object: Conditioned, type: string): boolean {
  return trueCondition(object, type) !== undefined;
}

/**
 * Conditions that do not hold, in words: `SubnetsReady is False: SubnetsNotFound, SubnetSelector did not match any Subnets`.
 *
 * A reason or message that only repeats the type says nothing, and is left out.
 */
export function unmetConditions(object: Conditioned): readonly string[] {
  return object.conditions.filter(({ status }) => status !== 'True').map(({ type, status, reason, message }) => {
    const why = [...new Set([reason, message])].filter((text) => text !== '' && text !== type);
    return `${type} is ${status}${why.length === 0 ? '' : `: ${why.join(', ')}`}`;
  });
}

function readStatus(text: string | undefined): Condition['status'] {
  return text === 'True' || text === 'False' ? text : 'Unknown';
}

/** Label of the lab's temporary objects: those of a class or a drill. Its value says what they are for. */
export const MADE_FOR_LABEL = 'karpenter-lab/made-for';

/**
 * Checks that the lab made an object, before the lab changes or deletes it.
 *
 * @throws LabError `ObjectNotOurs`
 */
export function checkOurs(kind: string, metadata: ObjectMetadata): void {
  if (MADE_FOR_LABEL in metadata.labels) return;
  throw new LabError({
    code: 'ObjectNotOurs',
    message: `${kind} ${metadata.name} exists, and the lab did not make it: it has no label ${MADE_FOR_LABEL}.`,
    received: metadata.name,
    remedy: `Rename or delete it: kubectl get ${kind.toLowerCase()} ${metadata.name}.`,
  });
}
