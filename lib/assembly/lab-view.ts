import { momentInUtc, momentOfExpression } from '../config/moments';
import { arrayAt, type JsonObject, numberAt, objectAt, textAt } from '../json';
import { LabError } from '../lab-error';
import {
  type AccessEntryView, type AddonView, type ClusterView, type NodeGroupView, type PodIdentityView, readAccessEntries, readAddons, readCluster,
  readNodeGroups, readPodIdentities,
} from './cluster-view';
import { type HelmChart, helmCharts, kubernetesObjects } from './kubernetes-objects';
import { type NetworkView, readNetwork } from './network-view';
import { type NodeClassView, type NodePoolView, readNodeClasses, readNodePools } from './node-provisioning-view';
import type { SynthesizedStack } from './synthesized-stack';

/** The lab's stack in the words of AWS, Karpenter and the exercise. */
export interface LabView {
  readonly stack: SynthesizedStack;
  readonly network: NetworkView;
  readonly cluster: ClusterView;
  readonly nodeGroups: readonly NodeGroupView[];
  readonly addons: readonly AddonView[];
  readonly accessEntries: readonly AccessEntryView[];
  readonly podIdentities: readonly PodIdentityView[];
  readonly charts: readonly HelmChart[];
  /** The chart of the Karpenter controller. */
  readonly karpenter: HelmChart;
  /** The NodePool that launches nodes for the exercise. */
  readonly nodePool: NodePoolView;
  /** The EC2NodeClass of {@link nodePool}. */
  readonly nodeClass: NodeClassView;
  /** Every Deployment and DaemonSet that the stack applies, the exercise's among them. */
  readonly workloads: readonly WorkloadView[];
  /** The Deployment that a class scales: the one that runs only on nodes of {@link nodePool}. */
  readonly exercise: WorkloadView;
  /**
   * When AWS deletes the lab by itself.
   *
   * @default - never
   */
  readonly deadline?: DeadlineView;
}

/** Name of Karpenter's chart, as upstream publishes it. */
const KARPENTER_CHART = 'karpenter';

/**
 * Reads the lab from its stack.
 *
 * @throws LabError `AssemblyUnreadable` when a part that makes it the lab is missing
 * @throws LabError `NodeSelectorUnmatched` when no NodePool gives its nodes the labels that the exercise selects
 */
export function readLab(stack: SynthesizedStack): LabView {
  const cluster = readCluster(stack);
  const charts = helmCharts(stack);
  const karpenter = present(charts.find((chart) => chart.name === KARPENTER_CHART), 'Helm chart of Karpenter', stack);
  const workloads = readWorkloads(stack);
  const nodePools = readNodePools(stack);
  const found = findExercise(nodePools, workloads);
  if (found === undefined) checkNodeSelectors(nodePools, workloads);
  const { nodePool, exercise } = present(found, 'Deployment that a NodePool runs', stack);
  const nodeClass = present(
    readNodeClasses(stack).find(({ name }) => name === nodePool.nodeClassName),
    `EC2NodeClass ${nodePool.nodeClassName}`,
    stack,
  );
  return {
    stack,
    network: readNetwork(stack),
    cluster,
    nodeGroups: readNodeGroups(stack),
    addons: readAddons(stack),
    accessEntries: readAccessEntries(stack),
    podIdentities: readPodIdentities(stack),
    charts,
    karpenter,
    nodePool,
    nodeClass,
    workloads,
    exercise,
    deadline: readDeadline(stack),
  };
}

/** Whether every label that a workload selects is one that the NodePool gives its nodes. */
export function runsOnNodePool(workload: WorkloadView, nodePool: NodePoolView): boolean {
  const selected = Object.entries(workload.nodeSelector);
  return selected.length > 0 && selected.every(([key, value]) => nodePool.labels[key] === value);
}

function findExercise(
  nodePools: readonly NodePoolView[],
  workloads: readonly WorkloadView[],
): Pick<LabView, 'nodePool' | 'exercise'> | undefined {
  for (const nodePool of nodePools) {
    const exercise = workloads.find((workload) => workload.kind === 'Deployment' && runsOnNodePool(workload, nodePool));
    if (exercise !== undefined) return { nodePool, exercise };
  }
  return undefined;
}

