import type { HelmChart } from '../../assembly/helm-charts';
import { textAt, type JsonObject } from '../../assembly/json';
import type { LabView } from '../../assembly/lab-view';
import { podsOfAddon, podsOfChart, type SystemPodSpec } from '../../estimates/system-pods';
import { KARPENTER_CONTAINER } from '../control-plane/kwokctl-configuration';

/** Namespace of every add-on. */
const ADDON_NAMESPACE = 'kube-system';

/**
 * What add-ons and charts run, as Kubernetes objects: DaemonSets, from which Karpenter computes the
 * overhead of a node, and Deployments on the system nodes. Each requests what the plan counts for it.
 */
export function systemWorkloads(lab: LabView): readonly JsonObject[] {
  const ofAddons = lab.addons.flatMap(({ name, configuration }) =>
    (podsOfAddon(name, configuration) ?? []).map((pods) => workload(pods, ADDON_NAMESPACE)));
  const ofCharts = lab.charts
    .filter((chart) => chart !== lab.karpenter)
    .flatMap((chart) => (podsOfChart(chart.name, chart.values) ?? []).map((pods) => workload(pods, chart.namespace)));
  return [...ofAddons, ...ofCharts, ...karpenterWorkloads(lab.karpenter)];
}

function workload(pods: SystemPodSpec, namespace: string): JsonObject {
  const labels = { 'app.kubernetes.io/name': pods.name };
  const pod = {
    // As for the real ones: on every node, whatever its taints, and never without room.
    priorityClassName: pods.isDaemonSet ? 'system-node-critical' : 'system-cluster-critical',
    tolerations: pods.isDaemonSet ? [{ operator: 'Exists' }] : [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
    containers: [container(pods.name, pods)],
  };
  return {
    apiVersion: 'apps/v1',
    kind: pods.isDaemonSet ? 'DaemonSet' : 'Deployment',
    metadata: { name: pods.name, namespace, labels },
    spec: {
      ...(pods.isDaemonSet ? {} : { replicas: pods.replicas }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod },
    },
  };
}

/**
 * Karpenter's own Deployment, as its chart places it: away from its own nodes, replicas on different
 * hosts and zones. The process that does its work is no pod; `kubectl logs` shows its log all the same.
 */
function karpenterWorkloads(chart: HelmChart): readonly JsonObject[] {
  const labels = { 'app.kubernetes.io/name': 'karpenter', 'app.kubernetes.io/instance': chart.release };
  return (podsOfChart(chart.name, chart.values) ?? []).map((pods) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: chart.release, namespace: chart.namespace, labels },
    spec: {
      replicas: pods.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'karpenter.sh/nodepool', operator: 'DoesNotExist' }] }],
              },
            },
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
              ],
            },
          },
          topologySpreadConstraints: [{
            maxSkew: 1,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: labels },
          }],
          // As in the chart: it says for which cluster this Karpenter works.
          containers: [{ ...container(KARPENTER_CONTAINER, pods), env: [{ name: 'CLUSTER_NAME', value: textAt(chart.values, 'settings', 'clusterName') ?? '' }] }],
        },
      },
    },
  }));
}

/** A container that never runs: its image is not pulled. */
function container(name: string, { cpuMillis, memoryMiB }: SystemPodSpec): JsonObject {
  return {
    name,
    image: `rehearsal.invalid/${name}`,
    resources: { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } },
  };
}
