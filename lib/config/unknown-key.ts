import { nearestKey } from './nearest-key';
import type { ConfigProblem } from './problems';

/** The problem of a key that the configuration does not have, with the nearest that it has. */
export function unknownKeyProblem(key: string, received: unknown, knownKeys: readonly string[]): ConfigProblem {
  const nearest = nearestKey(key, knownKeys);
  if (nearest === undefined) {
    return {
      path: key,
      received,
      allowed: 'a known key; none is near this one',
      remedy: `Remove ${key}. docs/configuration.md lists the keys.`,
    };
  }
  return {
    path: key,
    received,
    allowed: `a known key; the nearest is ${nearest}`,
    // On the command line a key has dots, in YAML it is nested.
    remedy: nearest === key
      ? `Nest it: write each part of ${key} as a key below the one before.`
      : `Write ${nearest} instead of ${key}, or remove it.`,
  };
}
