import { closest } from 'fastest-levenshtein';
import type { Violation } from './violation';

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
