import type { JsonObject } from '../../json';
import type { KarpenterPod } from './karpenter-pod';

/** The event by which a kubelet says that it waits before it starts a container again. `kubectl describe pod` shows it. */
export function backOffEvent({ metadata: { namespace = '', name, uid }, nodeName = '' }: KarpenterPod, container: string, now: Date): JsonObject {
  const time = `${now.toISOString().slice(0, 19)}Z`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: `${name}.${now.getTime().toString(16)}` },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, fieldPath: `spec.containers{${container}}` },
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${container} in pod ${name}_${namespace}(${uid})`,
    source: { component: 'kubelet', host: nodeName },
    reportingComponent: 'kubelet',
    reportingInstance: nodeName,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
