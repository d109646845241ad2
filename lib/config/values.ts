import { closest } from 'fastest-levenshtein';
import type * as z from 'zod';
import { cpuMillis, mebibytes } from '../kubernetes/allocatable';

/** Why a value is refused, in the words its author reads. */
export interface Violation {
  /** What would be accepted, as a noun phrase: `a whole number from 2 to 10`. */
  readonly allowed: string;
  /** What to do about it, as an instruction. */
  readonly remedy: string;
}

/** A check of one value: says why it is refused, or nothing. */
export type ValueCheck<T> = (value: T) => Violation | undefined;

/** What is wrong with a value, in the form of zod's own messages. */
export function expecting(allowed: string): string {
  return `Invalid input: expected ${allowed}`;
}

/** Makes a {@link ValueCheck} a refinement of a schema; the {@link Violation} travels in the issue's `params`. */
export function refusing<T>(check: ValueCheck<T>): (value: T, context: z.core.$RefinementCtx<T>) => void {
  return (value, context) => {
    const violation = check(value);
    if (violation !== undefined) {
      context.addIssue({ code: 'custom', message: expecting(violation.allowed), params: { violation } });
    }
  };
}

/** Refuses a list that names the same thing twice. */
export function repeatedItem(values: readonly string[]): Violation | undefined {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  return repeated === undefined ? undefined : {
    allowed: 'each value once',
    remedy: `Remove the second ${repeated}.`,
  };
}

/** Number of an AWS account, or nothing. */
export const ACCOUNT_PATTERN = /^(\d{12})?$/;

/** What {@link accountViolation} accepts. */
export const ACCOUNT_ALLOWED = 'the 12 digits of an AWS account, in quotes, or ""';

/** Refuses what is no account number. */
export function accountViolation(value: string): Violation | undefined {
  return ACCOUNT_PATTERN.test(value) ? undefined : {
    allowed: ACCOUNT_ALLOWED,
    remedy: 'Write the number without spaces or hyphens, in quotes: `aws sts get-caller-identity --query Account` prints yours.',
  };
}

/** ARN of an IAM role or user, with its path. */
export const PRINCIPAL_ARN_PATTERN = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** Where IAM keeps the roles of IAM Identity Center. The region that follows is left out where it is us-east-1. */
const SSO_PATH = 'aws-reserved/sso.amazonaws.com/';

/** How IAM Identity Center begins the name of a role. */
const SSO_NAME = 'AWSReservedSSO_';

/** ARN of a session of a role, as `aws sts get-caller-identity` prints it. */
const ASSUMED_ROLE_PATTERN = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)(\/.*)?$/;

/** What {@link adminViolation} accepts. */
export const ADMIN_ALLOWED = 'the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/Instructor';

/** Refuses a principal that EKS gives no access entry. */
export function adminViolation(value: string): Violation | undefined {
  const allowed = ADMIN_ALLOWED;
  if (PRINCIPAL_ARN_PATTERN.test(value)) {
    const name = value.slice(value.lastIndexOf('/') + 1);
    return !name.startsWith(SSO_NAME) || value.includes(`:role/${SSO_PATH}`) ? undefined : { allowed, remedy: ssoRoleRemedy(value, name) };
  }
  const session = ASSUMED_ROLE_PATTERN.exec(value);
  if (session !== null) {
    const [, partition = '', account = '', role = ''] = session;
    if (role.startsWith(SSO_NAME)) return { allowed, remedy: ssoRoleRemedy(`arn:${partition}:iam::${account}:role/${role}`, role) };
    return { allowed, remedy: `Name the role, not its session: arn:${partition}:iam::${account}:role/${role}. Where the role has a path, as with IAM Identity Center, take what \`aws iam get-role --role-name ${role} --query Role.Arn\` prints.` };
  }
  if (value.endsWith(':root')) {
    return { allowed, remedy: 'Name a role of the account instead, such as arn:aws:iam::111122223333:role/Instructor: EKS takes no account root as administrator.' };
  }
  return { allowed, remedy: 'Write the whole ARN of a role or user. `aws sts get-caller-identity` shows yours.' };
}

/** EKS makes no access entry for a role whose ARN lacks the path, and says so minutes into a deployment. */
function ssoRoleRemedy(arn: string, name: string): string {
  const whole = `${arn.slice(0, arn.indexOf(':role/'))}:role/${SSO_PATH}REGION/${name}`;
  return `Take what \`aws iam get-role --role-name ${name} --query Role.Arn\` prints: the role is of IAM Identity Center and has a path, ${whole}. REGION is that of IAM Identity Center; if that is us-east-1, there is none.`;
}

/** Refuses `reserved` alone. Beside others it does no harm: Karpenter finds no reservation and takes the next. */
export function capacityTypesViolation(values: readonly string[]): Violation | undefined {
  return values.length === 1 && values[0] === 'reserved' ? {
    allowed: CAPACITY_TYPES_ALLOWED,
    remedy: 'Add on-demand or spot: the EC2NodeClass of the lab selects no capacity reservation, so with reserved alone Karpenter launches nothing.',
  } : undefined;
}

/** What {@link capacityTypesViolation} accepts. */
export const CAPACITY_TYPES_ALLOWED = 'one or more of on-demand, spot, reserved; not reserved alone';

/** A registry's host, a repository and a tag or digest. */
export const IMAGE_PATTERN = /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$/;

/** What {@link imageViolation} accepts. */
export const IMAGE_ALLOWED = 'registry/repository:tag or registry/repository@sha256:digest; not latest';

