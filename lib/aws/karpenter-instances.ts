import { paginateDescribeInstances, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { clusterTag, NODE_CLAIM_TAG, NODE_POOL_LABEL } from '../well-known-keys';
import { asking } from './aws-failure';
import { exactTag, karpenterEvidence, ownedByCluster, tagsFrom } from './leftovers/leftover';

/** An EC2 instance that Karpenter launched, and that is not gone yet. */
export interface KarpenterInstance {
  /** Such as `i-02fd00557cbb11e88`. */
  readonly id: string;
  /** `pending`, `running`, `shutting-down`, `stopping` or `stopped`. */
  readonly state: string;
  readonly instanceType: string;
  /** @default - EC2 named none */
  readonly zone?: string;
  /** NodePool that it was launched for. @default - the tag is missing */
  readonly nodePool?: string;
  /** NodeClaim that it was launched for. Karpenter adds this tag only after the node has joined. @default - it has not joined */
  readonly nodeClaim?: string;
  /** ISO 8601 in UTC. @default - EC2 named no time */
  readonly launchedAt?: string;
}

/** Every state but `terminated`, in which an instance is billed no more and cannot come back. */
const LIVING_STATES = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];

/**
 * Instances that Karpenter launched for exactly this cluster.
 *
 * Nodes of managed node groups carry `kubernetes.io/cluster/NAME: owned` as well, so an instance must also have a tag that only
 * Karpenter writes, see {@link karpenterEvidence}.
 *
 * @throws LabError what `awsFailure` says
 */
export async function karpenterInstances(ec2: EC2Client, clusterName: string): Promise<readonly KarpenterInstance[]> {
  return asking('ec2:DescribeInstances', async () => {
    const found: Instance[] = [];
    const pages = paginateDescribeInstances({ client: ec2, pageSize: 500 }, {
      Filters: [
        { Name: `tag:${clusterTag(clusterName)}`, Values: ['owned'] },
        { Name: 'instance-state-name', Values: LIVING_STATES },
      ],
    });
    for await (const { Reservations } of pages) found.push(...(Reservations ?? []).flatMap(({ Instances }) => Instances ?? []));
    return found.filter((instance) => isLaunchedFor(clusterName, instance)).map(readInstance);
  });
}

/** The tags are looked at here too: a filter of EC2 takes * and ? for patterns, and a stand-in for EC2 may know fewer filters. */
function isLaunchedFor(clusterName: string, instance: Instance): boolean {
  return exactTag(tagsFrom(instance.Tags), ownedByCluster(clusterName)) !== undefined
    && karpenterEvidence(tagsFrom(instance.Tags), clusterName) !== undefined
    && instance.State?.Name !== 'terminated';
}

function readInstance(instance: Instance): KarpenterInstance {
  return {
    id: instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'unknown',
    instanceType: instance.InstanceType ?? 'unknown',
    zone: instance.Placement?.AvailabilityZone,
    nodePool: tagOf(instance, NODE_POOL_LABEL),
    nodeClaim: tagOf(instance, NODE_CLAIM_TAG),
    launchedAt: instance.LaunchTime?.toISOString(),
  };
}

function tagOf({ Tags }: Instance, key: string): string | undefined {
  return Tags?.find(({ Key }) => Key === key)?.Value;
}
