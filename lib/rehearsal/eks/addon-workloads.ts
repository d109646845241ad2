import type { JsonObject } from '../../json';
import { podsOfAddon, type SystemPodSpec } from '../../plan/node-pods';
import { APP_NAME_LABEL } from '../../well-known-keys';

/** Namespace of every add-on. */
const ADDON_NAMESPACE = 'kube-system';

/**
 * The workloads of an add-on, as Kubernetes objects that stand in for its own: they request the same, and run nothing.
 *
 * @returns undefined for an add-on whose pods are not known
 */
export function addonWorkloads(name: string, configuration: JsonObject): readonly JsonObject[] | undefined {
  return podsOfAddon(name, configuration)?.map(workload);
}

function workload(pods: SystemPodSpec): JsonObject {
  const labels = { [APP_NAME_LABEL]: pods.name };
  const pod = {
    // As for the real ones: they tolerate the taints of their nodes, and their priority makes room for them.
    priorityClassName: pods.isDaemonSet ? 'system-node-critical' : 'system-cluster-critical',
    tolerations: pods.isDaemonSet ? [{ operator: 'Exists' }] : [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
    containers: [container(pods.name, pods)],
  };
  return {
    apiVersion: 'apps/v1',
    kind: pods.isDaemonSet ? 'DaemonSet' : 'Deployment',
    metadata: { name: pods.name, namespace: ADDON_NAMESPACE, labels },
    spec: {
      ...(pods.isDaemonSet ? {} : { replicas: pods.replicas }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod },
    },
  };
}

/** A container that never runs: its image is not pulled. */
function container(name: string, { cpuMillis, memoryMiB }: SystemPodSpec): JsonObject {
  return {
    name,
    image: `rehearsal.invalid/${name}`,
    resources: { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } },
  };
}
