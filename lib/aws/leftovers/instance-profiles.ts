import {
  DeleteInstanceProfileCommand, GetInstanceProfileCommand, paginateListInstanceProfiles, RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { gathered } from './gathered';
import type { LeftoverKind } from './leftover';
import { tryRemoval } from './try-removal';

const NO_SUCH_ENTITY = ['NoSuchEntity', 'NoSuchEntityException'];

/** Instance profiles that Karpenter made: each lies below a path of its cluster. */
export const INSTANCE_PROFILES: LeftoverKind = {
  kind: 'instanceProfile',
  find: async (aws, { region, clusterName }, signal) => {
    // The slash at the end keeps the profiles of cluster "lab-2" out of those of "lab".
    const path = `/karpenter/${region}/${clusterName}/`;
    const profiles = await gathered(
      'iam:ListInstanceProfiles',
      paginateListInstanceProfiles({ client: aws.iam }, { PathPrefix: path }, { abortSignal: signal }),
      ({ InstanceProfiles }) => InstanceProfiles,
    );
    return profiles.flatMap(({ InstanceProfileName: name, Path, CreateDate }) => name === undefined || Path?.startsWith(path) !== true
      ? []
      : [{ kind: 'instanceProfile' as const, id: name, name, evidence: `path ${Path}`, isBillable: false, createdAt: CreateDate?.toISOString() }]);
  },
  remove: (aws, { id: InstanceProfileName }, signal) => tryRemoval({
    request: 'iam:DeleteInstanceProfile', gone: NO_SUCH_ENTITY, inUse: ['DeleteConflict', 'DeleteConflictException', 'ConcurrentModificationException'],
  }, async () => {
    const { InstanceProfile } = await aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName }), { abortSignal: signal });
    // A role in a profile keeps both: the profile from being deleted, and the role with its stack.
    for (const { RoleName } of InstanceProfile?.Roles ?? []) {
      await aws.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }), { abortSignal: signal });
    }
    await aws.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }), { abortSignal: signal });
  }),
};
