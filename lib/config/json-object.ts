/** A map as YAML and JSON have it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a map, not a list or a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The map with a value at a path. Maps on the way are made where none are; where something else
 * stands in the way it stays, for the check of the whole to find.
 */
export function withValueAt(map: JsonObject, [name, ...rest]: readonly string[], value: unknown): JsonObject {
  if (name === undefined) {
    return map;
  }
  if (rest.length === 0) {
    return { ...map, [name]: value };
  }
  const child = Object.hasOwn(map, name) ? map[name] : {};
  return isJsonObject(child) ? { ...map, [name]: withValueAt(child, rest, value) } : map;
}

/** The map without what is at a path. */
export function withoutPath(map: JsonObject, [name, ...rest]: readonly string[]): JsonObject {
  if (name === undefined) {
    return map;
  }
  const { [name]: child, ...others } = map;
  return rest.length > 0 && isJsonObject(child) ? { ...others, [name]: withoutPath(child, rest) } : others;
}
