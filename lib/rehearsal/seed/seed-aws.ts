import { readCluster } from '../../assembly/cluster-view';
import { readNetwork } from '../../assembly/network-view';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { ignoreProgress, type ProgressListener } from '../../progress';
import { closeLocalAws, localAws } from './local-aws';
import { seedCluster, type SeededCluster } from './seed-cluster';
import { networkStepCount, seedNetwork, type SeededNetwork } from './seed-network';
import { seedQueues, type SeededQueue } from './seed-queues';
import { rolesToSeed, seedRoles, type SeededRole } from './seed-roles';
import { Seeding } from './seeding';

/** What to seed, and where. */
export interface SeedAwsOptions {
  /** Loopback URL at which all AWS calls are answered. moto behind it must have just been started. */
  readonly endpoint: string;
  /** The stack that is rehearsed. Everything seeded is read from it. */
  readonly stack: SynthesizedStack;
  /**
   * Is told of each resource.
   *
   * @default - nobody watches
   */
  readonly onProgress?: ProgressListener;
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
 * as they stand in the template. What is wrong there is wrong here.
 *
 * @throws LabError `AwsSeedFailed` with the resource that was refused, and why
 * @throws LabError `EndpointNotLocal` when the endpoint is not on this machine
 * @throws LabError `AssemblyUnreadable` when the stack has no cluster
 */
export async function seedAws({ endpoint, stack, onProgress = ignoreProgress }: SeedAwsOptions): Promise<SeededAws> {
  const { name } = readCluster(stack);
  const aws = localAws({ endpoint, region: stack.region });
  const seeding = new Seeding(aws, stack, onProgress, stepCount(stack));
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
