import type { Violation } from './violation';

/** ARN of an IAM role or user, with its path. */
export const PRINCIPAL_ARN_PATTERN = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** ARN of a session of a role, as `aws sts get-caller-identity` prints it. */
const ASSUMED_ROLE_PATTERN = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)(\/.*)?$/;

/** What {@link adminViolation} accepts. */
export const ADMIN_ALLOWED = 'the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/Instructor';

/** Refuses a principal that EKS gives no access entry. */
export function adminViolation(value: string): Violation | undefined {
  const allowed = ADMIN_ALLOWED;
  if (PRINCIPAL_ARN_PATTERN.test(value)) {
    return undefined;
  }
  const session = ASSUMED_ROLE_PATTERN.exec(value);
  if (session !== null) {
    const [, partition, account, role] = session;
    return { allowed, remedy: `Name the role, not its session: arn:${partition}:iam::${account}:role/${role}. Where the role has a path, as with IAM Identity Center, take what \`aws iam get-role --role-name ${role} --query Role.Arn\` prints.` };
  }
  if (value.endsWith(':root')) {
    return { allowed, remedy: 'Name a role of the account instead, such as arn:aws:iam::111122223333:role/Instructor: EKS takes no account root as administrator.' };
  }
  return { allowed, remedy: 'Write the whole ARN of a role or user. `aws sts get-caller-identity` shows yours.' };
}
