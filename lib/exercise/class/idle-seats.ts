import { type Deployment, DEPLOYMENTS, EVENTS } from '../../kubernetes/core-kinds';
import { KubernetesRequestRefused } from '../../kubernetes/api-request';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { type ClassSnapshot, idleAtOf, objectsBySeat } from './seat-objects';

/** Reason of the event that tells a student of it. */
const REASON = 'IdleSeatScaledIn';

/**
 * Scales the Deployments of idle seats to 0, and tells each student by an event in the seat's namespace.
 *
 * Idleness is counted by times that the API server wrote, so it is compared with the API server's clock: one of this computer that
 * is wrong must not end a student's work.
 *
 * @param seats those that seem to be idle
 * @returns those that were scaled to 0
 * @throws LabError `KubernetesRequestRefused`
 */
export async function scaleInIdle(api: KubernetesApi, cluster: ClassSnapshot, seats: readonly string[], idleMinutes: number): Promise<readonly string[]> {
  if (seats.length === 0) return [];
  const now = await api.serverTime();
  const objectsOf = objectsBySeat(cluster);
  const scaledIn: string[] = [];
  for (const seat of seats) {
    const objects = objectsOf(seat);
    const idleAt = idleAtOf(objects, idleMinutes);
    if (idleAt > now) continue;
    for (const deployment of objects.deployments.filter(({ replicas }) => replicas > 0)) await scaleIn(api, deployment, { idleMinutes, idleAt, now });
    scaledIn.push(seat);
  }
  return scaledIn;
}

interface Idleness {
  readonly idleMinutes: number;
  readonly idleAt: Date;
  readonly now: Date;
}

async function scaleIn(api: KubernetesApi, { metadata: { name, namespace = '', uid }, replicas }: Deployment, { idleMinutes, idleAt, now }: Idleness): Promise<void> {
  const at = `${now.toISOString().slice(0, 19)}Z`;
  const again = `kubectl scale deployment ${name} --replicas ${replicas}`;
  try {
    await api.scale(DEPLOYMENTS, { namespace, name }, 0);
    await api.create(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      // Two keepers that find the same seat idle make one event.
      metadata: { namespace, name: `${name}.idle-${idleAt.getTime().toString(16)}` },
      involvedObject: { apiVersion: DEPLOYMENTS.apiVersion, kind: DEPLOYMENTS.kind, namespace, name, uid },
      type: 'Normal',
      reason: REASON,
      message: `${idleMinutes}분 동안 바뀐 것이 없어 ${name}의 파드를 0개로 줄였습니다. 계속하려면: ${again} / `
        + `Nothing changed for ${idleMinutes} minutes, so ${name} was scaled to 0. To go on: ${again}`,
      source: { component: api.fieldManager },
      reportingComponent: api.fieldManager,
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    });
  } catch (error) {
    // The student, or another keeper, was faster: the Deployment is gone, or the event is there.
    if (!(error instanceof KubernetesRequestRefused) || ![404, 409].includes(error.status)) throw error;
  }
}
