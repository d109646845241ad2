import { GetPolicyCommand, GetPolicyVersionCommand, type IAMClient, paginateGetAccountAuthorizationDetails, type RoleDetail } from '@aws-sdk/client-iam';
import { AwsFault } from '../aws-answers/aws-request';
import { iamTags } from './account-resources';
import type { TagValues } from './authorization';
import { type PolicyStatement, policyNotUnderstood, readPolicy } from './policy-document';

/** A role of the account with all that its policies say. */
export interface AccountRole {
  readonly name: string;
  readonly arn: string;
  /** What AWS calls it besides its name: `AROA…`. */
  readonly id: string;
  readonly tags: TagValues;
  /** What its trust policy says: who may assume it. */
  readonly trust: readonly PolicyStatement[];
  /** What its own and its managed policies say, all together. */
  readonly statements: readonly PolicyStatement[];
}

/** Where roles are looked up. */
export interface RoleBook {
  /** @returns undefined where there is no such role */
  role(name: string): Promise<AccountRole | undefined>;
}

/** How long roles are kept, in milliseconds, for writes that do not pass by: the account's own book-keeping. */
const KEPT_MS = 30_000;

/** ARNs of the policies that AWS manages begin like this. They do not change while a rehearsal runs. */
const AWS_MANAGED = 'arn:aws:iam::aws:policy/';

/** Reads a role's policies when it is first asked for: nobody acts by most roles. */
type LazyRole = () => Promise<AccountRole>;

/** The roles that moto has. They are read together, and kept until {@link forget}. */
export class MotoRoles implements RoleBook {
  private kept: { readonly roles: Promise<ReadonlyMap<string, LazyRole>>; readonly at: number } | undefined;
  private readonly awsManaged = new Map<string, readonly PolicyStatement[]>();

  constructor(private readonly iam: IAMClient) {}

  /** To be called after roles or policies have changed. */
  forget(): void {
    this.kept = undefined;
  }

  async role(name: string): Promise<AccountRole | undefined> {
    if (this.kept === undefined || performance.now() - this.kept.at > KEPT_MS) this.kept = { roles: this.read(), at: performance.now() };
    try {
      return await (await this.kept.roles).get(name)?.();
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  private async read(): Promise<ReadonlyMap<string, LazyRole>> {
    const roles = new Map<string, LazyRole>();
    const policies = new Map<string, string>();
    for await (const page of paginateGetAccountAuthorizationDetails({ client: this.iam }, { Filter: ['Role', 'LocalManagedPolicy'] })) {
      for (const { Arn: arn = '', PolicyVersionList: versions = [] } of page.Policies ?? []) {
        policies.set(arn, versions.find(({ IsDefaultVersion: isDefault }) => isDefault)?.Document ?? '{}');
      }
      for (const role of page.RoleDetailList ?? []) {
        const name = role.RoleName ?? '';
        let made: Promise<AccountRole> | undefined;
        roles.set(name, () => made ??= this.accountRole(name, role, policies));
      }
    }
    return roles;
  }

  private async accountRole(name: string, role: RoleDetail, policies: ReadonlyMap<string, string>): Promise<AccountRole> {
    if (role.PermissionsBoundary !== undefined) throw policyNotUnderstood(name, 'a permissions boundary');
    const managed = (role.AttachedManagedPolicies ?? []).map(async ({ PolicyArn: arn = '', PolicyName: policy = '' }) => {
      const document = policies.get(arn);
      return document === undefined ? this.awsManagedPolicy(arn) : readPolicy(policy, document);
    });
    const own = (role.RolePolicyList ?? []).map(({ PolicyName: policy = '', PolicyDocument: document = '' }) => readPolicy(policy, document));
    return {
      name,
      arn: role.Arn ?? '',
      id: role.RoleId ?? '',
      tags: iamTags(role.Tags),
      trust: readPolicy(`trust policy of ${name}`, role.AssumeRolePolicyDocument ?? '{}'),
      statements: [...own, ...await Promise.all(managed)].flat(),
    };
  }

  private async awsManagedPolicy(arn: string): Promise<readonly PolicyStatement[]> {
    const known = this.awsManaged.get(arn);
    if (known !== undefined) return known;
    if (!arn.startsWith(AWS_MANAGED)) throw new AwsFault('NoSuchEntity', `Policy ${arn} was not found.`, 404);
    const { Policy: policy } = await this.iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    const { PolicyVersion: version } = await this.iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: policy?.DefaultVersionId }));
    const statements = readPolicy(policy?.PolicyName ?? arn, version?.Document ?? '{}');
    this.awsManaged.set(arn, statements);
    return statements;
  }
}
