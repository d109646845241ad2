import { textAt } from '../../assembly/json';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';

/** Property that holds the name of a resource, for the types whose names must be free in the account. */
const NAME_PROPERTIES = {
  'AWS::EKS::Cluster': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Scheduler::Schedule': 'Name',
} as const;

/** A type whose names must be free in the account. */
export type NamedType = keyof typeof NAME_PROPERTIES;

/** Names of a type that stand in the template. A resource whose name CloudFormation makes up clashes with nothing. */
export function fixedNames(stack: SynthesizedStack, type: NamedType): readonly string[] {
  return stack.resourcesOfType(type).flatMap((resource) => {
    const name = textAt(stack.resolvedProperties(resource), NAME_PROPERTIES[type]);
    return name === undefined || name.includes('${') ? [] : [name];
  });
}
