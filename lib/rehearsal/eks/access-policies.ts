import { createHash } from 'node:crypto';
import type { JsonObject } from '../../json';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NAMESPACES } from '../../kubernetes/core-kinds';
import type { ResourceKind } from '../../kubernetes/objects';
import { RBAC_API } from '../../well-known-keys';
import type { AccessEntry, AssociatedPolicy } from './cluster';
import { eksDoesNotPlay, eksFault } from './eks-state';

/** ClusterRole of the policy that reads everything, secrets included. Kubernetes has none of its own for it. */
const ADMIN_VIEW_ROLE = 'eks:rehearsed-admin-view';

/**
 * EKS's access policies, and the ClusterRoles that allow the same.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
 */
const CLUSTER_ROLES: Readonly<Record<string, string>> = {
  AmazonEKSClusterAdminPolicy: 'cluster-admin',
  AmazonEKSAdminPolicy: 'admin',
  AmazonEKSEditPolicy: 'edit',
  AmazonEKSViewPolicy: 'view',
  AmazonEKSAdminViewPolicy: ADMIN_VIEW_ROLE,
};

/** Names of the access policies that are played. */
export const ACCESS_POLICY_NAMES = Object.keys(CLUSTER_ROLES);

/** Objects of RBAC, as far as the account writes them. */
function rbacKind(kind: string, plural: string, isNamespaced: boolean): ResourceKind<JsonObject> {
  return { apiVersion: RBAC_API, kind, plural, isNamespaced, read: (body) => body };
}

const CLUSTER_ROLE_KIND = rbacKind('ClusterRole', 'clusterroles', false);
const CLUSTER_ROLE_BINDINGS = rbacKind('ClusterRoleBinding', 'clusterrolebindings', false);
const ROLE_BINDINGS = rbacKind('RoleBinding', 'rolebindings', true);

/** Group that stands for a principal, so that its policies can be bound to it. EKS judges them without RBAC, by its own authorizer. */
export function principalGroup(principalArn: string): string {
  return `eks:access-entry:${principalArn}`;
}

/**
 * The ClusterRole that a policy stands for.
 *
 * @throws AwsFault `InvalidParameterException` for a policy that EKS does not have
 */
export function clusterRoleOf(policyArn: string): string {
  const [, name = ''] = /^arn:[\w-]+:eks::aws:cluster-access-policy\/(\w+)$/.exec(policyArn) ?? [];
  const role = CLUSTER_ROLES[name];
  if (role !== undefined) return role;
  if (/^Amazon(EKS|AIOps|SageMaker|Arc)\w+Policy$/.test(name)) throw eksDoesNotPlay(`the access policy ${name}`);
  throw eksFault('InvalidParameterException', `The specified policyArn is invalid: ${policyArn}.`);
}

/**
 * Grants what a policy allows.
 *
 * @throws AwsFault `InvalidRequestException` for a namespace that does not exist: EKS would wait for it
 */
export async function bindPolicy(api: KubernetesApi, entry: AccessEntry, { policyArn, namespaces }: AssociatedPolicy): Promise<void> {
  const role = clusterRoleOf(policyArn);
  if (role === ADMIN_VIEW_ROLE) await api.apply(CLUSTER_ROLE_KIND, adminView());
  const name = bindingName(entry, policyArn);
  const binding = {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: principalGroup(entry.principalArn) }],
  };
  if (namespaces === undefined) {
    await api.apply(CLUSTER_ROLE_BINDINGS, { apiVersion: CLUSTER_ROLE_BINDINGS.apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, ...binding });
    return;
  }
  for (const namespace of namespaces) {
    if (await api.get(NAMESPACES, { name: namespace }) === undefined) throw eksDoesNotPlay(`an access policy for the namespace ${namespace}, which the cluster does not have`);
    await api.apply(ROLE_BINDINGS, { apiVersion: ROLE_BINDINGS.apiVersion, kind: 'RoleBinding', metadata: { name, namespace }, ...binding });
  }
}

/** Takes back what a policy allowed. */
export async function unbindPolicy(api: KubernetesApi, entry: AccessEntry, { policyArn, namespaces }: AssociatedPolicy): Promise<void> {
  const name = bindingName(entry, policyArn);
  if (namespaces === undefined) await api.delete(CLUSTER_ROLE_BINDINGS, { name });
  for (const namespace of namespaces ?? []) await api.delete(ROLE_BINDINGS, { name, namespace });
}

function bindingName({ principalArn }: AccessEntry, policyArn: string): string {
  const digest = createHash('sha256').update(principalArn).digest('hex').slice(0, 12);
  return `eks:rehearsed:${policyArn.slice(policyArn.lastIndexOf('/') + 1)}:${digest}`;
}

function adminView(): JsonObject {
  const verbs = ['get', 'list', 'watch'];
  return {
    apiVersion: CLUSTER_ROLE_KIND.apiVersion,
    kind: 'ClusterRole',
    metadata: { name: ADMIN_VIEW_ROLE },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs }, { nonResourceURLs: ['*'], verbs: ['get'] }],
  };
}
