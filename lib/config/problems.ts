import type * as z from 'zod';
import { isJsonObject, type JsonObject, valueAt } from '../json';
import { LabError, type LabErrorOptions } from '../lab-error';
import { type ConfigField, configFields } from './fields';
import { nearestKeys } from './nearest-key';
import type { Violation } from './values';

const OVERRIDE = 'override ';

/** How a problem names an override. */
export function originOfOverride(name: string): string {
  return `${OVERRIDE}${name}`;
}

/** Whether a problem is about an override. */
function isOverrideOrigin(origin: string | undefined): boolean {
  return origin?.startsWith(OVERRIDE) ?? false;
}

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The key, such as `karpenter.limits.cpu` or `apiAccess[1]`. */
  readonly path: string;
  /** What is wrong with it, as zod says it: `Too small: expected number to be >=2`. */
  readonly message: string;
  /** The value as the user wrote it. */
  readonly received: unknown;
  /** What would be accepted, as a noun phrase. */
  readonly allowed: string;
  /** What to do about it. */
  readonly remedy: string;
  /**
   * Where the value comes from: `lab.yaml:12`, or `override scale`.
   *
   * @default - the value is a default
   */
  readonly origin?: string;
}

/** The configuration was refused. It carries every problem found, not only the first. */
export class InvalidConfig extends LabError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super({
      code: 'InvalidConfig',
      message: `The configuration has ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}.`,
      remedy: 'Correct it and run the command again; nothing was changed. docs/configuration.md describes every key.',
    });
    this.name = 'InvalidConfig';
    this.problems = problems;
  }
}

/** The configuration file cannot be read, or is no YAML. */
export class ConfigFileError extends LabError {
  constructor(options: LabErrorOptions) {
    super(options);
    this.name = 'ConfigFileError';
  }
}

/** A value as it would stand in YAML's flow style; text in quotes, so that `"5"` and `5` differ. */
export function renderValue(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The fields of the schema by key, so that an issue finds the documentation of its key. */
type FieldsByKey = ReadonlyMap<string, ConfigField>;

/** The place that a value comes from; undefined for a default. */
export type OriginOf = (path: Path) => string | undefined;

/** What the schema refuses, in zod's words and with a remedy from the documentation of the key: one problem a value. */
export function schemaProblems(issues: readonly Issue[], input: JsonObject, originOf: OriginOf): readonly ConfigProblem[] {
  const fields: FieldsByKey = new Map(configFields().map((field) => [field.key, field]));
  const issueByPath = new Map<string, Issue>();
  for (const issue of issues) {
    const path = renderPath(issue.path);
    const earlier = issueByPath.get(path);
    // A check of our own knows more than the pattern or the range beside it.
    if (earlier === undefined || (violationOf(earlier) === undefined && violationOf(issue) !== undefined)) {
      issueByPath.set(path, issue);
    }
  }
  return [...issueByPath.values()].flatMap((issue) => problemsOf(issue, input, fields, originOf));
}

/** The key that an issue belongs to: `karpenter.architectures` for an issue of its second element. */
export function keyOf(path: Path, keys: Iterable<string>): string | undefined {
  const known = new Set(keys);
  return prefixesOf(path).find((prefix) => known.has(prefix));
}

/** The path and the paths above it, with dots, longest first. */
export function prefixesOf(path: Path): readonly string[] {
  return path.map((_, index) => path.slice(0, path.length - index).join('.'));
}

function problemsOf(issue: Issue, input: JsonObject, fields: FieldsByKey, originOf: OriginOf): readonly ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { ...unknownKeyProblem(path.join('.'), valueAt(input, ...path), [...fields.keys()]), origin: originOf(path) };
    });
  }
  const path = renderPath(issue.path);
  const origin = originOf(issue.path);
  const isKeyOfMap = issue.code === 'invalid_key';
  const received = isKeyOfMap ? issue.path.at(-1) : valueAt(input, ...issue.path);
  const field = fields.get(keyOf(issue.path, fields.keys()) ?? '');
  const violation = violationOf(issue);
  const remedy = field === undefined
    ? 'Write one key a line, such as region: ap-northeast-2.'
    : remedyFor(field, received, { isElement: path !== field.key, isOverride: isOverrideOrigin(origin) });
  return [{
    path,
    message: (isKeyOfMap ? issue.issues[0]?.message : undefined) ?? issue.message,
    received,
    allowed: violation?.allowed ?? field?.allowed ?? 'keys and their values',
    remedy: violation?.remedy ?? remedy,
    origin,
  }];
}

