import { peopleWhoAreAdmin } from '../plan/security-posture';
import type { Check } from './check';
import { passed, warned } from './finding';

/** Whether somebody can use the lab once it is there, and whether you are among them. */
export const accessCheck: Check = {
  name: 'Access',
  asksAws: true,
  run: async ({ lab, caller }) => {
    const admins = peopleWhoAreAdmin(lab).map(({ principal }) => principal);
    const missing = [
      ...(lab.cluster.isPublic ? [] : [{ what: 'The API answers from inside the VPC only.', key: 'apiAccess' }]),
      ...(admins.length === 0 && !lab.cluster.grantsCreatorAdmin ? [{ what: 'Nobody is admin of the cluster, not even you.', key: 'admins' }] : []),
    ];
    if (missing.length > 0) {
      return warned(missing.map(({ what }) => what).join(' '), `Set ${missing.map(({ key }) => key).join(' and ')} in lab.yaml or with -c.`);
    }
    const { arn } = await caller();
    const evidence = `The API answers ${lab.cluster.publicAccessCidrs.join(', ')}; admins: ${admins.join(', ')}.`;
    return lab.cluster.grantsCreatorAdmin || admins.some((admin) => isSamePrincipal(admin, arn))
      ? passed(evidence)
      : warned(`${evidence} You are ${arn}, and not among them.`, 'Add your role or user to admins in lab.yaml, if you want to use the cluster yourself.');
  },
};

/**
 * Whether a caller acts as a role or user. A session of a role carries the role's name without its path:
 * `arn:aws:sts::111122223333:assumed-role/instructor/session`.
 */
export function isSamePrincipal(principal: string, callerArn: string): boolean {
  if (principal === callerArn) return true;
  const [, , , , account, resource = ''] = principal.split(':');
  const [, , , , callerAccount, callerResource = ''] = callerArn.split(':');
  const [kind, role] = callerResource.split('/');
  return kind === 'assumed-role' && account === callerAccount && resource.startsWith('role/') && resource.split('/').at(-1) === role;
}
