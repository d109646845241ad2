import { EVENTS, type ClusterEvent } from '../../kubernetes/cluster-event';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { ObjectMetadata } from '../../kubernetes/object-metadata';
import { counted } from '../plan/phrases';

/** How many different messages are shown. */
const SHOWN_MESSAGES = 4;

/**
 * What controllers report of some objects, newest first, one line for each different message. Where Karpenter reports
 * something, it is all that is shown:
 * `karpenter, FailedScheduling, 5 pods: Failed to schedule pod, incompatible with nodepool "default", …`.
 *
 * @param noun what the objects are called, such as `pod`
 */
export function eventLines(events: readonly ClusterEvent[], objects: readonly ObjectMetadata[], noun: string): readonly string[] {
  const names = new Set(objects.map(({ name, namespace }) => `${namespace ?? ''}/${name}`));
  const groups = new Map<string, { readonly event: ClusterEvent; readonly subjects: Set<string> }>();
  const about = events
    .filter(({ subject }) => names.has(`${subject.namespace ?? ''}/${subject.name}`))
    .toSorted((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt));
  for (const event of about) {
    const key = `${event.reporter} ${event.reason} ${event.message}`;
    const group = groups.get(key) ?? { event, subjects: new Set<string>() };
    group.subjects.add(event.subject.name);
    groups.set(key, group);
  }
  // Karpenter names the cause; the scheduler only says that no node that there is fits.
  const isKarpenters = ({ event }: { readonly event: ClusterEvent }): boolean => event.reporter.includes('karpenter');
  const all = [...groups.values()];
  return (all.some(isKarpenters) ? all.filter(isKarpenters) : all)
    .slice(0, SHOWN_MESSAGES)
    .map(({ event, subjects }) => `${event.reporter}, ${event.reason}, ${counted(subjects.size, noun)}: ${event.message}`);
}

/** Warnings about objects of a kind. Events of cluster-wide objects are kept in the namespace `default`. */
export async function warningsAbout(api: KubernetesApi, kind: string, namespace: string): Promise<readonly ClusterEvent[]> {
  const { items } = await api.list(EVENTS, { namespace, fieldSelector: `involvedObject.kind=${kind},type=Warning` });
  return items;
}