/**
 * Says why no Deployment runs on nodes of a NodePool: a label that it selects, and that no NodePool gives.
 *
 * @throws LabError `NodeSelectorUnmatched`
 */
function checkNodeSelectors(nodePools: readonly NodePoolView[], workloads: readonly WorkloadView[]): void {
  const [selecting] = workloads.filter(({ kind, nodeSelector }) => kind === 'Deployment' && Object.keys(nodeSelector).length > 0);
  if (selecting === undefined || nodePools.length === 0) return;
  const given = nodePools.map(({ name, labels }) => `NodePool ${name} gives ${labelsText(labels)}`);
  throw new LabError({
    code: 'NodeSelectorUnmatched',
    message: `No NodePool gives nodes the label ${labelsText(selecting.nodeSelector)} that Deployment ${selecting.name} selects: ${given.join('; ')}.`,
    received: selecting.nodeSelector,
    remedy: 'Make the labels of the NodePool and the nodeSelector of the Deployment the same in charts/, run npm run synth, then try again.',
  });
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? 'no label' : texts.join(' and ');
}

function present<T>(found: T | undefined, what: string, stack: SynthesizedStack): T {
  if (found !== undefined) return found;
  throw new LabError({
    code: 'AssemblyUnreadable',
    message: `The stack has no ${what}, so it is not the lab.`,
    received: stack.stackName,
    remedy: 'Run npm run synth in the folder of the lab.',
  });
}

/** The schedule that deletes the stack. */
export interface DeadlineView {
  readonly logicalId: string;
  /** Name of the schedule. */
  readonly scheduleName: string;
  /** The moment in UTC: `2026-12-01T09:00Z`. */
  readonly expiresAt: string;
}

/** What a schedule calls that deletes a stack. */
const DELETES_STACK = /:aws-sdk:cloudformation:deleteStack$/;

/** Reads when the stack will be deleted by itself; undefined where nothing does that. */
export function readDeadline(stack: SynthesizedStack): DeadlineView | undefined {
  for (const resource of stack.resourcesOfType('AWS::Scheduler::Schedule')) {
    const properties = stack.resolvedProperties(resource);
    const moment = momentOfExpression(textAt(properties, 'ScheduleExpression') ?? '', textAt(properties, 'ScheduleExpressionTimezone'));
    if (moment !== undefined && DELETES_STACK.test(textAt(properties, 'Target', 'Arn') ?? '')) {
      return { logicalId: resource.logicalId, scheduleName: textAt(properties, 'Name') ?? resource.logicalId, expiresAt: momentInUtc(moment) };
    }
  }
  return undefined;
}

/** A Deployment or DaemonSet that the stack applies. */
export interface WorkloadView {
  readonly logicalId: string;
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly name: string;
  /** @default - the namespace `default` */
  readonly namespace?: string;
  /** Pods of a Deployment; 1, a node, for a DaemonSet. */
  readonly replicas: number;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Keys of the taints it tolerates; an empty key tolerates all. */
  readonly toleratedTaints: readonly string[];
  /** Requests of each container, as quantities. */
  readonly containerRequests: readonly JsonObject[];
}

/** Deployments and DaemonSets that the stack applies, each after those it depends on. */
export function readWorkloads(stack: SynthesizedStack): readonly WorkloadView[] {
  return kubernetesObjects(stack).flatMap((object) => {
    const { kind } = object;
    if (kind !== 'Deployment' && kind !== 'DaemonSet') return [];
    const pod = objectAt(object.body, 'spec', 'template', 'spec');
    const nodeSelector = objectAt(pod, 'nodeSelector');
    return [{
      logicalId: object.logicalId,
      kind,
      name: object.name,
      namespace: object.namespace,
      replicas: kind === 'DaemonSet' ? 1 : numberAt(object.body, 'spec', 'replicas') ?? 1,
      nodeSelector: Object.fromEntries(Object.keys(nodeSelector).map((key) => [key, textAt(nodeSelector, key) ?? ''])),
      toleratedTaints: arrayAt(pod, 'tolerations').map((toleration) => textAt(toleration, 'key') ?? ''),
      containerRequests: arrayAt(pod, 'containers').map((container) => objectAt(container, 'resources', 'requests')),
    }];
  });
}
