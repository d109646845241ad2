import { type PolicyCondition, policyNotUnderstood, type PolicyStatement } from './policy-document';
import { type ConditionKeys, matchesText, type TextPattern, textPattern } from './policy-text';

/** Compares a value of the request with a value of the policy. */
type Comparison = (value: string, pattern: TextPattern) => boolean;

interface Operator {
  readonly compare: Comparison;
  /** Whether it asks for a value that none of the policy's is like. */
  readonly isNegated: boolean;
  /** Whether `*` and `?` stand for any text and any character. */
  readonly hasWildcards: boolean;
}

const isSame: Comparison = (value, pattern) => matchesText(value, pattern);
const isSameInAnyCase: Comparison = (value, pattern) => matchesText(value.toLowerCase(), pattern.map((part) => typeof part === 'string' ? part.toLowerCase() : part));

/** Each of the six parts of an ARN by itself. The last one may hold colons. */
const isLikeArn: Comparison = (value, pattern) => {
  const parts = arnParts([...value]);
  const patterns = arnParts(pattern.flatMap((part): TextPattern => typeof part === 'string' ? [...part] : [part]));
  return parts.length === patterns.length && patterns.every((part, index) => matchesText(parts[index]?.join('') ?? '', part));
};

function arnParts<Character extends string | symbol>(characters: readonly Character[]): readonly (readonly Character[])[] {
  const parts: Character[][] = [[]];
  for (const character of characters) {
    if (character === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(character);
  }
  return parts;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: isSame, isNegated: false, hasWildcards: false },
  StringNotEquals: { compare: isSame, isNegated: true, hasWildcards: false },
  StringEqualsIgnoreCase: { compare: isSameInAnyCase, isNegated: false, hasWildcards: false },
  StringLike: { compare: isSame, isNegated: false, hasWildcards: true },
  StringNotLike: { compare: isSame, isNegated: true, hasWildcards: true },
  ArnEquals: { compare: isLikeArn, isNegated: false, hasWildcards: true },
  ArnLike: { compare: isLikeArn, isNegated: false, hasWildcards: true },
  ArnNotEquals: { compare: isLikeArn, isNegated: true, hasWildcards: true },
  ArnNotLike: { compare: isLikeArn, isNegated: true, hasWildcards: true },
  Bool: { compare: isSameInAnyCase, isNegated: false, hasWildcards: false },
};

const WRITTEN_OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/** The id of the caller with the name of its session. AWS writes this key in small letters, unlike its others. */
export const USER_ID_KEY = 'aws:userid';

/** Keys that are there whenever AWS would have them, in small letters. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'aws:principalaccount', 'aws:principalarn', 'aws:requestedregion', 'aws:securetransport', 'aws:sourceaccount', 'aws:sourcearn', 'aws:tagkeys', USER_ID_KEY,
  'arc-zonal-shift:resourceidentifier', 'cloudformation:rolearn', 'ec2:createaction', 'iam:passedtoservice', 's3:resourceaccount', 'sts:awsservicename', 'sts:externalid',
  'sts:rolesessionname',
]);

const KNOWN_TAG_KEY = /^(?:aws:(?:request|resource|principal)tag|ec2:resourcetag)\//;

function isKnownKey(key: string): boolean {
  return KNOWN_KEYS.has(key) || KNOWN_TAG_KEY.test(key);
}

/**
 * Whether a condition of a statement holds.
 *
 * @throws AwsFault `NotImplemented` that names an operator which is not known, or a key which is not known and would let the
 * request pass by not being there
 */
export function conditionHolds(statement: PolicyStatement, condition: PolicyCondition, keys: ConditionKeys): boolean {
  const key = condition.key.toLowerCase();
  const value = keys.get(key);
  const holds = holdsFor(value, statement, condition, keys);
  if (value === undefined && !isKnownKey(key) && holds === (statement.effect === 'Allow')) {
    throw policyNotUnderstood(statement.policy, `${statement.name}: the key ${condition.key}`);
  }
  return holds;
}

function holdsFor(value: string | readonly string[] | undefined, statement: PolicyStatement, condition: PolicyCondition, keys: ConditionKeys): boolean {
  const [, quantifier, name = '', ifExists] = WRITTEN_OPERATOR.exec(condition.operator) ?? [];
  if (name === 'Null' && quantifier === undefined && ifExists === undefined) {
    return condition.values.some((wanted) => (wanted.toLowerCase() === 'true') === (value === undefined));
  }
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) throw policyNotUnderstood(statement.policy, `${statement.name}: the operator ${condition.operator}`);
  if (typeof value === 'object' && quantifier === undefined) {
    throw policyNotUnderstood(statement.policy, `${statement.name}: ${condition.operator} of ${condition.key}, which has several values, without ForAllValues or ForAnyValue`);
  }
  if (value === undefined && ifExists !== undefined) return true;

  const patterns = condition.values.flatMap((written) => {
    const pattern = textPattern(written, { hasWildcards: operator.hasWildcards, variables: statement.hasVariables ? keys : undefined });
    return pattern === undefined ? [] : [pattern];
  });
  const fits = (one: string): boolean => patterns.some((pattern) => operator.compare(one, pattern)) !== operator.isNegated;
  if (quantifier === 'ForAllValues') return [value ?? []].flat().every(fits);
  if (quantifier === 'ForAnyValue') return [value ?? []].flat().some(fits);
  // A key that is not there is like nothing.
  return typeof value === 'string' ? fits(value) : operator.isNegated;
}
