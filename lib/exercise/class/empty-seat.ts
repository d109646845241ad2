import { type JsonObject, textAt } from '../../json';
import { CONFIG_MAPS } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { ResourceKind } from '../../kubernetes/objects';
import { AWS_BACKED_KINDS, POD_MAKING_KINDS } from '../../removal/drain-workloads';
import { existing, type NamedObject, readNamedObject } from '../../removal/named-objects';
import type { RunContext } from '../../run-context';
import { pollFor } from '../../wait-for';
import { NETWORKING_API } from '../../well-known-keys';
import { listed } from '../../words';

const named = (apiVersion: string, kind: string, plural: string): ResourceKind<NamedObject> => ({ apiVersion, kind, plural, isNamespaced: true, read: readNamedObject });

/** What a seat is emptied of, in an order in which nothing makes anew what was deleted before it. */
const EMPTIED_KINDS: readonly ResourceKind<NamedObject>[] = [
  named('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  ...POD_MAKING_KINDS,
  ...AWS_BACKED_KINDS,
  named('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  named(NETWORKING_API, 'NetworkPolicy', 'networkpolicies'),
  named(CONFIG_MAPS.apiVersion, CONFIG_MAPS.kind, CONFIG_MAPS.plural),
  named('v1', 'Secret', 'secrets'),
];

/** What Kubernetes itself puts into every namespace. */
const OF_KUBERNETES = 'ConfigMap kube-root-ca.crt';

/** Seconds for controllers to let go of what was deleted. */
const EMPTY_SECONDS = 60;

/** Which seat to empty, and what stays in it. */
export interface SeatToEmpty {
  readonly seat: string;
  /** Objects that the stack makes in it. */
  readonly objects: readonly JsonObject[];
}

/** What was made in a seat, kind by kind. What the stack makes in it, and Kubernetes itself, is not among it. */
async function madeIn(api: KubernetesApi, { seat, objects }: SeatToEmpty): Promise<readonly MadeObject[]> {
  const kept = new Set([OF_KUBERNETES, ...objects.map((body) => `${textAt(body, 'kind') ?? ''} ${textAt(body, 'metadata', 'name') ?? ''}`)]);
  const found = await Promise.all(EMPTIED_KINDS.map(async (kind) => (await existing(api, kind, { namespace: seat })).map(({ metadata: { name, owners } }) =>
    ({ kind, name, text: `${kind.kind} ${name}`, isOwned: owners.length > 0 }))));
  return found.flat().filter(({ text }) => !kept.has(text));
}

/** Something that was made in a seat. */
interface MadeObject {
  readonly kind: ResourceKind<NamedObject>;
  readonly name: string;
  /** Such as `Deployment inflate`. */
  readonly text: string;
  /** Whether it belongs to another object, and goes with that. */
  readonly isOwned: boolean;
}

/** What is deleted when a seat is emptied, such as `Deployment inflate`, without what belongs to that. */
export async function contentOf(api: KubernetesApi, seat: SeatToEmpty): Promise<readonly string[]> {
  return (await madeIn(api, seat)).filter(({ isOwned }) => !isOwned).map(({ text }) => text);
}

/**
 * Deletes all that was made in a seat, and waits until it is gone. Pods get no time to end. Objects of the stack stay, and so do
 * events, which Kubernetes forgets after an hour.
 *
 * @returns what was deleted, such as `Deployment inflate`, without what belongs to that
 * @throws LabError `DeadlinePassed` with what is still there
 */
export async function emptySeat(api: KubernetesApi, toEmpty: SeatToEmpty, run: RunContext): Promise<readonly string[]> {
  const { seat } = toEmpty;
  const deleted = new Set<string>();
  let left: readonly string[] = [];
  await pollFor(async () => {
    const made = await madeIn(api, toEmpty);
    for (const { kind, name, text, isOwned } of made) {
      if (!isOwned) deleted.add(text);
      await api.delete(kind, { namespace: seat, name }, 0);
    }
    left = made.map(({ text }) => text);
    return made.length === 0;
  }, {
    what: `seat ${seat} is empty`,
    deadlineSeconds: EMPTY_SECONDS,
    everySeconds: 0.2,
    describeMissing: () => [`Still there: ${listed(left)}`],
    remedy: `See what holds it, most often a finalizer: kubectl get pods,deployments -n ${seat} -o yaml.`,
  }, run);
  return [...deleted];
}
