import type { Violation } from './violation';

/** Longest DNS label and label value. */
const MAX_LENGTH = 63;

/** A DNS label by RFC 1123, the form of a namespace's name. */
export const NAMESPACE_PATTERN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The form of a label's value; Kubernetes also allows none, which selects nothing useful. */
export const LABEL_VALUE_PATTERN = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** What {@link labelValueViolation} accepts. */
export const LABEL_VALUE_ALLOWED = `1 to ${MAX_LENGTH} letters, digits, '-', '_' and '.', a letter or digit at both ends`;

/** What {@link namespaceViolation} accepts. */
export const NAMESPACE_ALLOWED = `1 to ${MAX_LENGTH} lower-case letters, digits and '-', a letter or digit at both ends`;

/** Namespaces that Kubernetes makes and will not delete. */
const BUILT_IN_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Refuses a name that Kubernetes gives no namespace. */
export function namespaceViolation(value: string): Violation | undefined {
  return NAMESPACE_PATTERN.test(value) ? undefined : {
    allowed: NAMESPACE_ALLOWED,
    remedy: `Use lower-case letters, digits and hyphens, at most ${MAX_LENGTH}, such as karpenter-test.`,
  };
}

/** Refuses a namespace for workloads that the lab could not make and delete as its own. */
export function labNamespaceViolation(value: string): Violation | undefined {
  return namespaceViolation(value) ?? (isReserved(value) ? {
    allowed: `${NAMESPACE_ALLOWED}; not default, not kube-*`,
    remedy: 'Choose a name of its own, such as karpenter-test: the lab deletes this namespace at the end.',
  } : undefined);
}

/** Refuses a namespace for the controller: Kubernetes reserves `kube-` and Karpenter belongs in `kube-system` or its own. */
export function controllerNamespaceViolation(value: string): Violation | undefined {
  return namespaceViolation(value) ?? (value !== 'kube-system' && isReserved(value) ? {
    allowed: 'kube-system, or a name that is neither default nor kube-*',
    remedy: 'Take kube-system, whose requests the API server puts first, or a name of its own, such as karpenter.',
  } : undefined);
}

/** Refuses what Kubernetes does not take as a label's value. */
export function labelValueViolation(value: string): Violation | undefined {
  return LABEL_VALUE_PATTERN.test(value) ? undefined : {
    allowed: LABEL_VALUE_ALLOWED,
    remedy: 'Use letters, digits and hyphens, such as my-team: this is the value of the node label eks-team.',
  };
}

function isReserved(namespace: string): boolean {
  return BUILT_IN_NAMESPACES.includes(namespace) || namespace.startsWith('kube-');
}
