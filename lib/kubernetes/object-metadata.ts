import { arrayAt, objectAt, textAt, type JsonObject, type JsonValue } from '../assembly/json';

/** What every Kubernetes object says of itself. */
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
  /** What must be done before the object can go. */
  readonly finalizers: readonly string[];
  /** Objects with whose deletion this one is deleted. */
  readonly owners: readonly OwnerReference[];
}

/** An object that another one belongs to. */
export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
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

/** Keys and their texts, such as labels; numbers become text, other values are left out. */
export function readTexts(value: JsonValue | undefined): Readonly<Record<string, string>> {
  const object = objectAt(value);
  return Object.fromEntries(Object.keys(object).flatMap((key) => {
    const text = textAt(object, key);
    return text === undefined ? [] : [[key, text] as const];
  }));
}
