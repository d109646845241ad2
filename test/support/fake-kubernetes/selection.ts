import { textAt, type JsonObject } from '../../../lib/json';

/** Which objects of a collection are meant. */
export interface ObjectFilter {
  readonly namespace?: string;
  readonly labels: readonly (readonly [key: string, value?: string])[];
  readonly fields: readonly (readonly [path: string, value?: string])[];
}

/** Reads the selectors of a request. */
export function selectionOf(query: URLSearchParams, namespace: string | undefined): ObjectFilter {
  return { namespace, labels: pairs(query.get('labelSelector')), fields: pairs(query.get('fieldSelector')) };
}

/** Whether an object is meant. */
export function matches(object: JsonObject, { namespace, labels, fields }: ObjectFilter): boolean {
  if (namespace !== undefined && textAt(object, 'metadata', 'namespace') !== namespace) return false;
  return labels.every(([key, value]) => {
    const label = textAt(object, 'metadata', 'labels', key);
    return value === undefined ? label !== undefined : label === value;
  }) && fields.every(([path, value]) => textAt(object, ...path.split('.')) === value);
}

function pairs(text: string | null): readonly (readonly [string, string?])[] {
  return (text ?? '').split(',').filter((part) => part !== '').map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [part] as const : [part.slice(0, at), part.slice(at + 1)] as const;
  });
}
