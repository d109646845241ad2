import type { AwsRequest } from '../aws-answers/aws-request';

/** Tags of a resource, or of a request, by key. */
export type TagValues = Readonly<Record<string, string>>;

/** One action on one resource that a request needs. AWS judges each by itself. */
export interface Authorization {
  /** Such as `ec2:RunInstances`. */
  readonly action: string;
  /** ARN; `*` for an action that has no resource. */
  readonly resource: string;
  /** Condition keys besides those that every request has. @default - none */
  readonly keys?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Reads the tags that the resource has. It is asked where a condition needs them. @default - the resource has no tags, or is yet to be made */
  readonly tags?: () => Promise<TagValues>;
}

/** How an instance profile stands in the account. */
export interface KnownInstanceProfile {
  readonly arn: string;
  /** @default - it has no role */
  readonly roleArn?: string;
  readonly tags: TagValues;
}

/** What a request launches by. */
export interface LaunchTemplateChoice {
  readonly id?: string;
  readonly name?: string;
  /** A number, `$Latest` or `$Default`. @default '$Default' */
  readonly version?: string;
}

/** What a version of a launch template says of the resources that a launch touches. */
export interface KnownLaunchTemplate {
  readonly id: string;
  readonly imageId?: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Name of the instance profile. @default - it names none */
  readonly instanceProfile?: string;
  readonly isSpot: boolean;
  /** Tags that a launch gives, by type of resource, such as `network-interface`. */
  readonly tagsByType: ReadonlyMap<string, TagValues>;
}

/** What there is in the account, as far as a request's resources must be looked up. */
export interface AccountResources {
  /** Tags of a resource of EC2, by its id. */
  ec2Tags(id: string): Promise<TagValues>;
  /** @returns undefined where there is none */
  launchTemplate(choice: LaunchTemplateChoice): Promise<KnownLaunchTemplate | undefined>;
  /** ARN of a role, with its path; one without a path where there is no such role. */
  roleArn(name: string): Promise<string>;
  /** @returns undefined where there is none */
  instanceProfile(name: string): Promise<KnownInstanceProfile | undefined>;
}

/** Where a request is judged. */
export interface AuthorizationContext {
  /** Twelve digits. */
  readonly accountId: string;
  readonly resources: AccountResources;
}

/** What an operation needs. */
export type AuthorizationsOf = (request: AwsRequest, context: AuthorizationContext) => readonly Authorization[] | Promise<readonly Authorization[]>;

/** Condition keys of the tags that a request gives. */
export function requestTagKeys(tags: TagValues): Record<string, string | readonly string[]> {
  const entries = Object.entries(tags);
  if (entries.length === 0) return {};
  return { ...Object.fromEntries(entries.map(([key, value]) => [`aws:RequestTag/${key}`, value])), 'aws:TagKeys': entries.map(([key]) => key) };
}

/** Hands a role to a service. The caller needs it for every request that does so. */
export function passRole(roleArn: string, service: string): Authorization {
  return { action: 'iam:PassRole', resource: roleArn, keys: { 'iam:PassedToService': service } };
}

/** An action that has no resource. */
export function onAnything(action: string): Authorization {
  return { action, resource: '*' };
}

/** Tags of a request of IAM or STS: `Tags.member.1.Key`. */
export function memberTags(parameters: URLSearchParams): TagValues {
  const keys = [...parameters].flatMap(([name, key]) => /^Tags\.member\.\d+\.Key$/.test(name) ? [{ name, key }] : []);
  return Object.fromEntries(keys.map(({ name, key }) => [key, parameters.get(name.replace(/Key$/, 'Value')) ?? '']));
}
