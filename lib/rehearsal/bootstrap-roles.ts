import type { JsonObject, JsonValue } from '../json';

/*
 * What `npx cdk bootstrap` leaves in an account, as far as a deployment from the same account meets it. Written after
 * `lib/api/bootstrap/bootstrap-template.yaml` of the CDK's CLI.
 */

/** An account in a region. */
export interface AccountPlace {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}

/** A role that is in the account before any stack. */
export interface EarlyRole {
  readonly name: string;
  /** @default '/' */
  readonly path?: string;
  readonly trust: JsonObject;
  /** Names of AWS managed policies, such as `AdministratorAccess`. @default - none */
  readonly managedPolicies?: readonly string[];
  /** Inline policies by name. @default - none */
  readonly policies?: Readonly<Record<string, JsonObject>>;
  /** @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Version of the bootstrap's template that these are of. */
export const BOOTSTRAP_VERSION = 32;

/** What `cdk bootstrap` puts into the name of everything, unless it is told otherwise. */
const QUALIFIER = 'hnb659fds';

/** Parameter in which the bootstrap says its version. */
export const BOOTSTRAP_VERSION_PARAMETER = `/cdk-bootstrap/${QUALIFIER}/version`;

/** The stack that `cdk bootstrap` makes. */
export const BOOTSTRAP_STACK = 'CDKToolkit';

/** Name of the bucket that takes the files of a deployment. */
export function bucketName({ accountId, region }: AccountPlace): string {
  return `cdk-${QUALIFIER}-assets-${accountId}-${region}`;
}

/** The roles that the CDK deploys with, with their trust and their rights. */
export function bootstrapRoles(place: AccountPlace): readonly EarlyRole[] {
  const { accountId, region } = place;
  const nameOf = (role: string): string => `cdk-${QUALIFIER}-${role}-role-${accountId}-${region}`;
  const early = (role: string, rest: Omit<EarlyRole, 'name' | 'trust'>): EarlyRole =>
    ({ name: nameOf(role), trust: trustOfOwnAccount(accountId), tags: { 'aws-cdk:bootstrap-role': role }, ...rest });
  return [
    early('deploy', {
      managedPolicies: ['AWSCloudFormationReadOnlyAccess'],
      policies: { default: policy(deployStatements(place, `arn:aws:iam::${accountId}:role/${nameOf('cfn-exec')}`)) },
    }),
    early('file-publishing', { policies: { [`${nameOf('file-publishing')}-default-policy`]: policy(fileStatements(place)) } }),
    early('image-publishing', { policies: { [`${nameOf('image-publishing')}-default-policy`]: policy(imageStatements(place)) } }),
    early('lookup', {
      managedPolicies: ['ReadOnlyAccess'],
      policies: { LookupRolePolicy: policy([{ Sid: 'DontReadSecrets', Effect: 'Deny', Action: ['kms:Decrypt'], Resource: '*' }]) },
    }),
    {
      name: nameOf('cfn-exec'),
      trust: policy([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'cloudformation.amazonaws.com' } }]),
      managedPolicies: ['AdministratorAccess'],
    },
  ];
}

function policy(statements: readonly JsonValue[]): JsonObject {
  return { Version: '2012-10-17', Statement: statements };
}

/** Whoever may assume roles in the account, but for nobody from outside. */
function trustOfOwnAccount(accountId: string): JsonObject {
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  return policy([
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, Condition: { Null: { 'sts:ExternalId': 'true' } } },
    { Effect: 'Allow', Action: 'sts:TagSession', Principal },
  ]);
}

function deployStatements(place: AccountPlace, executionRole: string): readonly JsonValue[] {
  const bucket = `arn:aws:s3:::${bucketName(place)}`;
  return [
    {
      Sid: 'DeployPermissions',
      Effect: 'Allow',
      Action: ['CreateChangeSet', 'DeleteChangeSet', 'ExecuteChangeSet', 'CreateStack', 'UpdateStack', 'RollbackStack', 'ContinueUpdateRollback']
        .map((action) => `cloudformation:${action}`),
      Resource: '*',
    },
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: executionRole },
    { Sid: 'CliPermissions', Effect: 'Allow', Action: ['cloudformation:DeleteStack', 'cloudformation:UpdateTerminationProtection', 'sts:GetCallerIdentity'], Resource: '*' },
    { Sid: 'CliStagingBucket', Effect: 'Allow', Action: ['s3:GetObject*', 's3:GetBucket*', 's3:List*'], Resource: [bucket, `${bucket}/*`] },
    {
      Sid: 'ReadVersion',
      Effect: 'Allow',
      Action: ['ssm:GetParameter', 'ssm:GetParameters'],
      Resource: [`arn:aws:ssm:${place.region}:${place.accountId}:parameter${BOOTSTRAP_VERSION_PARAMETER}`],
    },
  ];
}

function fileStatements(place: AccountPlace): readonly JsonValue[] {
  const bucket = `arn:aws:s3:::${bucketName(place)}`;
  return [{
    Effect: 'Allow',
    Action: ['s3:GetObject*', 's3:GetBucket*', 's3:GetEncryptionConfiguration', 's3:List*', 's3:DeleteObject*', 's3:PutObject*', 's3:Abort*'],
    Resource: [bucket, `${bucket}/*`],
    Condition: { StringEquals: { 'aws:ResourceAccount': [place.accountId] } },
  }];
}

/** The lab has no images of its own: nothing but the right to ask. */
function imageStatements({ accountId, region }: AccountPlace): readonly JsonValue[] {
  return [
    {
      Effect: 'Allow',
      Action: [
        'PutImage', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'BatchCheckLayerAvailability', 'DescribeRepositories',
        'DescribeImages', 'BatchGetImage', 'GetDownloadUrlForLayer',
      ].map((action) => `ecr:${action}`),
      Resource: `arn:aws:ecr:${region}:${accountId}:repository/cdk-${QUALIFIER}-container-assets-${accountId}-${region}`,
    },
    { Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: '*' },
  ];
}
