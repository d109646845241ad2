import { DeleteVolumeCommand, paginateDescribeVolumes, type Filter, type Volume } from '@aws-sdk/client-ec2';
import type { LabAws } from '../lab-aws';
import { gathered } from './gathered';
import type { Leftover, LeftoverKind, LabNames } from './leftover';
import { EKS_CLUSTER_TAG, exactTag, karpenterEvidence, ownedByCluster, tagsFrom, type Tags } from './tags';
import { tryRemoval } from './try-removal';

/** The EBS CSI driver's tag for its cluster. */
const CSI_CLUSTER_TAG = 'KubernetesCluster';

/** Keys that the EBS CSI driver writes for a volume which a claim asked for. */
const CLAIM_KEYS = 'kubernetes.io/created-for/pvc/';

/** Volumes of Karpenter's instances, and those that the EBS CSI driver made for a claim. */
export const VOLUMES: LeftoverKind = {
  kind: 'volume',
  find: async (aws, lab, signal) => {
    const [owned] = ownedByCluster(lab.clusterName);
    const found = new Map<string, Leftover>();
    for (const [key, value] of [[EKS_CLUSTER_TAG, lab.clusterName], [CSI_CLUSTER_TAG, lab.clusterName], [owned, 'owned']] as const) {
      for (const volume of await describe(aws, { Name: `tag:${key}`, Values: [value] }, signal)) {
        const leftover = leftoverOf(volume, lab);
        if (leftover !== undefined) found.set(leftover.id, leftover);
      }
    }
    return [...found.values()];
  },
  remove: (aws, { id }, signal) => tryRemoval({
    request: 'ec2:DeleteVolume', gone: ['InvalidVolume.NotFound'], inUse: ['VolumeInUse', 'IncorrectState'],
  }, () => aws.ec2.send(new DeleteVolumeCommand({ VolumeId: id }), { abortSignal: signal })),
};

function describe(aws: LabAws, filter: Filter, signal: AbortSignal | undefined): Promise<readonly Volume[]> {
  return gathered(
    'ec2:DescribeVolumes',
    paginateDescribeVolumes({ client: aws.ec2, pageSize: 500 }, { Filters: [filter] }, { abortSignal: signal }),
    ({ Volumes }) => Volumes,
  );
}

function leftoverOf({ VolumeId, State, Tags, CreateTime, Size }: Volume, { clusterName }: LabNames): Leftover | undefined {
  const tags = tagsFrom(Tags);
  const evidence = karpenterEvidence(tags, clusterName) ?? claimEvidence(tags, clusterName);
  if (VolumeId === undefined || evidence === undefined || State === 'deleting' || State === 'deleted') return undefined;
  const name = tags.get(`${CLAIM_KEYS}name`) ?? tags.get('Name') ?? VolumeId;
  return { kind: 'volume', id: VolumeId, name: `${name}, ${Size ?? 0} GiB`, evidence, isBillable: true, createdAt: CreateTime?.toISOString() };
}

function claimEvidence(tags: Tags, clusterName: string): string | undefined {
  const cluster = exactTag(tags, [CSI_CLUSTER_TAG, clusterName], ownedByCluster(clusterName));
  const claim = [...tags].find(([key]) => key.startsWith(CLAIM_KEYS));
  return cluster === undefined || claim === undefined ? undefined : `${cluster} and ${claim.join('=')}`;
}
