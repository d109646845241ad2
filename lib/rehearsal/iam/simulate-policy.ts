import { type AwsAnswer, queryAnswer, xmlElement } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import { queryList, refuseParameters } from '../aws-answers/ec2-query';
import type { RoleBook } from './account-roles';
import { evaluatePolicies } from './policy-evaluation';
import { conditionKeys } from './policy-text';

/** Namespace of IAM's answers: its API version. */
const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** Parameters that would change the result, and that nobody here sends. */
const NOT_PLAYED = [
  'PolicyInputList', 'PermissionsBoundaryPolicyInputList', 'ResourcePolicy', 'ResourceOwner', 'CallerArn', 'ContextEntries', 'ResourceHandlingOption', 'Marker',
] as const;

/**
 * Answers IAM's SimulatePrincipalPolicy for a role.
 *
 * @throws AwsFault `NoSuchEntity` without the role, `UnsupportedOperation` for a parameter that is not played
 */
export async function simulatePrincipalPolicy({ operation, parameters }: AwsRequest, roles: RoleBook): Promise<AwsAnswer> {
  refuseParameters(parameters, ...NOT_PLAYED);
  const source = parameters.get('PolicySourceArn') ?? '';
  const role = await roles.role(source.slice(source.lastIndexOf('/') + 1));
  if (role?.arn !== source) throw new AwsFault('NoSuchEntity', `Policy source ${source} cannot be found.`, 404);

  const given = queryList(parameters, 'ResourceArns.member');
  const resources = given.length === 0 ? ['*'] : given;
  const results = queryList(parameters, 'ActionNames.member').flatMap((action) => resources.map((resource) => {
    const { effect } = evaluatePolicies(role.statements, { action, resource, keys: conditionKeys({}) });
    return xmlElement('member', [
      xmlElement('EvalActionName', action),
      xmlElement('EvalResourceName', resource),
      xmlElement('EvalDecision', effect),
      xmlElement('MatchedStatements', []),
      xmlElement('MissingContextValues', []),
    ]);
  }));
  return queryAnswer(operation, [xmlElement('EvaluationResults', results), xmlElement('IsTruncated', 'false')], NAMESPACE);
}
