import {
  DeleteLaunchTemplateCommand, DeleteVolumeCommand, DescribeInstancesCommand, type Filter, paginateDescribeLaunchTemplates,
  paginateDescribeVolumes, TerminateInstancesCommand, type Volume,
} from '@aws-sdk/client-ec2';
import {
  DeleteInstanceProfileCommand, GetInstanceProfileCommand, paginateListInstanceProfiles, RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { EKS_CLUSTER_TAG, NODE_POOL_LABEL } from '../../well-known-keys';
import { asking, isAwsError, NO_SUCH_ENTITY } from '../aws-failure';
import { karpenterInstances } from '../karpenter-instances';
import type { LabAws } from '../lab-aws';
import {
  exactTag, gathered, GONE, karpenterEvidence, type LabNames, type Leftover, type LeftoverKind, ownedByCluster, type Removal, type Tags,
  tagsFrom, tryRemoval,
} from './leftover';

/** Instances that Karpenter launched and did not end. */
export const INSTANCES: LeftoverKind = {
  kind: 'instance',
  find: async (aws, { clusterName }) => {
    const owned = ownedByCluster(clusterName).join('=');
    return (await karpenterInstances(aws.ec2, clusterName)).map(({ id, instanceType, nodePool, launchedAt }) => ({
      kind: 'instance' as const,
      id,
      name: instanceType,
      evidence: `${owned} and ${nodePool === undefined ? `${EKS_CLUSTER_TAG}=${clusterName}` : `${NODE_POOL_LABEL}=${nodePool}`}`,
      isBillable: true,
      createdAt: launchedAt,
    }));
  },
  remove: async (aws, { id }) => {
    const removal = await tryRemoval({
      request: 'ec2:TerminateInstances',
      gone: ['InvalidInstanceID.NotFound'],
      inUse: ['IncorrectInstanceState', 'IncorrectState'],
      // Somebody protected it from termination.
      refused: ['OperationNotPermitted'],
    }, () => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
    return removal.isGone ? hasEnded(aws, id) : removal;
  },
};

/** Its volumes and interfaces go only when it has ended. */
function hasEnded(aws: LabAws, id: string): Promise<Removal> {
  return asking('ec2:DescribeInstances', async () => {
    try {
      const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      const state = Reservations?.[0]?.Instances?.[0]?.State?.Name ?? 'terminated';
      return state === 'terminated' ? GONE : { isGone: false, reason: `it is ${state}`, isFinal: false };
    } catch (error) {
      if (isAwsError(error, 'InvalidInstanceID.NotFound')) return GONE;
      throw error;
    }
  });
}

/** The EBS CSI driver's tag for its cluster. */
const CSI_CLUSTER_TAG = 'KubernetesCluster';

/** Keys that the EBS CSI driver writes for a volume which a claim asked for. */
const CLAIM_KEYS = 'kubernetes.io/created-for/pvc/';

/** Volumes of Karpenter's instances, and those that the EBS CSI driver made for a claim. */
export const VOLUMES: LeftoverKind = {
  kind: 'volume',
  find: async (aws, lab) => {
    const [owned] = ownedByCluster(lab.clusterName);
    const found = new Map<string, Leftover>();
    for (const [key, value] of [[EKS_CLUSTER_TAG, lab.clusterName], [CSI_CLUSTER_TAG, lab.clusterName], [owned, 'owned']] as const) {
      for (const volume of await describe(aws, { Name: `tag:${key}`, Values: [value] })) {
        const leftover = leftoverOf(volume, lab);
        if (leftover !== undefined) found.set(leftover.id, leftover);
      }
    }
    return [...found.values()];
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'ec2:DeleteVolume', gone: ['InvalidVolume.NotFound'], inUse: ['VolumeInUse', 'IncorrectState'],
  }, () => aws.ec2.send(new DeleteVolumeCommand({ VolumeId: id }))),
};

function describe(aws: LabAws, filter: Filter): Promise<readonly Volume[]> {
  return gathered(
    'ec2:DescribeVolumes',
    paginateDescribeVolumes({ client: aws.ec2, pageSize: 500 }, { Filters: [filter] }),
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

/** Launch templates that Karpenter made. Node groups have some too, with other tags. */
export const LAUNCH_TEMPLATES: LeftoverKind = {
  kind: 'launchTemplate',
  find: async (aws, { clusterName }) => {
    const templates = await gathered(
      'ec2:DescribeLaunchTemplates',
      paginateDescribeLaunchTemplates({ client: aws.ec2, pageSize: 200 }, {
        Filters: [{ Name: `tag:${EKS_CLUSTER_TAG}`, Values: [clusterName] }],
      }),
      ({ LaunchTemplates }) => LaunchTemplates,
    );
    return templates.flatMap(({ LaunchTemplateId: id, LaunchTemplateName: name, Tags, CreateTime }) => {
      const evidence = karpenterEvidence(tagsFrom(Tags), clusterName);
      return id === undefined || evidence === undefined
        ? []
        : [{ kind: 'launchTemplate' as const, id, name: name ?? id, evidence, isBillable: false, createdAt: CreateTime?.toISOString() }];
    });
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'ec2:DeleteLaunchTemplate', gone: ['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.NotFoundException', 'InvalidLaunchTemplateName.NotFoundException'],
  }, () => aws.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }))),
};

/** Instance profiles that Karpenter made: each lies below a path of its cluster. */
export const INSTANCE_PROFILES: LeftoverKind = {
  kind: 'instanceProfile',
  find: async (aws, { region, clusterName }) => {
    // The slash at the end keeps the profiles of cluster "lab-2" out of those of "lab".
    const path = `/karpenter/${region}/${clusterName}/`;
    const profiles = await gathered(
      'iam:ListInstanceProfiles',
      paginateListInstanceProfiles({ client: aws.iam }, { PathPrefix: path }),
      ({ InstanceProfiles }) => InstanceProfiles,
    );
    return profiles.flatMap(({ InstanceProfileName: name, Path, CreateDate }) => name === undefined || Path?.startsWith(path) !== true
      ? []
      : [{ kind: 'instanceProfile' as const, id: name, name, evidence: `path ${Path}`, isBillable: false, createdAt: CreateDate?.toISOString() }]);
  },
  remove: (aws, { id: InstanceProfileName }) => tryRemoval({
    request: 'iam:DeleteInstanceProfile', gone: NO_SUCH_ENTITY, inUse: ['DeleteConflict', 'DeleteConflictException', 'ConcurrentModificationException'],
  }, async () => {
    const { InstanceProfile } = await aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    // A role in a profile keeps both: the profile from being deleted, and the role with its stack.
    for (const { RoleName } of InstanceProfile?.Roles ?? []) {
      await aws.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    }
    await aws.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
  }),
};
