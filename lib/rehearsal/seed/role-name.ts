import { textAt } from '../../assembly/json';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import type { TemplateResource } from '../../assembly/template-resource';

/** Characters that IAM allows in a role's name. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const MAX_ROLE_NAME = 64;

/** Name of a role in a rehearsal: its own, or one like those that CloudFormation makes up, without their random end. */
export function seededRoleName(stack: SynthesizedStack, role: TemplateResource): string {
  return textAt(stack.resolvedProperties(role), 'RoleName') ?? `${stack.stackName}-${role.logicalId}`.slice(0, MAX_ROLE_NAME);
}
