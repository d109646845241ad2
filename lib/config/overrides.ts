import { type ConfigField, configFields, KEY_ALIASES } from './fields';
import { isJsonObject, type JsonObject, type JsonValue, withValueAt } from '../json';
import { isNameOfKey, isSlipOf } from './nearest-key';
import { type ConfigProblem, originOfOverride, unknownKeyProblem } from './problems';
import { expecting } from './values';

/** Values that take precedence over those of the file, by key: `karpenter.limits.cpu`, or an alias such as `scale`. */
export type ConfigOverrides = Readonly<Record<string, JsonValue | undefined>>;

/** The content of a file with overrides merged into it. */
export interface OverriddenContent {
  readonly content: JsonObject;
  readonly problems: readonly ConfigProblem[];
  /** The name by which the user overrode a key: `scale` for `inflate.replicas`. */
  readonly nameByKey: ReadonlyMap<string, string>;
}

/**
 * Picks the configuration out of what follows `-c` on a command line of our own. There it belongs to us alone: an unknown key is
 * kept, so that {@link applyOverrides} refuses it. Only the CDK's feature flags are left out, whose names hold a colon or begin with `@`.
 */
export function overridesFromArguments(given: ConfigOverrides): ConfigOverrides {
  return Object.fromEntries(Object.entries(given).filter(([key]) => isKeyOfTags(key) || !(key.includes(':') || key.startsWith('@'))));
}

/**
 * Picks the configuration out of CDK context.
 *
 * Context is shared: the CDK keeps feature flags and look-ups in it, and `~/.cdk.json` and
 * `cdk.json` add the user's own keys. So an unknown key is no mistake here, unless it looks like
 * one of ours: a slip of the pen, the last word of a nested key, or a part of a name. Then it is
 * kept, and {@link applyOverrides} refuses it and names the nearest.
 */
export function overridesFromContext(context: ConfigOverrides): ConfigOverrides {
  const known = knownNames();
  return Object.fromEntries(Object.entries(context).filter(([key]) => (
    // The key of a tag may look like one of the CDK's: `tags.example.com/room`.
    isKeyOfTags(key) || (!isKeyOfCdk(key) && isMeantForUs(key, known))
  )));
}

/** Merges overrides into the content of a file. Text, as a command line gives it, becomes what the key holds. */
export function applyOverrides(content: JsonObject, overrides: ConfigOverrides): OverriddenContent {
  const fields = new Map(configFields().map((field) => [field.key, field]));
  const problems: ConfigProblem[] = [];
  const nameByKey = new Map<string, string>();
  let merged = content;
  for (const [name, given] of Object.entries(overrides)) {
    if (given === undefined) continue;
    const path = pathOf(KEY_ALIASES.get(name) ?? name, fields);
    if (path === undefined) {
      problems.push({ ...unknownKeyProblem(name, given, knownNames()), origin: originOfOverride(name) });
      continue;
    }
    for (const [keyPath, value] of keysBelow(path, given)) {
      const key = keyPath.join('.');
      const earlier = nameByKey.get(key);
      if (earlier !== undefined) {
        problems.push(givenTwice(key, earlier, name, value));
      }
      nameByKey.set(key, name);
      merged = withValueAt(merged, keyPath, coerced(value, fields.get(key)));
    }
  }
  return { content: merged, problems, nameByKey };
}

function knownNames(): readonly string[] {
  return [...configFields().map((field) => field.key), ...KEY_ALIASES.keys()];
}

/** Whether a key is one of a map, whose keys the author chooses: `tags.Course`. */
function isKeyOfTags(key: string): boolean {
  return configFields().some((field) => field.kind === 'map' && key.startsWith(`${field.key}.`));
}

function isKeyOfCdk(key: string): boolean {
  return /[:/]/.test(key) || key.startsWith('@') || key.startsWith('aws');
}

function isMeantForUs(key: string, known: readonly string[]): boolean {
  const [group] = key.split('.');
  return known.includes(key)
    || (key.includes('.') && known.includes(group ?? ''))
    || known.some((candidate) => isSlipOf(key, candidate) || isNameOfKey(key, candidate));
}

/** The path that an override sets; undefined for an unknown key. Below `tags` any key is known, even one with dots. */
function pathOf(key: string, fields: ReadonlyMap<string, ConfigField>): readonly string[] | undefined {
  if (fields.has(key)) {
    return key.split('.');
  }
  const map = [...fields.values()].find((field) => field.kind === 'map' && key.startsWith(`${field.key}.`));
  return map && [map.key, key.slice(map.key.length + 1)];
}

function coerced(value: JsonValue, field: ConfigField | undefined): JsonValue {
  if (typeof value !== 'string') {
    return value;
  }
  if (field?.kind === 'list') {
    return value.split(',').map((item) => item.trim()).filter((item) => item !== '');
  }
  // What is no number stays as it is, so that the problem shows what was written: "five".
  return field?.kind === 'whole number' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** The paths and values that an override sets. Of a map each key by itself, so that a group in the context keeps the keys it does not name. */
function keysBelow(path: readonly string[], value: JsonValue): readonly (readonly [readonly string[], JsonValue])[] {
  return isJsonObject(value)
    ? Object.entries(value).flatMap(([key, child]) => keysBelow([...path, key], child))
    : [[path, value]];
}

function givenTwice(key: string, earlier: string, name: string, value: JsonValue): ConfigProblem {
  return {
    path: key,
    message: expecting('one value'),
    received: value,
    allowed: 'one value',
    remedy: `Give ${earlier} or ${name}, not both: they are the same key.`,
    origin: originOfOverride(name),
  };
}