/** Refuses an image that names no version of itself. */
export function imageViolation(value: string): Violation | undefined {
  if (!IMAGE_PATTERN.test(value)) {
    return { allowed: IMAGE_ALLOWED, remedy: 'Write registry, repository and tag, such as public.ecr.aws/eks-distro/kubernetes/pause:3.7.' };
  }
  return value.endsWith(':latest')
    ? { allowed: IMAGE_ALLOWED, remedy: 'Name a version: latest is another image tomorrow.' }
    : undefined;
}

/** Durations as the NodePool's schema takes them. */
export const DURATION_PATTERN = /^((\d+(s|m|h))+|Never)$/;

/** What {@link durationViolation} accepts. */
export const DURATION_ALLOWED = 'a duration in hours, minutes and seconds such as 30s, 5m or 1h30m, or Never';

/** Refuses what a NodePool does not take as a duration. */
export function durationViolation(value: string): Violation | undefined {
  return DURATION_PATTERN.test(value) ? undefined : {
    allowed: DURATION_ALLOWED,
    remedy: 'Write a whole number with its unit, such as 30s; 0s means at once.',
  };
}

/** CPU in cores with up to three decimals (`0.5`), or in thousandths (`500m`). */
export const CPU_PATTERN = /^(\d+(\.\d{1,3})?|\d+m)$/;

/** Memory with its unit. Kubernetes would take a bare number for bytes. */
export const MEMORY_PATTERN = /^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)$/;

/** What {@link cpuViolation} accepts. */
export const CPU_ALLOWED = 'CPU in quotes, from "1m": cores such as "1" or "0.5", or thousandths such as "500m"';

/** What {@link memoryLimitViolation} accepts. */
export const MEMORY_ALLOWED = 'at least 2Gi, with a unit: Mi, Gi, Ti, M, G or T';

/** Memory of the smallest instance that Karpenter would choose, in MiB. */
const SMALLEST_NODE_MEMORY_MIB = 2048;

/** Refuses what is no CPU request, and a request of nothing. */
export function cpuViolation(value: string): Violation | undefined {
  return CPU_PATTERN.test(value) && cpuMillis(value) > 0 ? undefined : {
    allowed: CPU_ALLOWED,
    remedy: 'Write cores such as "1", or thousandths such as "500m". Without a request a pod makes no node.',
  };
}

/** Refuses a memory limit that has no unit or holds no node at all. */
export function memoryLimitViolation(value: string): Violation | undefined {
  if (!MEMORY_PATTERN.test(value)) {
    return { allowed: MEMORY_ALLOWED, remedy: 'Write a number and its unit, such as 400Gi: without one Kubernetes reads bytes.' };
  }
  return mebibytes(value) < SMALLEST_NODE_MEMORY_MIB
    ? { allowed: MEMORY_ALLOWED, remedy: 'Raise it, to 400Gi for example: no instance is smaller than 2Gi, so Karpenter would launch none.' }
    : undefined;
}

/** Form of an EC2 instance type: family and size. */
export const INSTANCE_TYPE_PATTERN = /^[a-z]+[0-9]+[a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/;

/** What {@link systemInstanceTypeViolation} accepts. */
export const SYSTEM_INSTANCE_TYPE_ALLOWED = 'an EC2 instance type of size medium or larger, such as t3.medium or t4g.medium';

/** Sizes with pod slots or memory for less than what runs on a system node. */
const TOO_SMALL_SIZES: readonly string[] = ['nano', 'micro', 'small'];

/**
 * Instance categories as Karpenter's label `karpenter.k8s.aws/instance-category` has them: the
 * letters in front of the generation. `mac` is absent, since it runs on Dedicated Hosts only.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export const INSTANCE_CATEGORIES: readonly string[] = [
  'a', 'c', 'd', 'dl', 'f', 'g', 'gr', 'h', 'hpc', 'i', 'im', 'inf', 'is', 'm', 'p', 'r', 't', 'trn', 'u', 'vt', 'x', 'z',
];

/** What {@link instanceCategoryViolation} accepts. */
export const INSTANCE_CATEGORY_ALLOWED = `instance categories: ${INSTANCE_CATEGORIES.join(', ')}`;

/** Refuses what is no instance type, and one too small for the system pods. */
export function systemInstanceTypeViolation(value: string): Violation | undefined {
  const allowed = SYSTEM_INSTANCE_TYPE_ALLOWED;
  if (!INSTANCE_TYPE_PATTERN.test(value)) {
    return { allowed, remedy: 'Write family and size, such as t3.medium.' };
  }
  return TOO_SMALL_SIZES.includes(value.slice(value.indexOf('.') + 1))
    ? { allowed, remedy: 'Take a medium or larger: smaller ones lack the pod slots or the memory for Karpenter and the add-ons.' }
    : undefined;
}

/** Refuses what is no instance category, such as a family with its generation. */
export function instanceCategoryViolation(value: string): Violation | undefined {
  if (INSTANCE_CATEGORIES.includes(value)) {
    return undefined;
  }
  const letters = /^[a-z]*/.exec(value)?.[0] ?? '';
  return {
    allowed: INSTANCE_CATEGORY_ALLOWED,
    remedy: INSTANCE_CATEGORIES.includes(letters)
      ? `Write ${letters}: a category has no generation or size. karpenter.minInstanceGeneration sets the generation.`
      : `Write ${closest(value, [...INSTANCE_CATEGORIES])}, or another of those.`,
  };
}
