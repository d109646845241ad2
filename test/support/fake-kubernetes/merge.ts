import { isJsonObject, type JsonValue } from '../../../lib/json';

/** A JSON merge patch: objects key by key, null removes a key, everything else replaces. */
export function merged(before: JsonValue | undefined, change: JsonValue): JsonValue {
  if (!isJsonObject(change)) return change;
  const base = isJsonObject(before) ? before : {};
  const keys = [...new Set([...Object.keys(base), ...Object.keys(change)])];
  return Object.fromEntries(keys.flatMap((key) => {
    const changed = change[key];
    if (changed === null) return [];
    return [[key, changed === undefined ? base[key] ?? null : merged(base[key], changed)] as const];
  }));
}
