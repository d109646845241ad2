import { CreateClusterCommand } from '@aws-sdk/client-eks';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import { readCluster } from '../../assembly/cluster-view';
import { referencesIn, type TemplateResource } from '../../assembly/intrinsics';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { arrayAt, type JsonValue, objectAt, textAt } from '../../json';
import type { SeededNetwork } from './seed-network';
import { given, known, seedFailed, type Seeding, type SeedStep } from './seeding';

/** Characters that IAM allows in a role's name. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const MAX_ROLE_NAME = 64;

/** Name of a role in a rehearsal: its own, or one like those that CloudFormation makes up, without their random end. */
export function seededRoleName(stack: SynthesizedStack, role: TemplateResource): string {
  return textAt(stack.resolvedProperties(role), 'RoleName') ?? `${stack.stackName}-${role.logicalId}`.slice(0, MAX_ROLE_NAME);
}

/** An IAM role, as the rehearsal's AWS has it. */
export interface SeededRole {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
}

/**
 * The roles that a rehearsal looks up: those with a name in the template, and the cluster's. Roles of
 * functions and node groups play no part in it.
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

/** The EKS cluster, as the rehearsal's AWS has it. */
export interface SeededCluster {
  readonly name: string;
  /** Kubernetes version, such as `1.35`. */
  readonly version: string;
  readonly arn: string;
}

/** Creates the cluster in EKS. Its API server is another process of the rehearsal. */
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

/** The seeded resource that a reference of the template names. */
function resolvedTo<T extends { readonly logicalId: string }>(reference: JsonValue, candidates: readonly T[], step: SeedStep): T {
  const names = referencesIn(reference);
  const found = candidates.find(({ logicalId }) => names.has(logicalId));
  if (found === undefined) throw seedFailed({ ...step, received: JSON.stringify(reference) }, 'it names a subnet that the stack does not make.');
  return found;
}

/** A queue, as the rehearsal's AWS has it. */
export interface SeededQueue {
  readonly logicalId: string;
  readonly name: string;
  readonly url: string;
}

/** Name of a queue in a rehearsal: its own, or one like those that CloudFormation makes up, without their random end. */
export function seededQueueName(stack: SynthesizedStack, queue: TemplateResource): string {
  return textAt(stack.resolvedProperties(queue), 'QueueName') ?? `${stack.stackName}-${queue.logicalId}`;
}

/** Attributes that say how a queue treats messages; in the template they are properties of the same names. */
const ATTRIBUTES: readonly QueueAttributeName[] = [
  'DelaySeconds', 'MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds', 'VisibilityTimeout',
];

/** Creates the queues. Their policies are left out: nothing in a rehearsal checks them. */
export async function seedQueues(seeding: Seeding): Promise<readonly SeededQueue[]> {
  const queues: SeededQueue[] = [];
  for (const queue of seeding.stack.resourcesOfType('AWS::SQS::Queue')) queues.push(await createQueue(seeding, queue));
  return queues;
}

async function createQueue(seeding: Seeding, queue: TemplateResource): Promise<SeededQueue> {
  const { logicalId } = queue;
  const properties = seeding.stack.resolvedProperties(queue);
  const name = seededQueueName(seeding.stack, queue);
  const step = { resource: `the queue ${logicalId}`, received: name };
  const { QueueUrl } = await seeding.run(step, () => seeding.aws.sqs.send(new CreateQueueCommand({
    QueueName: known(name, step),
    Attributes: Object.fromEntries(ATTRIBUTES.flatMap((attribute) => {
      const value = textAt(properties, attribute);
      return value === undefined ? [] : [[attribute, value]];
    })),
  })));
  return { logicalId, name, url: given(QueueUrl, step) };
}
