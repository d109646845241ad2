import { LabError } from '../lab-error';
import {
  readAccessEntries, readAddons, readCluster, readNodeGroups, readPodIdentities,
  type AccessEntryView, type AddonView, type ClusterView, type NodeGroupView, type PodIdentityView,
} from './cluster-view';
import { readDeadline, type DeadlineView } from './deadline-view';
import { helmCharts, type HelmChart } from './helm-charts';
import { readNetwork, type NetworkView } from './network-view';
import { readNodeClasses, readNodePools, type NodeClassView, type NodePoolView } from './node-provisioning-view';
import type { SynthesizedStack } from './synthesized-stack';
import { readWorkloads, type WorkloadView } from './workload-view';

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
