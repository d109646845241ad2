import { conditionHolds } from './policy-conditions';
import { type PolicyCondition, policyNotUnderstood, type PolicyScope, type PolicyStatement } from './policy-document';
import { type ConditionKeys, matchesText, textPattern } from './policy-text';

/** One thing that a request wants to do to one resource. AWS judges each by itself. */
export interface AskedAccess {
  /** Such as `ec2:RunInstances`. */
  readonly action: string;
  /** ARN of the resource; `*` for an action that has none. */
  readonly resource: string;
  readonly keys: ConditionKeys;
}

/** Who asks, as a resource's policy names callers. */
export type AskingPrincipal =
  | { readonly service: string }
  | {
    /** ARN of the role or user. */
    readonly arn: string;
    /** ARN of the session. @default - the caller is no session */
    readonly sessionArn?: string;
    readonly accountId: string;
  };

/** What policies say to an access. */
export interface PolicyDecision {
  /** `implicitDeny`: no statement allows it. */
  readonly effect: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** The statement that decides. @default - none allows or denies it */
  readonly statement?: PolicyStatement;
  /** Which statement came nearest to allowing it and what of it does not fit, as half a sentence. @default - it is allowed, or denied */
  readonly nearest?: string;
}

/**
 * What statements say to an access, all together: one that denies it wins, and then one that allows it.
 *
 * @param principal @default - the statements are of an identity's policies, which name no principal
 * @throws AwsFault `NotImplemented` that names what is not understood of a statement which the access could meet
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluatePolicies(statements: readonly PolicyStatement[], asked: AskedAccess, principal?: AskingPrincipal): PolicyDecision {
  const judged = statements.map((statement) => ({ statement, misfit: misfitOf(statement, asked, principal) }));
  const denying = judged.find(({ statement, misfit }) => misfit === undefined && statement.effect === 'Deny');
  if (denying !== undefined) return { effect: 'explicitDeny', statement: denying.statement };
  const allowing = judged.filter(({ statement }) => statement.effect === 'Allow');
  const fitting = allowing.find(({ misfit }) => misfit === undefined);
  if (fitting !== undefined) return { effect: 'allowed', statement: fitting.statement };
  const [nearest] = allowing.flatMap(({ statement, misfit }) => misfit === undefined ? [] : [{ statement, ...misfit }]).toSorted((a, b) => b.rank - a.rank);
  return {
    effect: 'implicitDeny',
    nearest: nearest === undefined || nearest.rank === 0 ? `no statement allows ${asked.action}` : `${nearest.statement.name} of ${nearest.statement.policy} allows it only ${nearest.what}`,
  };
}

/** Whether the statements allow everything without a condition, so that nothing else of a request matters. */
export function allowsEverything(statements: readonly PolicyStatement[]): boolean {
  const isAll = (scope: PolicyScope | undefined): boolean => scope?.isNegated === false && scope.values.includes('*');
  return statements.every(({ effect }) => effect === 'Allow')
    && statements.some(({ actions, resources, conditions }) => isAll(actions) && isAll(resources) && conditions.length === 0);
}

/** Why a statement is not about an access, as `only …` goes on. */
interface Misfit {
  /** The more, the nearer: 0 for another action, 1 for another principal, 2 for another resource, 3 for a condition. */
  readonly rank: number;
  readonly what: string;
}

/** What of a statement does not fit an access; undefined where all does. */
function misfitOf(statement: PolicyStatement, { action, resource, keys }: AskedAccess, principal: AskingPrincipal | undefined): Misfit | undefined {
  if (!isAboutAction(statement, action)) return { rank: 0, what: 'for other actions' };
  if (!isAboutPrincipal(statement, principal)) return { rank: 1, what: `for ${writtenPrincipals(statement)}` };
  if (!isAboutResource(statement, resource, keys)) return { rank: 2, what: `on ${written(statement.resources)}` };
  const broken = statement.conditions.find((condition) => !conditionHolds(statement, condition, keys));
  return broken === undefined ? undefined : { rank: 3, what: `where ${brokenCondition(broken, keys)}` };
}

/** Whether a statement names an action. Actions are not case-sensitive. */
export function isAboutAction({ actions }: PolicyStatement, action: string): boolean {
  const patterns = actions.values.map((value) => textPattern(value.toLowerCase(), { hasWildcards: true }));
  return patterns.some((pattern) => pattern !== undefined && matchesText(action.toLowerCase(), pattern)) !== actions.isNegated;
}

function isAboutResource({ name, policy, resources, hasVariables }: PolicyStatement, resource: string, keys: ConditionKeys): boolean {
  if (resources === undefined) return true;
  const patterns = resources.values.map((value) => textPattern(value, { hasWildcards: true, variables: hasVariables ? keys : undefined }));
  if (resources.isNegated && patterns.includes(undefined)) throw policyNotUnderstood(policy, `${name}: NotResource with a variable that the request gives no value`);
  return patterns.some((pattern) => pattern !== undefined && matchesText(resource, pattern)) !== resources.isNegated;
}

function isAboutPrincipal({ principals }: PolicyStatement, principal: AskingPrincipal | undefined): boolean {
  if (principal === undefined || principals === undefined) return principal === undefined && principals === undefined;
  if (principals === '*' || principals.get('AWS')?.includes('*') === true) return true;
  if ('service' in principal) return principals.get('Service')?.includes(principal.service) === true;
  return principals.get('AWS')?.some((named) => namesOf(principal).includes(named)) === true;
}

/** All by which a policy can name a caller. Its account stands for everybody in it. */
function namesOf({ arn, sessionArn, accountId }: Exclude<AskingPrincipal, { service: string }>): readonly (string | undefined)[] {
  const [, partition = ''] = arn.split(':');
  return [arn, sessionArn, accountId, `arn:${partition}:iam::${accountId}:root`];
}

function written(scope: PolicyScope | undefined): string {
  return `${scope?.isNegated === true ? 'anything but ' : ''}${scope?.values.join(', ') ?? '*'}`;
}

function writtenPrincipals({ principals }: PolicyStatement): string {
  return principals === undefined || principals === '*' ? 'everybody' : [...principals.values()].flat().join(', ');
}

function brokenCondition({ operator, key, values }: PolicyCondition, keys: ConditionKeys): string {
  const value = keys.get(key.toLowerCase());
  return `${key} ${operator} ${values.join(' or ')}, and the request has ${value === undefined ? 'no such key' : [value].flat().join(', ')}`;
}
