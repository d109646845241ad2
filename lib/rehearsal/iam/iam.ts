import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import type { AssumeForServiceOptions, PlayedService, RoleCredentials, RoleSessions } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import type { Findings } from '../findings';
import { requireLoopback } from '../process/loopback';
import { MotoResources } from './account-resources';
import { type AccountRole, MotoRoles } from './account-roles';
import type { AccountResources, Authorization } from './authorization';
import { authorizationsOf } from './authorizations-of';
import type { PolicyStatement } from './policy-document';
import { allowsEverything, type AskedAccess, evaluatePolicies, isAboutAction, type PolicyDecision } from './policy-evaluation';
import { conditionKeys, type ConditionKeys } from './policy-text';
import { type Caller, callerKeys, Principals, ROOT_CREDENTIALS } from './principals';
import { accessDenied } from './refusals';
import { simulatePrincipalPolicy } from './simulate-policy';
import { Sts } from './sts';

export { INSTRUCTOR_CREDENTIALS, INSTRUCTOR_ROLE, ROOT_CREDENTIALS } from './principals';

/** What IAM needs to know. */
export interface IamOptions {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** Loopback URL of moto, where roles and policies are. It must have the policies that AWS manages: `MOTO_IAM_LOAD_MANAGED_POLICIES`. */
  readonly moto: string;
  /** Takes each refusal. */
  readonly findings: Pick<Findings, 'report'>;
}

/** IAM's operations that change nothing. */
const READING = /^(?:Get|List|Simulate|Generate)/;

/** Keys of a request that do not depend on its action. */
const OF_EVERY_REQUEST = /^aws:(?:principal(?:account|arn|tag\/.+)|requestedregion|securetransport|userid)$/;

/** Keys of the tags that a resource has. */
const RESOURCE_TAG = /(?:aws|ec2):resourcetag\//i;

/**
 * IAM and STS of the account: who calls, what they may do, and who gets keys of a role. Roles and policies are moto's; moto
 * itself judges nothing.
 */
export class Iam implements RoleSessions, PlayedService {
  private readonly principals: Principals;
  private readonly roles: MotoRoles;
  private readonly resources: AccountResources;
  private readonly sts: Sts;
  private readonly aws: { readonly ec2: EC2Client; readonly iam: IAMClient };

  constructor(private readonly options: IamOptions) {
    const { accountId, region, findings } = options;
    const configuration = { endpoint: requireLoopback(options.moto).origin, region, credentials: ROOT_CREDENTIALS };
    this.aws = { ec2: new EC2Client(configuration), iam: new IAMClient(configuration) };
    this.principals = new Principals(accountId);
    this.roles = new MotoRoles(this.aws.iam);
    this.resources = new MotoResources(this.aws, accountId);
    this.sts = new Sts({ accountId, roles: this.roles, principals: this.principals, findings });
  }

  /** Answers STS, and the simulation of policies. What is left of IAM is moto's. */
  handlerOf(request: AwsRequest): Handler | undefined {
    if (request.service === 'sts') return this.sts.handlerOf(request);
    if (request.service !== 'iam') return undefined;
    if (request.operation === 'SimulatePrincipalPolicy') return async () => ({ answer: await simulatePrincipalPolicy(request, this.roles) });
    return READING.test(request.operation) ? undefined : () => ({ forward: request, change: (answer) => this.forgetFor(answer) });
  }

  /**
   * Judges a request by the policies of whoever signed it. To be asked before anything answers the request.
   *
   * @throws AwsFault the service's own refusal; `InvalidClientTokenId`, or what the service calls it, for a key that nobody has;
   * `NotImplemented` where a policy or a request says something that the rehearsal does not understand
   */
  async judge(request: AwsRequest): Promise<void> {
    const caller = this.principals.callerOf(request);
    // STS judges by trust policies too, and tells everybody who he is.
    if (caller.role === undefined || request.service === 'sts') return;
    const role = await this.roles.role(caller.role);
    if (role !== undefined && allowsEverything(role.statements)) return;

    const known = await authorizationsOf(request, { accountId: this.options.accountId, resources: this.resources });
    if (known === undefined) throw notKnown(request);
    for (const authorization of known.needed) {
      const statements = role?.statements ?? [];
      if (known.isVague && !isForAnyResource(statements, authorization.action)) throw notKnown(request);
      const asked = { ...authorization, keys: await this.keysOf(request, caller, role, authorization) };
      const decision = evaluatePolicies(statements, asked);
      if (decision.effect !== 'allowed') throw this.refused(request, caller, asked, decision);
    }
  }

  async assumeForService(options: AssumeForServiceOptions): Promise<RoleCredentials> {
    return this.sts.assumeForService(options);
  }

  /** The secret of a key, by which EKS tells for which cluster a token was signed; undefined for a key that nobody has. */
  secretAccessKeyOf(accessKeyId: string): string | undefined {
    return this.principals.secretAccessKeyOf(accessKeyId);
  }

  /** Closes the connections to moto. */
  async close(): Promise<void> {
    this.aws.ec2.destroy();
    this.aws.iam.destroy();
  }

  /** Moto has changed something, and its answer is on the way. */
  private forgetFor(answer: string): string {
    this.roles.forget();
    return answer;
  }

  private async keysOf(request: AwsRequest, caller: Caller, role: AccountRole | undefined, { action, keys, tags }: Authorization): Promise<ConditionKeys> {
    const isAsked = tags !== undefined && (role?.statements ?? []).some((statement) => isAboutAction(statement, action) && asksForTags(statement));
    const has = isAsked ? Object.entries(await tags()) : [];
    return conditionKeys({
      ...callerKeys(caller, role, this.options.accountId),
      'aws:RequestedRegion': request.region,
      ...keys,
      ...Object.fromEntries(has.flatMap(([key, value]) => [[`aws:ResourceTag/${key}`, value], ...(request.service === 'ec2' ? [[`ec2:ResourceTag/${key}`, value]] : [])])),
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
