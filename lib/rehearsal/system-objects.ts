import { Address4 } from 'ip-address';
import type { NodeGroupView } from '../assembly/cluster-view';
import { referencesIn } from '../assembly/intrinsics';
import type { HelmChart } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import type { SubnetView } from '../assembly/network-view';
import { type JsonObject, textAt } from '../json';
import { allocatableOf, capacityOf, type InstanceShape } from '../kubernetes/allocatable';
import { LabError } from '../lab-error';
import { podsOfAddon, podsOfChart, type SystemPodSpec } from '../plan/node-pods';
import { instanceTypeShape } from '../plan/price-table';
import {
  APP_NAME_LABEL, ARCHITECTURE_LABEL, HOSTNAME_LABEL, INSTANCE_TYPE_LABEL, NODE_GROUP_CAPACITY_TYPE_LABEL, NODE_POOL_LABEL,
  OPERATING_SYSTEM_LABEL, REGION_LABEL, SIMULATED_ANNOTATION, ZONE_LABEL,
} from '../well-known-keys';
import { KARPENTER_CONTAINER } from './karpenter-pods/kwok-documents';

/** Offset of the first node's address in its subnet. AWS keeps the first four addresses; ten is easy to read. */
const FIRST_HOST = 10;

/**
 * Nodes of the managed node groups, as Kubernetes objects: as many as each group desires, spread over
 * its subnets. kwok keeps them ready.
 *
 * @throws LabError `InstanceTypeUnknown` for a type that no price table has
 */
export function systemNodes(lab: LabView, kubernetesVersion: string): readonly JsonObject[] {
  return lab.nodeGroups.flatMap((nodeGroup, groupIndex) => {
    const subnets = subnetsOf(lab, nodeGroup);
    return Array.from({ length: nodeGroup.desiredSize }, (_unused, index) => {
      const subnet = subnets[index % subnets.length];
      const host = FIRST_HOST + groupIndex * 100 + Math.floor(index / Math.max(subnets.length, 1));
      return systemNode({ lab, nodeGroup, subnet, host, serial: groupIndex * 1000 + index, kubernetesVersion });
    });
  });
}

interface SystemNode {
  readonly lab: LabView;
  readonly nodeGroup: NodeGroupView;
  readonly subnet: SubnetView | undefined;
  /** Offset of its address in the subnet. */
  readonly host: number;
  /** Makes its instance id unique. */
  readonly serial: number;
  readonly kubernetesVersion: string;
}

function systemNode({ lab, nodeGroup, subnet, host, serial, kubernetesVersion }: SystemNode): JsonObject {
  const { region } = lab.stack;
  const zone = subnet?.availabilityZone ?? `${region}a`;
  const address = addressIn(subnet?.cidr ?? lab.network.vpcCidr, host);
  const name = `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`;
  const shape = shapeOf(nodeGroup.instanceType);
  const properties = lab.stack.resources.get(nodeGroup.logicalId)?.properties;
  const storage = `${nodeGroup.volumeGiB}Gi`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      // Only the annotation, not the label of the same name: Karpenter's simulation deletes nodes that
      // have the label and are none of its instances.
      annotations: { [SIMULATED_ANNOTATION]: 'fake' },
      labels: {
        [NODE_GROUP_CAPACITY_TYPE_LABEL]: 'ON_DEMAND',
        'eks.amazonaws.com/nodegroup': textAt(properties, 'NodegroupName') ?? nodeGroup.logicalId,
        [ARCHITECTURE_LABEL]: shape.architecture,
        [HOSTNAME_LABEL]: name,
        [OPERATING_SYSTEM_LABEL]: 'linux',
        [INSTANCE_TYPE_LABEL]: nodeGroup.instanceType,
        [REGION_LABEL]: region,
        [ZONE_LABEL]: zone,
      },
    },
    spec: { providerID: `aws:///${zone}/i-0${String(serial).padStart(16, '0')}` },
    status: {
      addresses: [{ type: 'InternalIP', address }, { type: 'Hostname', address: 'localhost' }],
      capacity: resources(capacityOf(shape), storage),
      allocatable: resources(allocatableOf(shape), storage),
      nodeInfo: {
        architecture: shape.architecture,
        bootID: '',
        containerRuntimeVersion: 'containerd://2.1',
        kernelVersion: 'simulated',
        kubeProxyVersion: '',
        kubeletVersion: `v${kubernetesVersion}`,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023 (simulated)',
        systemUUID: '',
      },
    },
  };
}

function resources(
  { cpuMillis, memoryMiB, pods }: { readonly cpuMillis: number; readonly memoryMiB: number; readonly pods: number },
  storage: string,
): JsonObject {
  return { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi`, pods: String(pods), 'ephemeral-storage': storage };
}

function shapeOf(instanceType: string): InstanceShape {
  const shape = instanceTypeShape(instanceType);
  if (shape !== undefined) return shape;
  throw new LabError({
    code: 'InstanceTypeUnknown',
    message: 'The size of the system nodes is not known, so they cannot be rehearsed.',
    received: instanceType,
    remedy: 'Choose an instance type of lib/plan/prices, or add this one there.',
  });
}

/** Subnets of a node group; all private ones where the template does not say. */
function subnetsOf(lab: LabView, nodeGroup: NodeGroupView): readonly SubnetView[] {
  const properties = lab.stack.resources.get(nodeGroup.logicalId)?.properties ?? {};
  const referenced = referencesIn(properties['Subnets'] ?? []);
  const own = lab.network.subnets.filter(({ logicalId }) => referenced.has(logicalId));
  return own.length > 0 ? own : lab.network.subnets.filter(({ isPublic }) => !isPublic);
}

function addressIn(cidr: string, host: number): string {
  const first = new Address4(cidr).startAddress().bigInt();
  return Address4.fromBigInt(first + BigInt(host)).address;
}

/** Namespace of every add-on. */
const ADDON_NAMESPACE = 'kube-system';

/**
 * The workloads of add-ons and charts, as Kubernetes objects: DaemonSets, from which Karpenter computes
 * the overhead of a node, and Deployments on the system nodes. Each requests what the plan counts for it.
 */
export function systemWorkloads(lab: LabView): readonly JsonObject[] {
  const ofAddons = lab.addons.flatMap(({ name, configuration }) => addonWorkloads(name, configuration) ?? []);
  const ofCharts = lab.charts
    .filter((chart) => chart !== lab.karpenter)
    .flatMap((chart) => (podsOfChart(chart.name, chart.values) ?? []).map((pods) => workload(pods, chart.namespace)));
  return [...ofAddons, ...ofCharts, ...karpenterWorkloads(lab.karpenter)];
}

/**
 * The workloads of an add-on, as Kubernetes objects that stand in for its own: they request the same, and run nothing.
 *
 * @returns undefined for an add-on whose pods are not known
 */
export function addonWorkloads(name: string, configuration: JsonObject): readonly JsonObject[] | undefined {
  return podsOfAddon(name, configuration)?.map((pods) => workload(pods, ADDON_NAMESPACE));
}

function workload(pods: SystemPodSpec, namespace: string): JsonObject {
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
  const labels = { [APP_NAME_LABEL]: 'karpenter', 'app.kubernetes.io/instance': chart.release };
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
                nodeSelectorTerms: [{ matchExpressions: [{ key: NODE_POOL_LABEL, operator: 'DoesNotExist' }] }],
              },
            },
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: HOSTNAME_LABEL, labelSelector: { matchLabels: labels } },
              ],
            },
          },
          topologySpreadConstraints: [{
            maxSkew: 1,
            topologyKey: ZONE_LABEL,
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
