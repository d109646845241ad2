import { GetRoleCommand, GetUserCommand } from '@aws-sdk/client-iam';
import { asking, NO_SUCH_ENTITY, unlessAbsent } from '../aws/aws-failure';
import { peopleWhoAreAdmin } from '../plan/security-posture';
import { listed } from '../words';
import { type Check, type CheckContext, failed, passed, warned } from './preflight-check';

/** Whether somebody can use the lab once it is there, and whether you are among them. */
export const accessCheck: Check = {
  name: 'Access',
  asksAws: true,
  run: async (context) => {
    const { lab, caller } = context;
    const admins = adminsOf(context);
    const missing = [
      ...(lab.cluster.isPublic ? [] : [{ what: 'The API answers from inside the VPC only.', key: 'apiAccess' }]),
      ...(admins.length === 0 && !lab.cluster.grantsCreatorAdmin ? [{ what: 'Nobody is admin of the cluster, not even you.', key: 'admins' }] : []),
    ];
    if (missing.length > 0) {
      return warned(missing.map(({ what }) => what).join(' '), `Set ${missing.map(({ key }) => key).join(' and ')} in lab.yaml or with -c.`);
    }
    const evidence = `The API answers ${lab.cluster.publicAccessCidrs.join(', ')}; admins: ${admins.join(', ')}.`;
    if (lab.cluster.grantsCreatorAdmin) return passed(evidence);
    const { arn } = await caller();
    const principal = await principalOf(arn, context);
    return principal !== undefined && admins.includes(principal)
      ? passed(evidence)
      : warned(`${evidence} You are ${principal ?? arn}, and not among them.`, 'Add your role or user to admins in lab.yaml, if you want to use the cluster yourself.');
  },
};

/** Whether IAM knows each admin by the very ARN that lab.yaml has: for any other EKS makes no access entry, and the deployment fails. */
export const adminsCheck: Check = {
  name: 'Admins',
  asksAws: true,
  run: async (context) => {
    const admins = adminsOf(context);
    if (admins.length === 0) return passed('The lab names none.');
    const { account } = await context.caller();
    const isOurs = (admin: string): boolean => accountOf(admin) === account;
    const looked = await Promise.all(admins.filter(isOurs).map(async (admin) => ({ admin, found: await arnInIam(admin, context) })));
    const wrong = looked.filter(({ admin, found }) => admin !== found);
    if (wrong.length > 0) {
      return failed(
        wrong.map(({ admin, found }) => (found === undefined ? `IAM knows no ${admin}.` : `IAM knows ${admin} as ${found}.`)).join(' '),
        wrong.map(({ admin, found }) => (found === undefined ? `Remove ${admin} from admins, or make it.` : `Write ${found} to admins in place of ${admin}.`)).join(' '),
      );
    }
    const others = admins.filter((admin) => !isOurs(admin));
    if (others.length > 0) {
      return warned(
        `${listed(others)}: of another account than yours, ${account}, so IAM cannot be asked here.`,
        'Compare each, path and all, with what `aws iam get-role --role-name NAME --query Role.Arn` or `aws iam get-user --user-name NAME --query User.Arn` prints in its account.',
      );
    }
    return passed(`IAM knows ${listed(admins)}.`);
  },
};

function adminsOf({ lab }: CheckContext): readonly string[] {
  return peopleWhoAreAdmin(lab).map(({ principal }) => principal);
}

function accountOf(arn: string): string | undefined {
  return arn.split(':')[4];
}

/** The ARN that IAM has for a role or user of this name, whatever its path; undefined where there is none. */
async function arnInIam(arn: string, { aws }: CheckContext): Promise<string | undefined> {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  if (arn.split(':')[5]?.startsWith('user/') === true) {
    const found = await asking('iam:GetUser', () => unlessAbsent(() => aws.iam.send(new GetUserCommand({ UserName: name })), ...NO_SUCH_ENTITY));
    return found?.User?.Arn;
  }
  const found = await asking('iam:GetRole', () => unlessAbsent(() => aws.iam.send(new GetRoleCommand({ RoleName: name })), ...NO_SUCH_ENTITY));
  return found?.Role?.Arn;
}

/** ARN of a session of a role: it has the role's name without its path. */
const SESSION = /^arn:[^:]+:sts::\d{12}:assumed-role\/([^/]+)\//;

/** The role or user that a caller acts as. A session has the role's name only, so IAM is asked for the path. */
async function principalOf(callerArn: string, context: CheckContext): Promise<string | undefined> {
  const role = SESSION.exec(callerArn)?.[1];
  return role === undefined ? callerArn : arnInIam(`role/${role}`, context);
}
