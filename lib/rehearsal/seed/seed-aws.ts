import {
  DeleteSecurityGroupCommand, DeleteSubnetCommand, DeleteVpcCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { DeleteClusterCommand } from '@aws-sdk/client-eks';
import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import { DeleteQueueCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { readCluster } from '../../assembly/cluster-view';
import { readNetwork } from '../../assembly/network-view';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { NO_SUCH_ENTITY, NO_SUCH_QUEUE, unlessAbsent } from '../../aws/aws-failure';
import type { RunContext } from '../../run-context';
import { networkStepCount, type SeededNetwork, seedNetwork } from './seed-network';
import {
  rolesToSeed, seedCluster, type SeededCluster, type SeededQueue, seededQueueName, type SeededRole, seededRoleName, seedQueues, seedRoles,
} from './seed-services';
import { closeLocalAws, localAws, type LocalAws, Seeding } from './seeding';

/** What is seeded, and where. */
export interface SeedAwsOptions {
  /** Loopback URL of moto, or of the AWS answers in front of it. */
  readonly endpoint: string;
  /** The stack that is rehearsed. Everything seeded is read from it. */
  readonly stack: SynthesizedStack;
}

/** What the rehearsal's AWS holds. */
export interface SeededAws {
  readonly network: SeededNetwork;
  readonly roles: readonly SeededRole[];
  readonly queues: readonly SeededQueue[];
  readonly cluster: SeededCluster;
}

/**
 * Creates in the rehearsal's AWS what Karpenter will look for: network, roles, queue and cluster,
 * as they stand in the template, with its mistakes. moto must have just been started.
 *
 * @throws LabError `AwsSeedFailed` with the resource that was refused, and why
 * @throws LabError `EndpointNotLocal` when the endpoint is not on this machine
 * @throws LabError `AssemblyUnreadable` when the stack has no cluster
 */
export async function seedAws({ endpoint, stack }: SeedAwsOptions, run: RunContext): Promise<SeededAws> {
  const { name } = readCluster(stack);
  const aws = localAws({ endpoint, region: stack.region }, run);
  const seeding = new Seeding(aws, stack, run.onProgress, stepCount(stack));
  try {
    const network = await seedNetwork(seeding, name);
    const roles = await seedRoles(seeding);
    const queues = await seedQueues(seeding);
    const cluster = await seedCluster(seeding, network, roles);
    seeding.finish(`${network.subnets.length} subnets, ${roles.length} roles, ${queues.length} queues, cluster ${name}`);
    return { network, roles, queues, cluster };
  } finally {
    closeLocalAws(aws);
  }
}

function stepCount(stack: SynthesizedStack): number {
  return networkStepCount(readNetwork(stack)) + rolesToSeed(stack).length + stack.resourcesOfType('AWS::SQS::Queue').length + 1;
}

/**
 * Deletes from the rehearsal's AWS what `seedAws` made there, in an order that AWS accepts. What is already gone is skipped.
 * The first refusal, such as of a role that is in an instance profile, ends the deletion.
 *
 * @throws the SDK's error for that refusal
 */
export async function unseedAws({ endpoint, stack }: SeedAwsOptions, run: RunContext): Promise<void> {
  const aws = localAws({ endpoint, region: stack.region }, run);
  try {
    await deleteQueues(aws, stack);
    await deleteRoles(aws, stack);
    await unlessAbsent(() => aws.eks.send(new DeleteClusterCommand({ name: readCluster(stack).name })), 'ResourceNotFoundException');
    await deleteNetwork(aws, readNetwork(stack).vpcCidr);
  } finally {
    closeLocalAws(aws);
  }
}

async function deleteQueues(aws: LocalAws, stack: SynthesizedStack): Promise<void> {
  for (const queue of stack.resourcesOfType('AWS::SQS::Queue')) {
    const QueueName = seededQueueName(stack, queue);
    const found = await unlessAbsent(() => aws.sqs.send(new GetQueueUrlCommand({ QueueName })), ...NO_SUCH_QUEUE);
    if (found !== undefined) await aws.sqs.send(new DeleteQueueCommand({ QueueUrl: found.QueueUrl }));
  }
}

async function deleteRoles(aws: LocalAws, stack: SynthesizedStack): Promise<void> {
  for (const role of rolesToSeed(stack)) {
    const RoleName = seededRoleName(stack, role);
    await unlessAbsent(() => aws.iam.send(new DeleteRoleCommand({ RoleName })), ...NO_SUCH_ENTITY);
  }
}

async function deleteNetwork({ ec2 }: LocalAws, cidr: string): Promise<void> {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'cidr', Values: [cidr] }] }));
  for (const { VpcId = '' } of Vpcs.filter(({ IsDefault }) => IsDefault !== true)) {
    const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    for (const { GroupId, GroupName } of SecurityGroups) {
      if (GroupName !== 'default') await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    }
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
    for (const { SubnetId } of Subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
    await ec2.send(new DeleteVpcCommand({ VpcId }));
  }
}
