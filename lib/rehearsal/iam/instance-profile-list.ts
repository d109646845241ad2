import { type IAMClient, type InstanceProfile, paginateListInstanceProfiles, type Role } from '@aws-sdk/client-iam';
import { type AwsAnswer, queryAnswer, xmlElement, type XmlElement } from '../aws-answers/aws-answer';
import { type AwsRequest } from '../aws-answers/aws-request';

/** Namespace of IAM's answers: its API version. */
const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/**
 * Answers ListInstanceProfiles. moto knows no `PathPrefix`, by which Karpenter tells its own profiles from everybody else's.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html
 */
export async function listInstanceProfiles({ operation, parameters }: AwsRequest, iam: IAMClient): Promise<AwsAnswer> {
  const prefix = parameters.get('PathPrefix') ?? '/';
  const found: InstanceProfile[] = [];
  for await (const { InstanceProfiles } of paginateListInstanceProfiles({ client: iam }, {})) found.push(...InstanceProfiles ?? []);
  return queryAnswer(operation, [
    xmlElement('IsTruncated', 'false'),
    xmlElement('InstanceProfiles', found.filter(({ Path }) => Path?.startsWith(prefix) === true).map(profileElement)),
  ], NAMESPACE);
}

function profileElement({ Path = '', InstanceProfileName = '', InstanceProfileId = '', Arn = '', CreateDate, Roles = [] }: InstanceProfile): XmlElement {
  return xmlElement('member', [
    xmlElement('Path', Path),
    xmlElement('InstanceProfileName', InstanceProfileName),
    xmlElement('InstanceProfileId', InstanceProfileId),
    xmlElement('Arn', Arn),
    xmlElement('CreateDate', (CreateDate ?? new Date()).toISOString()),
    xmlElement('Roles', Roles.map(roleElement)),
  ]);
}

function roleElement({ Path = '', RoleName = '', RoleId = '', Arn = '', CreateDate, AssumeRolePolicyDocument = '' }: Role): XmlElement {
  return xmlElement('member', [
    xmlElement('Path', Path),
    xmlElement('RoleName', RoleName),
    xmlElement('RoleId', RoleId),
    xmlElement('Arn', Arn),
    xmlElement('CreateDate', (CreateDate ?? new Date()).toISOString()),
    xmlElement('AssumeRolePolicyDocument', AssumeRolePolicyDocument),
  ]);
}
