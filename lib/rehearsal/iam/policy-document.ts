import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseJson, textAt } from '../../json';
import { AwsFault } from '../aws-answers/aws-request';

/** What a statement is about: the values of an element, or everything but them, as `NotAction` says. */
export interface PolicyScope {
  readonly values: readonly string[];
  readonly isNegated: boolean;
}

/** One line of a statement's `Condition`: an operator, a key, and the values that it takes. */
export interface PolicyCondition {
  /** Such as `StringEquals` or `ForAllValues:StringLike`, as written. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** Whom a statement of a resource's policy is about, by kind: `AWS`, `Service`, `Federated`; `*` is everybody. */
export type PolicyPrincipals = '*' | ReadonlyMap<string, readonly string[]>;

/** A statement of a policy. */
export interface PolicyStatement {
  /** Its Sid; its place in the policy where it has none. */
  readonly name: string;
  /** Name of the policy that it is in. */
  readonly policy: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: PolicyScope;
  /** @default - every resource, as in a trust policy */
  readonly resources?: PolicyScope;
  /** @default - a policy of an identity has none */
  readonly principals?: PolicyPrincipals;
  readonly conditions: readonly PolicyCondition[];
  /** Whether `${aws:…}` stands for a value, which is so since version 2012-10-17. */
  readonly hasVariables: boolean;
}

/** A policy in which something stands that the rehearsal does not understand: it is refused, and not passed. */
export function policyNotUnderstood(policy: string, what: string): AwsFault {
  return new AwsFault('NotImplemented', `The rehearsal does not understand the policy ${policy}: ${what}.`, 501);
}

const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition']);

const VERSION_WITH_VARIABLES = '2012-10-17';

/**
 * Reads a policy.
 *
 * @param name what refusals call the policy
 * @param document its JSON, parsed or not, or percent-encoded as IAM's API answers it
 * @throws AwsFault `NotImplemented` that names an element which is not known
 */
export function readPolicy(name: string, document: string | JsonObject): readonly PolicyStatement[] {
  const policy = typeof document === 'string' ? parseJson(document.startsWith('%') ? decodeURIComponent(document) : document) : document;
  if (!isJsonObject(policy)) throw policyNotUnderstood(name, 'it is no object');
  const { Statement: statements } = policy;
  const hasVariables = textAt(policy, 'Version') === VERSION_WITH_VARIABLES;
  return (isJsonArray(statements) ? statements : [statements]).map((statement, index) => {
    if (!isJsonObject(statement)) throw policyNotUnderstood(name, `statement ${index + 1} is no object`);
    return readStatement({ policy: name, name: textAt(statement, 'Sid') ?? `statement ${index + 1}`, hasVariables }, statement);
  });
}

function readStatement(from: Pick<PolicyStatement, 'policy' | 'name' | 'hasVariables'>, statement: JsonObject): PolicyStatement {
  const refused = (what: string): AwsFault => policyNotUnderstood(from.policy, `${from.name}: ${what}`);
  const unknown = Object.keys(statement).find((element) => !STATEMENT_ELEMENTS.has(element));
  if (unknown !== undefined) throw refused(`the element ${unknown}`);
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw refused(`the Effect ${JSON.stringify(effect)}`);
  const actions = scopeOf(statement, 'Action', refused);
  if (actions === undefined) throw refused('neither Action nor NotAction');
  return { ...from, effect, actions, resources: scopeOf(statement, 'Resource', refused), principals: principalsOf(statement, refused), conditions: conditionsOf(statement, refused) };
}

type Refused = (what: string) => AwsFault;

function scopeOf(statement: JsonObject, element: 'Action' | 'Resource', refused: Refused): PolicyScope | undefined {
  const { [element]: named, [`Not${element}`]: unnamed } = statement;
  if (named !== undefined && unnamed !== undefined) throw refused(`both ${element} and Not${element}`);
  const given = named ?? unnamed;
  return given === undefined ? undefined : { values: textsOf(given, element, refused), isNegated: named === undefined };
}

function principalsOf({ Principal: given }: JsonObject, refused: Refused): PolicyPrincipals | undefined {
  if (given === undefined) return undefined;
  if (given === '*') return '*';
  if (!isJsonObject(given)) throw refused(`the Principal ${JSON.stringify(given)}`);
  return new Map(Object.entries(given).map(([kind, values]) => [kind, textsOf(values, 'Principal', refused)]));
}

function conditionsOf({ Condition: given }: JsonObject, refused: Refused): readonly PolicyCondition[] {
  if (given === undefined) return [];
  if (!isJsonObject(given)) throw refused(`the Condition ${JSON.stringify(given)}`);
  return Object.entries(given).flatMap(([operator, keys]) => {
    if (!isJsonObject(keys)) throw refused(`the Condition ${operator}`);
    return Object.entries(keys).map(([key, values]): PolicyCondition => ({ operator, key, values: textsOf(values, operator, refused) }));
  });
}

/** A text, or a list of texts. Conditions may also have `true` and numbers without quotation marks. */
function textsOf(value: JsonValue, element: string, refused: Refused): readonly string[] {
  return (isJsonArray(value) ? value : [value]).map((item) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'boolean' || typeof item === 'number') return String(item);
    throw refused(`a value of ${element} that is no text`);
  });
}
