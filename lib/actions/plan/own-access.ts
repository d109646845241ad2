import { arrayAt, textAt } from '../../assembly/json';
import { kubernetesObjects } from '../../assembly/kubernetes-objects';
import type { LabView } from '../../assembly/lab-view';
import type { AccessEntryView } from '../../assembly/cluster-view';
import { ownerOf } from './resource-labels';

/** A role of the stack that may do something in Kubernetes. */
export interface OwnAccess {
  /** Whose role it is, for people: `kubectl handler`. */
  readonly owner: string;
  /** Access policies of EKS, or what the stack's RBAC lets the role do: `get`, `list`. */
  readonly rights: readonly string[];
}

/** What roles of the stack itself may do in Kubernetes, in the order of the template. */
export function ownAccess(lab: LabView): readonly OwnAccess[] {
  return lab.accessEntries.flatMap((entry) => {
    const rights = [...entry.policies, ...verbsOf(lab, entry)];
    return entry.principalLogicalId === undefined || entry.type !== 'STANDARD' || rights.length === 0
      ? [] : [{ owner: ownerOf(lab, entry.principalLogicalId), rights }];
  });
}

/** The verbs that the stack's own cluster roles give to the groups of an entry. */
function verbsOf({ stack }: LabView, { groups }: AccessEntryView): readonly string[] {
  const objects = kubernetesObjects(stack);
  const roleNames = objects
    .filter(({ kind, body }) => kind === 'ClusterRoleBinding'
      && arrayAt(body, 'subjects').some((subject) => textAt(subject, 'kind') === 'Group' && groups.includes(textAt(subject, 'name') ?? '')))
    .map(({ body }) => textAt(body, 'roleRef', 'name'));
  const verbs = objects
    .filter(({ kind, name }) => kind === 'ClusterRole' && roleNames.includes(name))
    .flatMap(({ body }) => arrayAt(body, 'rules'))
    .flatMap((rule) => arrayAt(rule, 'verbs').flatMap((verb) => textAt(verb) ?? []));
  return [...new Set(verbs)].sort();
}
