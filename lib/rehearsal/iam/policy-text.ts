/**
 * What AWS knows of a request besides action and resource, by condition key. A list is a key that can have several values, such
 * as `aws:TagKeys`.
 */
export type ConditionKeys = ReadonlyMap<string, string | readonly string[]>;

/** Makes the keys of a request. Their names are not case-sensitive. Those without a value are left out. */
export function conditionKeys(keys: Readonly<Record<string, string | readonly string[] | undefined>>): ConditionKeys {
  return new Map(Object.entries(keys).flatMap(([key, value]) => value === undefined ? [] : [[key.toLowerCase(), value] as const]));
}

/** Stands for any text in a pattern. */
const ANY_TEXT = Symbol('*');

/** Stands for any one character in a pattern. */
const ANY_CHARACTER = Symbol('?');

/** A text of a policy in which wildcards are told from characters that only look like them. */
export type TextPattern = readonly (string | symbol)[];

/** How a text of a policy is read. */
export interface TextPatternOptions {
  /** Whether `*` and `?` are wildcards. */
  readonly hasWildcards: boolean;
  /** Values of `${key}`. @default - the text has no variables */
  readonly variables?: ConditionKeys;
}

/** A variable with its default, a wildcard, or one other character. */
const PARTS = /\$\{([^}]*)\}|[^]/gu;

/** `${key, 'default'}` */
const VARIABLE = /^([^,]+?)(?:,\s*'([^']*)')?$/;

/**
 * Reads a text of a policy.
 *
 * @returns undefined where it has a variable that the request gives no value: it is then like nothing
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function textPattern(text: string, { hasWildcards, variables }: TextPatternOptions): TextPattern | undefined {
  const pattern: (string | symbol)[] = [];
  for (const [part, variable] of text.matchAll(PARTS)) {
    if (variable !== undefined && variables !== undefined) {
      const value = valueOf(variable, variables);
      if (value === undefined) return undefined;
      pattern.push(value);
    } else if (hasWildcards && part === '*') pattern.push(ANY_TEXT);
    else if (hasWildcards && part === '?') pattern.push(ANY_CHARACTER);
    else pattern.push(part);
  }
  return pattern;
}

function valueOf(variable: string, variables: ConditionKeys): string | undefined {
  // How a policy writes the characters themselves.
  if (variable === '*' || variable === '?' || variable === '$') return variable;
  const [, key = variable, otherwise] = VARIABLE.exec(variable) ?? [];
  const value = variables.get(key.toLowerCase());
  return typeof value === 'string' ? value : otherwise;
}

/** Whether a whole text is like a pattern, in the same case. */
export function matchesText(text: string, pattern: TextPattern): boolean {
  const source = pattern.map((part) => {
    if (part === ANY_TEXT) return '[^]*';
    if (part === ANY_CHARACTER) return '[^]';
    return typeof part === 'string' ? part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : '';
  });
  return new RegExp(`^${source.join('')}$`, 'u').test(text);
}
