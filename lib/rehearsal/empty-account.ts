import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketEncryptionCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { boundTo } from '../aws/bound-client';
import type { Account } from './account';
import { type AccountPlace, BOOTSTRAP_VERSION, BOOTSTRAP_VERSION_PARAMETER, bootstrapRoles, bucketName, type EarlyRole } from './bootstrap-roles';
import { INSTRUCTOR_ROLE, ROOT_CREDENTIALS } from './iam/principals';

/**
 * Makes what moto starts with into an account that somebody has used before, as far as the lab asks for it: with the instructor's
 * role, with the roles that AWS makes for itself, and bootstrapped for the CDK. The default VPC is moto's. moto must hold AWS's
 * managed policies: `MOTO_IAM_LOAD_MANAGED_POLICIES=true`.
 *
 * @throws the SDK's error, as when it is done twice
 */
export async function makeEmptyAccount(account: Pick<Account, 'accountId' | 'region' | 'moto' | 'run'>): Promise<void> {
  const { region, moto: endpoint, run: { signal } } = account;
  const configuration = { endpoint, region, credentials: ROOT_CREDENTIALS };
  const iam = boundTo(signal, new IAMClient(configuration));
  const s3 = boundTo(signal, new S3Client({ ...configuration, forcePathStyle: true }));
  const ssm = boundTo(signal, new SSMClient(configuration));
  try {
    for (const role of rolesOfEmptyAccount(account)) await makeRole(iam, role);
    await makeBucket(s3, account);
    await ssm.send(new PutParameterCommand({ Name: BOOTSTRAP_VERSION_PARAMETER, Type: 'String', Value: String(BOOTSTRAP_VERSION) }));
  } finally {
    for (const client of [iam, s3, ssm]) client.destroy();
  }
}

/** The roles of an account that has no stack but the CDK's bootstrap. */
export function rolesOfEmptyAccount(place: AccountPlace): readonly EarlyRole[] {
  return [instructorRole(place), ...SERVICE_ROLES.map(serviceRole), ...bootstrapRoles(place)];
}

/** Whoever sits at the computer, as if logged in by IAM Identity Center: not the root user, but allowed everything. */
function instructorRole({ accountId }: AccountPlace): EarlyRole {
  return {
    name: INSTRUCTOR_ROLE,
    trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${accountId}:root` } }] },
    managedPolicies: ['AdministratorAccess'],
  };
}

/** Roles that AWS makes for its services at their first use, with the managed policy of each. moto spells some of them otherwise. */
const SERVICE_ROLES: readonly { readonly name: string; readonly service: string; readonly policy: string }[] = [
  { name: 'AWSServiceRoleForAmazonEKS', service: 'eks.amazonaws.com', policy: 'AmazonEKSServiceRolePolicy' },
  { name: 'AWSServiceRoleForAmazonEKSNodegroup', service: 'eks-nodegroup.amazonaws.com', policy: 'AWSServiceRoleForAmazonEKSNodegroup' },
  { name: 'AWSServiceRoleForAutoScaling', service: 'autoscaling.amazonaws.com', policy: 'AutoScalingServiceRolePolicy' },
  { name: 'AWSServiceRoleForEC2Spot', service: 'spot.amazonaws.com', policy: 'AWSEC2SpotServiceRolePolicy' },
];

/** Path of the roles that AWS makes for its services. */
export const SERVICE_ROLE_PATH = '/aws-service-role/';

function serviceRole({ name, service, policy }: (typeof SERVICE_ROLES)[number]): EarlyRole {
  return {
    name,
    path: `${SERVICE_ROLE_PATH}${service}/`,
    trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }] },
    managedPolicies: [`aws-service-role/${policy}`],
  };
}

async function makeRole(iam: IAMClient, { name: RoleName, path, trust, managedPolicies = [], policies = {}, tags = {} }: EarlyRole): Promise<void> {
  await iam.send(new CreateRoleCommand({
    RoleName, Path: path, AssumeRolePolicyDocument: JSON.stringify(trust), Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  }));
  for (const policy of managedPolicies) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }));
  for (const [PolicyName, document] of Object.entries(policies)) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }));
  }
}

/** The bucket for the CDK's files. S3 wants no location for us-east-1. */
async function makeBucket(s3: S3Client, place: AccountPlace): Promise<void> {
  const Bucket = bucketName(place);
  await s3.send(new CreateBucketCommand({
    Bucket,
    CreateBucketConfiguration: place.region === 'us-east-1' ? undefined : { LocationConstraint: place.region as 'ap-northeast-2' },
  }));
  await s3.send(new PutBucketEncryptionCommand({
    Bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }] },
  }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
}
