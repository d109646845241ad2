import { counted, listed } from '../words';
import { arrayAt, numberAt, objectAt, textAt, type JsonValue } from '../json';
import { type Pod, PODS, selectorText } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { NodeClaim } from '../kubernetes/karpenter-kinds';
import { type ObjectMetadata, readTexts, type ResourceKind } from '../kubernetes/objects';
import { existing, readNamedObject, type NamedObject } from './named-objects';

/** Annotation by which a pod says that Karpenter may not evict it. */
const DO_NOT_DISRUPT = 'karpenter.sh/do-not-disrupt';

/** Pods that a sentence names; of more it gives the number. */
const NAMED_PODS = 3;

/** A PodDisruptionBudget, as far as it can hold a node. */
export interface Budget extends NamedObject {
  readonly disruptionsAllowed: number;
  /** The pods that it is about, as a selector. */
  readonly selector: string;
}

/** PodDisruptionBudgets: how many pods of a kind may be evicted at a time. */
export const DISRUPTION_BUDGETS: ResourceKind<Budget> = {
  apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', isNamespaced: true,
  read: (body) => ({
    ...readNamedObject(body),
    disruptionsAllowed: numberAt(body, 'status', 'disruptionsAllowed') ?? 0,
    selector: [selectorText(readTexts(objectAt(body, 'spec', 'selector', 'matchLabels'))), ...arrayAt(body, 'spec', 'selector', 'matchExpressions').map(expressionText)]
      .filter((part) => part !== '').join(','),
  }),
};

/** For each NodeClaim, what keeps its node from being drained: pods that may not be evicted. */
export async function holdersOf(api: KubernetesApi, claims: readonly NodeClaim[]): Promise<(claim: NodeClaim) => readonly string[]> {
  const nodeNames = new Set(claims.flatMap(({ nodeName }) => nodeName ?? []));
  if (nodeNames.size === 0) return () => [];
  const pods = (await existing(api, PODS)).filter(({ nodeName, phase }) => nodeNames.has(nodeName ?? '') && phase !== 'Succeeded' && phase !== 'Failed');
  const budgeted: { readonly budget: Budget; readonly uids: ReadonlySet<string> }[] = [];
  for (const budget of (await existing(api, DISRUPTION_BUDGETS)).filter(({ disruptionsAllowed }) => disruptionsAllowed === 0)) {
    const { items } = await api.list(PODS, { namespace: budget.metadata.namespace, labelSelector: budget.selector });
    budgeted.push({ budget, uids: new Set(items.map(({ metadata }) => metadata.uid)) });
  }
  return ({ nodeName }) => {
    const onNode = pods.filter((pod) => pod.nodeName === nodeName);
    const undisturbed = onNode.filter(({ metadata }) => metadata.annotations[DO_NOT_DISRUPT] === 'true');
    return [
      ...(undisturbed.length === 0 ? [] : [`${podsText(undisturbed)} may not be evicted (${DO_NOT_DISRUPT})`]),
      ...budgeted.flatMap(({ budget, uids }) => {
        const covered = onNode.filter(({ metadata }) => uids.has(metadata.uid));
        return covered.length === 0 ? [] : [`PodDisruptionBudget ${fullName(budget.metadata)} allows no eviction of ${podsText(covered)}`];
      }),
    ];
  };
}

function podsText(pods: readonly Pod[]): string {
  const names = pods.slice(0, NAMED_PODS).map(({ metadata }) => fullName(metadata));
  const more = pods.length - names.length;
  return `${pods.length === 1 ? 'pod' : 'pods'} ${listed(more === 0 ? names : [...names, counted(more, 'other')])}`;
}

function fullName({ namespace, name }: ObjectMetadata): string {
  return `${namespace ?? ''}/${name}`;
}

/** A requirement of a label selector as the API's `labelSelector` writes it. */
function expressionText(expression: JsonValue): string {
  const key = textAt(expression, 'key') ?? '';
  const values = arrayAt(expression, 'values').map((value) => textAt(value) ?? '').join(',');
  const operator = textAt(expression, 'operator');
  if (operator === 'In') return `${key} in (${values})`;
  if (operator === 'NotIn') return `${key} notin (${values})`;
  return operator === 'DoesNotExist' ? `!${key}` : key;
}
