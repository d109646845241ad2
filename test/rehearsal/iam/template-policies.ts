import type { SynthesizedStack } from '../../../lib/assembly/synthesized-stack';
import { isJsonArray, isJsonObject, type JsonObject, objectAt, parseJson, textAt } from '../../../lib/json';
import { ACCOUNT, REGION } from './simulated-access';

/** A policy of the template, with values in place of what only a deployment knows. */
export interface TemplatePolicy {
  readonly name: string;
  readonly document: JsonObject;
}

/** Policies of a template, by what they are of. */
export interface TemplatePolicies {
  /** Of roles: managed ones and inline ones. */
  readonly identity: readonly TemplatePolicy[];
  readonly trust: readonly TemplatePolicy[];
  readonly queue: readonly TemplatePolicy[];
}

/** The policies of a synthesized stack. */
export function templatePolicies(stack: SynthesizedStack): TemplatePolicies {
  const read = (type: string, ...path: readonly string[]): readonly TemplatePolicy[] => stack.resourcesOfType(type).map((resource) => ({
    name: resource.logicalId,
    document: deployed(stack, objectAt(stack.resolvedProperties(resource), ...path)),
  }));
  const inline = stack.resourcesOfType('AWS::IAM::Role').flatMap((role) => {
    const { Policies: own = [] } = stack.resolvedProperties(role);
    return isJsonArray(own) ? own.map((policy): TemplatePolicy => ({ name: `${role.logicalId} ${textAt(policy, 'PolicyName')}`, document: deployed(stack, objectAt(policy, 'PolicyDocument')) })) : [];
  });
  return {
    identity: [...read('AWS::IAM::ManagedPolicy', 'PolicyDocument'), ...read('AWS::IAM::Policy', 'PolicyDocument'), ...inline],
    trust: read('AWS::IAM::Role', 'AssumeRolePolicyDocument'),
    queue: read('AWS::SQS::QueuePolicy', 'PolicyDocument'),
  };
}

/** A policy as it is after a deployment: account and ARNs are known. */
function deployed(stack: SynthesizedStack, document: JsonObject): JsonObject {
  const text = JSON.stringify(document)
    .replaceAll('${AWS::Partition}', 'aws')
    .replaceAll('${AWS::AccountId}', ACCOUNT)
    .replaceAll('${AWS::StackId}', `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/karpenter-lab/1`)
    .replaceAll(/\$\{([A-Za-z0-9]+)(?:\.Arn)?\}/g, (_all, id: string) => arnOf(stack, id));
  const parsed = parseJson(text);
  return isJsonObject(parsed) ? parsed : {};
}

/** ARN of a resource of the stack, with the name that it has or might get. */
function arnOf(stack: SynthesizedStack, logicalId: string): string {
  const resource = stack.resources.get(logicalId);
  const name = resource === undefined ? logicalId : stack.nameOf(resource) ?? logicalId;
  if (resource?.type === 'AWS::IAM::Role') return `arn:aws:iam::${ACCOUNT}:role/${name}`;
  return `arn:aws:${resource?.type === 'AWS::SQS::Queue' ? 'sqs' : 'made'}:${REGION}:${ACCOUNT}:${name}`;
}
