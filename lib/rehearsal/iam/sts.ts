import type { AssumeForServiceOptions, RoleCredentials } from '../account';
import { type AwsAnswer, type Handler, queryAnswer, xmlElement } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import { refuseParameters } from '../aws-answers/ec2-query';
import type { Findings } from '../findings';
import type { AccountRole, RoleBook } from './account-roles';
import { memberTags, requestTagKeys, type TagValues } from './authorization';
import type { PolicyStatement } from './policy-document';
import { type AskedAccess, type AskingPrincipal, evaluatePolicies, type PolicyDecision } from './policy-evaluation';
import { conditionKeys } from './policy-text';
import { askingPrincipal, callerKeys, type Principals, SESSION_SECONDS, userId } from './principals';
import { accessDenied } from './refusals';

/** Namespace of STS's answers: its API version. */
const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** What STS needs to know. */
export interface StsOptions {
  readonly accountId: string;
  readonly roles: RoleBook;
  readonly principals: Principals;
  readonly findings: Pick<Findings, 'report'>;
}

/** Says who calls, and gives out keys of roles to those whom the roles' trust policies let in. */
export class Sts {
  private readonly handlers: ReadonlyMap<string, Handler>;

  constructor(private readonly options: StsOptions) {
    this.handlers = new Map<string, Handler>([
      ['GetCallerIdentity', async (request) => ({ answer: await this.callerIdentity(request) })],
      ['AssumeRole', async (request) => ({ answer: await this.assumeRole(request) })],
    ]);
  }

  /** Answers every operation of STS; those that a rehearsal does not play are refused. */
  handlerOf({ operation }: AwsRequest): Handler {
    return this.handlers.get(operation) ?? (() => {
      throw new AwsFault('NotImplemented', `The rehearsal does not play sts:${operation}.`, 501);
    });
  }

  /** @throws AwsFault `AccessDenied` or `NoSuchEntity` */
  async assumeForService({ roleArn, service, sessionName, tags, sourceArn }: AssumeForServiceOptions): Promise<RoleCredentials> {
    const { roles, principals, accountId } = this.options;
    const role = await roles.role(roleArn.slice(roleArn.lastIndexOf('/') + 1));
    if (role?.arn !== roleArn) {
      this.report(roleArn, service, 'there is no such role');
      throw new AwsFault('NoSuchEntity', `The role with name ${roleArn} cannot be found.`, 404);
    }
    const keys = { 'aws:SourceAccount': accountId, 'aws:SourceArn': sourceArn };
    for (const asked of trustQuestions(roleArn, tags, keys)) {
      const decision = evaluatePolicies(role.trust, asked, { service });
      if (decision.effect !== 'allowed') {
        this.report(role.name, service, foundOf(decision, asked.action));
        throw new AwsFault('AccessDenied', `${service} is not authorized to perform: ${asked.action} on resource: ${roleArn}`, 403);
      }
    }
    return principals.open(role, { sessionName, tags, isOfService: true }).credentials;
  }

  private report(role: string, who: string, found: string): void {
    this.options.findings.report({ kind: 'role-not-assumed', resource: role, expected: `${who} may assume the role`, found });
  }

  private async callerIdentity(request: AwsRequest): Promise<AwsAnswer> {
    const { principals, roles, accountId } = this.options;
    const caller = principals.callerOf(request);
    const role = caller.role === undefined ? undefined : await roles.role(caller.role);
    return queryAnswer('GetCallerIdentity', [
      xmlElement('Arn', caller.arn),
      xmlElement('UserId', role === undefined ? accountId : userId(caller, role)),
      xmlElement('Account', accountId),
    ], NAMESPACE);
  }

  private async assumeRole(request: AwsRequest): Promise<AwsAnswer> {
    const { principals, roles, accountId } = this.options;
    const { parameters } = request;
    refuseParameters(parameters, 'Policy', 'PolicyArns', 'SerialNumber', 'TokenCode', 'SourceIdentity');
    const caller = principals.callerOf(request);
    const roleArn = parameters.get('RoleArn') ?? '';
    const sessionName = parameters.get('RoleSessionName') ?? '';
    const tags = memberTags(parameters);
    const role = await roles.role(roleArn.slice(roleArn.lastIndexOf('/') + 1));
    const own = caller.role === undefined ? undefined : await roles.role(caller.role);

    const keys = { ...callerKeys(caller, own, accountId), 'aws:RequestedRegion': request.region, 'sts:ExternalId': parameters.get('ExternalId') ?? undefined, 'sts:RoleSessionName': sessionName };
    for (const asked of trustQuestions(roleArn, tags, keys)) {
      // To a role that is not there AWS says the same as to one that does not let the caller in.
      const decision = role?.arn === roleArn
        ? mayAssume(role, asked, own, askingPrincipal(caller, own, accountId))
        : { effect: 'implicitDeny', nearest: 'there is no such role' } as const;
      if (decision.effect !== 'allowed') {
        this.report(role?.name ?? roleArn, caller.arn, foundOf(decision, asked.action));
        throw accessDenied(request, caller.arn, asked, decision);
      }
    }
    const opened = principals.open({ name: role?.name ?? '' }, { sessionName, tags, seconds: Number(parameters.get('DurationSeconds') ?? SESSION_SECONDS) });
    return queryAnswer('AssumeRole', [
      xmlElement('AssumedRoleUser', [xmlElement('AssumedRoleId', `${role?.id ?? ''}:${sessionName}`), xmlElement('Arn', opened.caller.arn)]),
      xmlElement('Credentials', [
        xmlElement('AccessKeyId', opened.credentials.accessKeyId),
        xmlElement('SecretAccessKey', opened.credentials.secretAccessKey),
        xmlElement('SessionToken', opened.credentials.sessionToken),
        xmlElement('Expiration', opened.credentials.expiration.toISOString()),
      ]),
    ], NAMESPACE);
  }
}

/** What is asked of a role's trust policy: whether it may be assumed, and whether the session may have tags. */
function trustQuestions(roleArn: string, tags: TagValues = {}, keys: Readonly<Record<string, string | undefined>>): readonly AskedAccess[] {
  const asked = { resource: roleArn, keys: conditionKeys({ ...keys, ...requestTagKeys(tags) }) };
  return ['sts:AssumeRole', ...(Object.keys(tags).length === 0 ? [] : ['sts:TagSession'])].map((action) => ({ action, ...asked }));
}

/**
 * Whether a caller of the account may assume a role of the account. A trust policy that names the caller is enough; one that
 * names the account leaves it to the policies of the caller.
 *
 * @param own the caller's role; undefined for the root user
 */
function mayAssume(role: AccountRole, asked: AskedAccess, own: AccountRole | undefined, principal: AskingPrincipal): PolicyDecision {
  const trust = evaluatePolicies(role.trust, asked, principal);
  if (trust.effect !== 'allowed' || own === undefined) return trust;
  const identity = evaluatePolicies(own.statements, asked);
  return identity.effect === 'implicitDeny' && namesItself(trust.statement, principal) ? trust : identity;
}

/** Whether a statement lets a caller in as itself, or as anybody, and not only as one of its account. */
function namesItself(statement: PolicyStatement | undefined, principal: AskingPrincipal): boolean {
  const { principals } = statement ?? {};
  if (principals === '*' || 'service' in principal) return true;
  return principals?.get('AWS')?.some((named) => named === '*' || named === principal.arn || named === principal.sessionArn) === true;
}

function foundOf({ statement, nearest }: PolicyDecision, action: string): string {
  return nearest ?? `${statement?.name ?? 'a statement'} of ${statement?.policy ?? 'a policy'} denies ${action}`;
}
