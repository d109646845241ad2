/** Any value that JSON, and YAML of its core schema, can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON, or a map of YAML: keys to values. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * Parses JSON text.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseJson(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}

/** Whether a value is a JSON object: not null, not an array. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON array. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * The value under a path of keys, and of positions in arrays.
 *
 * @returns undefined where the path leads out of the value
 * @example
 * valueAt({ spec: { taints: [{ key: 'a' }] } }, 'spec', 'taints', 0, 'key'); // 'a'
 */
export function valueAt(value: JsonValue | undefined, ...path: readonly PropertyKey[]): JsonValue | undefined {
  let current = value;
  for (const key of path) {
    if (isJsonObject(current)) current = current[String(key)];
    else current = isJsonArray(current) && typeof key === 'number' ? current[key] : undefined;
  }
  return current;
}

/** The object under a path; an empty one where there is none. */
export function objectAt(value: JsonValue | undefined, ...path: readonly string[]): JsonObject {
  const found = valueAt(value, ...path);
  return isJsonObject(found) ? found : {};
}

/** The array under a path; an empty one where there is none. */
export function arrayAt(value: JsonValue | undefined, ...path: readonly string[]): readonly JsonValue[] {
  const found = valueAt(value, ...path);
  return isJsonArray(found) ? found : [];
}

/** A text as it is; any other value as JSON writes it. */
export function textOrJson(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? '';
}

/** The string under a path. A number comes out as text, because Kubernetes takes `cpu: 1` and `cpu: "1"` alike. */
export function textAt(value: JsonValue | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' ? found : undefined;
}

/** The number under a path. Text that is a number counts, because CloudFormation takes both. */
export function numberAt(value: JsonValue | undefined, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  if (typeof found === 'number') return found;
  if (typeof found !== 'string' || found.trim() === '') return undefined;
  const parsed = Number(found);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** The boolean under a path. The texts `true` and `false` count, because CloudFormation takes both. */
export function booleanAt(value: JsonValue | undefined, ...path: readonly string[]): boolean | undefined {
  const found = valueAt(value, ...path);
  if (found === true || found === 'true') return true;
  if (found === false || found === 'false') return false;
  return undefined;
}

/**
 * A copy of the object with a value at a path. Objects that are missing on the way are added. Where the path leads through a
 * value of another kind, nothing is set: the check of the whole configuration reports that value.
 */
export function withValueAt(object: JsonObject, [name, ...rest]: readonly string[], value: JsonValue): JsonObject {
  if (name === undefined) {
    return object;
  }
  if (rest.length === 0) {
    return { ...object, [name]: value };
  }
  const child = Object.hasOwn(object, name) ? object[name] : {};
  return isJsonObject(child) ? { ...object, [name]: withValueAt(child, rest, value) } : object;
}

/** A copy of the object without the value at a path. */
export function withoutPath(object: JsonObject, [name, ...rest]: readonly string[]): JsonObject {
  if (name === undefined) {
    return object;
  }
  const { [name]: child, ...others } = object;
  return rest.length > 0 && isJsonObject(child) ? { ...others, [name]: withoutPath(child, rest) } : others;
}
