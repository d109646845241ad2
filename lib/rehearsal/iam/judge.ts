import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import type { Findings } from '../findings';
import type { AccountRole, RoleBook } from './account-roles';
import type { AccountResources, Authorization } from './authorization';
import { authorizationsOf } from './authorizations-of';
import type { PolicyStatement } from './policy-document';
import { allowsEverything, type AskedAccess, evaluatePolicies, isAboutAction, type PolicyDecision } from './policy-evaluation';
import { conditionKeys, type ConditionKeys } from './policy-text';
import type { PolicyUses } from './policy-uses';
import { type Caller, callerKeys, type Principals } from './principals';
import { accessDenied } from './refusals';

/** What judging needs to know. */
export interface JudgeOptions {
  /** Twelve digits. */
  readonly accountId: string;
  readonly principals: Principals;
  readonly roles: RoleBook;
  readonly resources: AccountResources;
  /** Takes each refusal. */
  readonly findings: Pick<Findings, 'report'>;
  /** Takes each statement without which a request would have been refused. @default - nobody asks */
  readonly uses?: Pick<PolicyUses, 'note'>;
}

/** Keys of a request that do not depend on its action. */
const OF_EVERY_REQUEST = /^aws:(?:principal(?:account|arn|tag\/.+)|requestedregion|securetransport|userid)$/;

/** Keys of the tags that a resource has. */
const RESOURCE_TAG = /(?:aws|ec2):resourcetag\//i;

/** Judges requests by the policies of the roles behind their keys. */
export class Judge {
  constructor(private readonly options: JudgeOptions) {}

  /**
   * Judges a request.
   *
   * @throws AwsFault the service's own refusal, one for a key that nobody has, or `NotImplemented` for what is not understood
   */
  async judge(request: AwsRequest): Promise<void> {
    const { accountId, principals, roles, resources } = this.options;
    const caller = principals.callerOf(request);
    // STS judges by trust policies too, and tells everybody who he is.
    if (caller.role === undefined || request.service === 'sts') return;
    const role = await roles.role(caller.role);
    const statements = role?.statements ?? [];
    if (allowsEverything(statements)) return;

    const known = await authorizationsOf(request, { accountId, resources });
    if (known === undefined) throw notKnown(request);
    for (const authorization of known.needed) {
      if (known.isVague && !isForAnyResource(statements, authorization.action)) throw notKnown(request);
      const asked = { ...authorization, keys: await this.keysOf(request, caller, role, authorization) };
      const decision = evaluatePolicies(statements, asked);
      if (decision.effect !== 'allowed') throw this.refused(request, caller, asked, decision);
      const { statement } = decision;
      // One that others would do for is not needed.
      if (statement !== undefined && evaluatePolicies(statements.filter((other) => other !== statement), asked).effect !== 'allowed') {
        this.options.uses?.note(caller.role, statement, asked.action);
      }
    }
  }

  private async keysOf(request: AwsRequest, caller: Caller, role: AccountRole | undefined, { action, keys, tags }: Authorization): Promise<ConditionKeys> {
    const isAsked = tags !== undefined && (role?.statements ?? []).some((statement) => isAboutAction(statement, action) && asksForTags(statement));
    const has = isAsked ? Object.entries(await tags()) : [];
    const tagPrefixes = request.service === 'ec2' ? ['aws', 'ec2'] : ['aws'];
    return conditionKeys({
      ...callerKeys(caller, role, this.options.accountId),
      'aws:RequestedRegion': request.region,
      ...keys,
      ...Object.fromEntries(has.flatMap(([key, value]) => tagPrefixes.map((prefix) => [`${prefix}:ResourceTag/${key}`, value] as const))),
    });
  }

  private refused(request: AwsRequest, { arn, role = '' }: Caller, asked: AskedAccess, decision: PolicyDecision): AwsFault {
    const { statement, nearest = `${statement?.name ?? 'a statement'} of ${statement?.policy ?? 'a policy'} denies it` } = decision;
    this.options.findings.report({
      kind: 'access-denied',
      resource: role,
      expected: `${asked.action}${asked.resource === '*' ? '' : ` on ${asked.resource}`} is allowed`,
      found: nearest,
    });
    return accessDenied(request, arn, asked, decision);
  }
}

function notKnown({ service, operation }: AwsRequest): AwsFault {
  return new AwsFault('NotImplemented', `The rehearsal does not know what AWS judges of ${service} ${operation}.`, 501);
}

function asksForTags({ resources, conditions }: PolicyStatement): boolean {
  return [...resources?.values ?? [], ...conditions.flatMap(({ key, values }) => [key, ...values])].some((text) => RESOURCE_TAG.test(text));
}

/** Whether all that is said about an action is said of every resource, by keys that every request has. */
function isForAnyResource(statements: readonly PolicyStatement[], action: string): boolean {
  return statements.filter((statement) => isAboutAction(statement, action)).every(({ resources, conditions }) =>
    resources?.isNegated === false && resources.values.includes('*') && conditions.every(({ key }) => OF_EVERY_REQUEST.test(key.toLowerCase())));
}
