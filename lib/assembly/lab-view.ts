import { momentInUtc, momentOfExpression } from '../config/moments';
import { textAt } from '../json';
import { DAEMON_SETS, type Deployment, DEPLOYMENTS, type Workload } from '../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, type Ec2NodeClass, NODE_POOLS, type NodePool } from '../kubernetes/karpenter-kinds';
import { LabError } from '../lab-error';
import {
  type AccessEntryView, type AddonView, type ClusterView, type NodeGroupView, type PodIdentityView, readAccessEntries, readAddons, readCluster,
  readNodeGroups, readPodIdentities,
} from './cluster-view';
import { type ClassView, readClass } from './class-view';
import { type Applied, type HelmChart, helmCharts, objectsOfKind } from './kubernetes-objects';
import { type NetworkView, readNetwork } from './network-view';
import { notTheLab, type SynthesizedStack } from './synthesized-stack';

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
  readonly nodePool: Applied<NodePool>;
  /** The EC2NodeClass of {@link nodePool}. */
  readonly nodeClass: Applied<Ec2NodeClass>;
  /** Every Deployment and DaemonSet that the stack applies, the exercise's among them. */
  readonly workloads: readonly Applied<Workload>[];
  /** The Deployment that a class scales: the one that runs only on nodes of {@link nodePool}. */
  readonly exercise: Applied<Deployment>;
  /**
   * The class, where the lab has seats for one.
   *
   * @default - the lab is the instructor's alone
   */
  readonly class?: ClassView;
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
 * @example readLab(readAssembly('cdk.out')).cluster.name // 'karpenter-lab'
 * @throws LabError `AssemblyUnreadable` when a part that makes it the lab is missing
 * @throws LabError `NodeSelectorUnmatched` when no NodePool gives its nodes the labels that the exercise selects
 */
export function readLab(stack: SynthesizedStack): LabView {
  const cluster = readCluster(stack);
  const charts = helmCharts(stack);
  const karpenter = present(charts.find((chart) => chart.name === KARPENTER_CHART), 'Helm chart of Karpenter', stack);
  const deployments = objectsOfKind(stack, DEPLOYMENTS);
  const nodePools = objectsOfKind(stack, NODE_POOLS).toSorted((a, b) => b.weight - a.weight);
  const found = findExercise(nodePools, deployments);
  if (found === undefined) checkNodeSelectors(nodePools, deployments);
  const { nodePool, exercise } = present(found, 'Deployment that a NodePool runs', stack);
  const nodeClass = present(
    objectsOfKind(stack, EC2_NODE_CLASSES).find(({ metadata }) => metadata.name === nodePool.nodeClassName),
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
    workloads: [...deployments, ...objectsOfKind(stack, DAEMON_SETS)],
    exercise,
    class: readClass(stack),
    deadline: readDeadline(stack),
  };
}

/** Whether every label that a workload selects is one that the NodePool gives its nodes. */
export function runsOnNodePool({ nodeSelector }: Workload, { nodeLabels }: NodePool): boolean {
  const selected = Object.entries(nodeSelector);
  return selected.length > 0 && selected.every(([key, value]) => nodeLabels[key] === value);
}

function findExercise(
  nodePools: readonly Applied<NodePool>[],
  deployments: readonly Applied<Deployment>[],
): Pick<LabView, 'nodePool' | 'exercise'> | undefined {
  for (const nodePool of nodePools) {
    const exercise = deployments.find((deployment) => runsOnNodePool(deployment, nodePool));
    if (exercise !== undefined) return { nodePool, exercise };
  }
  return undefined;
}

/**
 * Explains why no Deployment would run on the nodes of a NodePool.
 *
 * @throws LabError `NodeSelectorUnmatched` when a Deployment selects a label that no NodePool gives its nodes
 */
function checkNodeSelectors(nodePools: readonly NodePool[], deployments: readonly Deployment[]): void {
  const selecting = deployments.find(({ nodeSelector }) => Object.keys(nodeSelector).length > 0);
  if (selecting === undefined || nodePools.length === 0) return;
  const given = nodePools.map(({ metadata, nodeLabels }) => `NodePool ${metadata.name} gives ${labelsText(nodeLabels)}`);
  throw new LabError({
    code: 'NodeSelectorUnmatched',
    message: `No NodePool gives nodes the label ${labelsText(selecting.nodeSelector)} that Deployment ${selecting.metadata.name} selects: ${given.join('; ')}.`,
    received: selecting.nodeSelector,
    remedy: 'Make the labels of the NodePool and the nodeSelector of the Deployment the same in charts/, run npm run synth, then try again.',
  });
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? 'no label' : texts.join(' and ');
}

function present<T>(found: T | undefined, what: string, stack: SynthesizedStack): T {
  if (found === undefined) throw notTheLab(stack, what);
  return found;
}

/** The schedule that deletes the stack. */
export interface DeadlineView {
  readonly logicalId: string;
  /** Name of the schedule. */
  readonly scheduleName: string;
  /** The moment in UTC: `2026-12-01T09:00Z`. */
  readonly expiresAt: string;
}

/** How the ARN of a target ends by which a schedule deletes a stack. */
const DELETES_STACK = /:aws-sdk:cloudformation:deleteStack$/;

/** Reads the schedule that deletes the stack; undefined for a stack without one. */
function readDeadline(stack: SynthesizedStack): DeadlineView | undefined {
  for (const resource of stack.resourcesOfType('AWS::Scheduler::Schedule')) {
    const properties = stack.resolvedProperties(resource);
    const moment = momentOfExpression(textAt(properties, 'ScheduleExpression') ?? '', textAt(properties, 'ScheduleExpressionTimezone'));
    if (moment !== undefined && DELETES_STACK.test(textAt(properties, 'Target', 'Arn') ?? '')) {
      return { logicalId: resource.logicalId, scheduleName: stack.nameOf(resource) ?? resource.logicalId, expiresAt: momentInUtc(moment) };
    }
  }
  return undefined;
}