function violationOf(issue: Issue): Violation | undefined {
  if (issue.code === 'invalid_key') {
    return issue.issues.map(violationOf).find((violation) => violation !== undefined);
  }
  // The only custom issues of the schema are those of `refusing`, which puts the violation here.
  return issue.code === 'custom' ? issue.params?.violation as Violation : undefined;
}

/** Where a value stands. */
interface ValuePlace {
  /** Whether it is an element of a list, or a tag, and not the value of the key. */
  readonly isElement: boolean;
  /** Whether it was given by `-c`, where YAML is of no use. */
  readonly isOverride: boolean;
}

function remedyFor(field: ConfigField, received: unknown, { isElement, isOverride }: ValuePlace): string {
  if (field.kind === 'group') return remedyForGroup(field, isOverride && typeof received === 'string');
  // A number was text after `-c`.
  const isArgument = isOverride && (typeof received === 'string' || (typeof received === 'number' && field.kind === 'whole number'));
  if (isArgument && field.remedy === undefined) return overrideRemedy(field);
  const example = renderValue(field.examples?.[0] ?? field.default);
  if (received === null) {
    return `Give ${field.key} a value, such as ${example}, or remove the key to take its default.`;
  }
  if ((field.kind === 'text' || isElement) && (typeof received === 'number' || typeof received === 'boolean')) {
    return `Put it in quotes: YAML reads ${String(received)} without them as a ${typeof received}.`;
  }
  const showsExample = field.kind !== 'list' && field.allowed.includes('such as');
  return field.remedy ?? `Set ${field.key} to ${field.allowed}${showsExample ? '' : `, for example ${example}`}.`;
}

function remedyForGroup({ key, allowed }: ConfigField, isOverride: boolean): string {
  const single = configFields().find((field) => field.kind !== 'group' && field.key.startsWith(`${key}.`));
  return isOverride
    ? `Give its keys one by one, such as -c ${single?.key}=${argumentText(single?.examples?.[0] ?? single?.default)}.`
    : `Write below ${key}, each on a line of its own, any of ${allowed}; or remove ${key}.`;
}

/** What to write after `-c` instead. */
function overrideRemedy({ key, kind, allowed, examples, default: usual }: ConfigField): string {
  const [example] = examples ?? [usual];
  if (kind === 'map' && isJsonObject(example)) {
    const [name, value] = Object.entries(example)[0] ?? [];
    return `Give its keys one by one, such as -c ${key}.${name}=${argumentText(value)}.`;
  }
  return `Give ${allowed}: -c ${key}=${argumentText(example)}.`;
}

/** A value as it stands after the equals sign of `-c`. */
function argumentText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function renderPath(path: Path): string {
  return path.map((part, index) => {
    if (typeof part === 'number') {
      return `[${part}]`;
    }
    return index === 0 ? String(part) : `.${String(part)}`;
  }).join('') || 'lab.yaml';
}

/** The problem of a key that the configuration does not have, with the nearest that it has. */
export function unknownKeyProblem(key: string, received: unknown, knownKeys: readonly string[]): ConfigProblem {
  const nearest = nearestKeys(key, knownKeys);
  return {
    path: key,
    message: `Unrecognized key: ${renderValue(key)}`,
    received,
    allowed: nearest.length === 0 ? 'a known key; none is near this one' : `a known key; the nearest is ${nearest.join(' or ')}`,
    remedy: remedyForUnknownKey(key, nearest),
  };
}

function remedyForUnknownKey(key: string, nearest: readonly string[]): string {
  if (nearest.length === 0) {
    return `Remove ${key}: no key is near it. docs/configuration.md lists all keys.`;
  }
  // On the command line a key has dots, in YAML it is nested.
  return nearest.includes(key)
    ? `Nest it: write each part of ${key} as a key below the one before.`
    : `Write ${nearest.join(' or ')} instead of ${key}, or remove it.`;
}
