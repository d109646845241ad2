import { CreateClusterCommand } from '@aws-sdk/client-eks';
import { readCluster } from '../../assembly/cluster-view';
import { referencesIn } from '../../assembly/intrinsics';
import { arrayAt, textAt, type JsonValue } from '../../assembly/json';
import type { SeededNetwork } from './seed-network';
import type { SeededRole } from './seed-roles';
import { given, known, seedFailed, type Seeding, type SeedStep } from './seeding';

/** The EKS cluster, as the rehearsal's AWS has it. */
export interface SeededCluster {
  readonly name: string;
  /** Kubernetes version, such as `1.35`. */
  readonly version: string;
  readonly arn: string;
}

/** Creates the cluster. Its API server is the rehearsal's own, which EKS's answers know nothing of. */
export async function seedCluster(seeding: Seeding, network: SeededNetwork, roles: readonly SeededRole[]): Promise<SeededCluster> {
  const { stack } = seeding;
  const { logicalId, name, version, isPublic, isPrivate } = readCluster(stack);
  const template = stack.resources.get(logicalId)?.properties;
  const resolved = template === undefined ? undefined : stack.resolve(template);
  const step = { resource: `the cluster ${logicalId}`, received: `${name}, version ${version}` };
  const subnetIds = arrayAt(template, 'ResourcesVpcConfig', 'SubnetIds').map((reference) =>
    resolvedTo(reference, network.subnets, step).subnetId);
  const roleArn = roles.find((role) => referencesIn(template?.['RoleArn'] ?? '').has(role.logicalId))?.arn ?? textAt(resolved, 'RoleArn') ?? '';

  const { cluster } = await seeding.run(step, () => seeding.aws.eks.send(new CreateClusterCommand({
    name: known(name, step),
    version: known(version, step),
    roleArn: known(roleArn, step),
    resourcesVpcConfig: { subnetIds, endpointPublicAccess: isPublic, endpointPrivateAccess: isPrivate },
    tags: Object.fromEntries(arrayAt(resolved, 'Tags').map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? ''])),
  })));
  return { name, version, arn: given(cluster?.arn, step) };
}

/** What a reference of the template names. */
function resolvedTo<T extends { readonly logicalId: string }>(reference: JsonValue, candidates: readonly T[], step: SeedStep): T {
  const names = referencesIn(reference);
  const found = candidates.find(({ logicalId }) => names.has(logicalId));
  if (found === undefined) throw seedFailed({ ...step, received: JSON.stringify(reference) }, 'it names a subnet that the stack does not make.');
  return found;
}
