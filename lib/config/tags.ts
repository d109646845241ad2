import type { Violation } from './values';

/** Longest key of an AWS tag. */
const KEY_MAX_LENGTH = 128;

/** Longest value of an AWS tag. */
const VALUE_MAX_LENGTH = 256;

/** AWS allows 50 tags on a resource; EKS, Karpenter and the lab add up to ten of their own. */
const MAX_TAGS = 40;

/** Characters that every AWS service takes in keys and values. */
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Beginnings of keys by which AWS, Kubernetes, Karpenter and the lab's own teardown tell what belongs to whom. */
const RESERVED_PREFIXES: readonly string[] = [
  'aws:', 'eks:', 'kubernetes.io/', 'k8s.io/', 'karpenter.sh/', 'karpenter.k8s.aws/', 'elbv2.k8s.aws/',
  'ebs.csi.aws.com/', 'cluster.k8s.amazonaws.com/', 'node.k8s.amazonaws.com/',
];

/** Whole keys that are reserved for the same reason. */
const RESERVED_KEYS: readonly string[] = ['KubernetesCluster'];

/** What the tag checks of this file accept. */
export const TAGS_ALLOWED = `up to ${MAX_TAGS} tags: keys of 1 to ${KEY_MAX_LENGTH}, values of up to ${VALUE_MAX_LENGTH} letters, digits, spaces and _ . : / = + - @`;

/** Refuses a key that AWS would refuse, or that belongs to somebody else. */
export function tagKeyViolation(key: string): Violation | undefined {
  const allowed = TAGS_ALLOWED;
  const lowerCaseKey = key.toLowerCase();
  const reserved = RESERVED_PREFIXES.find((prefix) => lowerCaseKey.startsWith(prefix))
    ?? RESERVED_KEYS.find((whole) => lowerCaseKey === whole.toLowerCase());
  if (reserved !== undefined) {
    return {
      allowed: `${allowed}; no key of AWS, Kubernetes or Karpenter`,
      remedy: `Rename the key: ${reserved} is reserved, since ownership and deletion go by it.`,
    };
  }
  return key.length > 0 && key.length <= KEY_MAX_LENGTH && TAG_CHARACTERS.test(key) ? undefined : {
    allowed,
    remedy: `Correct the key: 1 to ${KEY_MAX_LENGTH} of the characters allowed.`,
  };
}

/** Refuses a value that AWS would refuse. */
export function tagValueViolation(value: string): Violation | undefined {
  return value.length <= VALUE_MAX_LENGTH && TAG_CHARACTERS.test(value) ? undefined : {
    allowed: TAGS_ALLOWED,
    remedy: `Correct the value: up to ${VALUE_MAX_LENGTH} of the characters allowed.`,
  };
}

/** Refuses tags that cannot stand together on one resource. */
export function tagSetViolation(tags: Readonly<Record<string, string>>): Violation | undefined {
  const keys = Object.keys(tags);
  if (keys.length > MAX_TAGS) {
    return { allowed: TAGS_ALLOWED, remedy: `Remove ${keys.length - MAX_TAGS}: AWS allows 50 on a resource, and the lab needs some itself.` };
  }
  const lowerCaseKeys = keys.map((key) => key.toLowerCase());
  const twin = keys.find((key, index) => lowerCaseKeys.indexOf(key.toLowerCase()) !== index);
  return twin === undefined ? undefined : {
    allowed: 'keys that differ in more than upper and lower case',
    remedy: `Remove or rename ${twin}: IAM takes it for the same key as another one.`,
  };
}
