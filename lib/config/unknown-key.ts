import { nearestKeys } from './nearest-key';
import type { ConfigProblem } from './problems';

/** The problem of a key that the configuration does not have, with the nearest that it has. */
export function unknownKeyProblem(key: string, received: unknown, knownKeys: readonly string[]): ConfigProblem {
  const nearest = nearestKeys(key, knownKeys);
  if (nearest.length === 0) {
    return {
      path: key,
      received,
      allowed: 'a known key; none is near this one',
      remedy: `Remove ${key}. docs/configuration.md lists the keys.`,
    };
  }
  const named = nearest.join(' or ');
  return {
    path: key,
    received,
    allowed: `a known key; the nearest is ${named}`,
    // On the command line a key has dots, in YAML it is nested.
    remedy: nearest.includes(key)
      ? `Nest it: write each part of ${key} as a key below the one before.`
      : `Write ${named} instead of ${key}, or remove it.`,
  };
}
