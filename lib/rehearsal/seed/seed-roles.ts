import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { referencesIn } from '../../assembly/intrinsics';
import { objectAt } from '../../assembly/json';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import type { TemplateResource } from '../../assembly/template-resource';
import { seededRoleName } from './role-name';
import { given, known, type Seeding } from './seeding';

/** An IAM role, as the rehearsal's AWS has it. */
export interface SeededRole {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
}

/**
 * Roles that something finds by name: those with a name in the template, and the cluster's. The
 * others (of functions and node groups) have no part in a rehearsal.
 */
export function rolesToSeed(stack: SynthesizedStack): readonly TemplateResource[] {
  const clusterRoles = new Set(stack.resourcesOfType('AWS::EKS::Cluster').flatMap(({ properties }) => [...referencesIn(properties['RoleArn'] ?? '')]));
  return stack.resourcesOfType('AWS::IAM::Role')
    .filter(({ logicalId, properties }) => properties['RoleName'] !== undefined || clusterRoles.has(logicalId));
}

/** Creates the roles with their trust policies. Permissions are left out: nothing in a rehearsal checks them. */
export async function seedRoles(seeding: Seeding): Promise<readonly SeededRole[]> {
  const roles: SeededRole[] = [];
  for (const role of rolesToSeed(seeding.stack)) roles.push(await createRole(seeding, role));
  return roles;
}

async function createRole(seeding: Seeding, role: TemplateResource): Promise<SeededRole> {
  const { logicalId } = role;
  const properties = seeding.stack.resolvedProperties(role);
  const name = seededRoleName(seeding.stack, role);
  const step = { resource: `the role ${logicalId}`, received: name };
  const { Role } = await seeding.run(step, () => seeding.aws.iam.send(new CreateRoleCommand({
    RoleName: known(name, step),
    AssumeRolePolicyDocument: JSON.stringify(objectAt(properties, 'AssumeRolePolicyDocument')),
  })));
  return { logicalId, name, arn: given(Role?.Arn, step) };
}
