import { type ClusterNode, isSimulatedNode } from '../kubernetes/core-kinds';
import { DeadlinePassed, waitFor } from '../wait-for';
import {
  ARCHITECTURE_LABEL, CAPACITY_TYPE_LABEL, HOSTNAME_LABEL, INSTANCE_CATEGORY_LABEL, INSTANCE_CPU_LABEL, INSTANCE_FAMILY_LABEL,
  INSTANCE_GENERATION_LABEL, INSTANCE_HYPERVISOR_LABEL, INSTANCE_MEMORY_LABEL, INSTANCE_SIZE_LABEL, INSTANCE_TYPE_LABEL, NODE_CLASS_LABEL,
  NODE_POOL_LABEL, OPERATING_SYSTEM_LABEL, REGION_LABEL, ZONE_LABEL,
} from '../well-known-keys';
import { counted, listed } from '../words';
import { exerciseCommands, LAUNCH_MESSAGE } from './exercise-commands';
import type { ExerciseWatch } from './exercise-watch';
import { followKarpenterLog, launchOf } from './karpenter-log';
import { type ExerciseContext, exerciseFailed } from './step-recorder';

/** Seconds before the scaling from which the log is read: clocks differ. */
const LOG_MARGIN_SECONDS = 10;

/** Finds the launches in Karpenter's log. */
export async function launchLogStep({ api, expectations, recorder, deadlines, signal }: ExerciseContext, watch: ExerciseWatch): Promise<void> {
  await recorder.step({ title: `Karpenter's log shows "${LAUNCH_MESSAGE}"`, command: exerciseCommands(expectations).log }, async (step) => {
    const wanted = new Set(watch.newClaims.map(({ metadata }) => metadata.name));
    const reading = { sinceSeconds: watch.moments.elapsedSeconds() + LOG_MARGIN_SECONDS, deadlineSeconds: deadlines.logSeconds, signal };
    const found = await followKarpenterLog(api, expectations, reading, (line, pod) => {
      const launch = launchOf(line);
      if (launch === undefined || !wanted.delete(launch.nodeClaim)) return false;
      step.note(`${pod}: ${launch.nodeClaim}, ${launch.instanceType}, ${launch.zone}, ${launch.capacityType}, ${launch.providerId}`);
      return wanted.size === 0;
    });
    if (found) return;
    throw new DeadlinePassed({
      what: `Karpenter logs "${LAUNCH_MESSAGE}" for every NodeClaim`,
      deadlineSeconds: deadlines.logSeconds,
      missing: [`No line for ${listed([...wanted])} in the logs of ${expectations.karpenterNamespace}/${expectations.karpenterDeployment}`],
    });
  });
}

/** Compares the labels of the launched nodes with those that the exercise shows. */
export async function labelsStep({ expectations, recorder, deadlines, signal }: ExerciseContext, watch: ExerciseWatch): Promise<void> {
  await recorder.step({ title: 'The node carries the labels that the exercise shows', command: exerciseCommands(expectations).labels }, async (step) => {
    const nodesNow = (): readonly ClusterNode[] => watch.usedClaims.flatMap((claim) => watch.nodeOf(claim) ?? []);
    await waitFor(() => nodesNow().every((node) => essentialsMissing(node, expectations.nodeSelector).length === 0), {
      what: 'the node has every label that Karpenter and the exercise depend on',
      deadlineSeconds: deadlines.logSeconds,
      on: watch.all,
      describeMissing: () => nodesNow().map((node) => `${node.metadata.name} lacks ${listed(essentialsMissing(node, expectations.nodeSelector))}`),
      remedy: 'Compare it with the NodePool: kubectl get nodepool -o yaml.',
      signal,
    });
    const nodes = nodesNow();
    for (const node of nodes) step.note(...labelLinesOf(node, expectations.nodeSelector));
    const wrong = nodes.find(({ metadata }) => metadata.labels[NODE_POOL_LABEL] !== expectations.nodePoolName);
    if (wrong !== undefined) {
      throw exerciseFailed(`Node ${wrong.metadata.name} belongs to NodePool ${wrong.metadata.labels[NODE_POOL_LABEL] ?? 'none'}; the exercise uses ${expectations.nodePoolName}.`, 'Remove the other NodePool, or give it a lower weight.');
    }
  });
}

/** Sees that all pods share one new node. */
export async function oneNodeStep({ expectations, recorder }: ExerciseContext, watch: ExerciseWatch): Promise<void> {
  const { replicas } = expectations;
  await recorder.step({ title: `All ${counted(replicas, 'pod')} are on one node`, command: exerciseCommands(expectations).pods }, (step) => {
    const nodes = [...new Set(watch.runningPods.flatMap(({ nodeName }) => nodeName ?? []))];
    step.note(...nodes.map((node) => `${counted(watch.runningPods.filter(({ nodeName }) => nodeName === node).length, 'pod')} on ${node}`));
    if (nodes.length !== 1) throw exerciseFailed(`The pods are on ${counted(nodes.length, 'node')}; the exercise ends with one.`, 'See why the NodePool gives no larger type: its requirements, or what is left of its limits.');
  });
}

function essentialsMissing({ metadata }: ClusterNode, nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  return compareLabels(metadata.labels, nodeSelector).missing.filter(({ isEssential }) => isEssential).map(({ key }) => key);
}

function labelLinesOf(node: ClusterNode, nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  const { present, missing } = compareLabels(node.metadata.labels, nodeSelector);
  const values = [...Object.keys(nodeSelector), NODE_POOL_LABEL, CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, ZONE_LABEL]
    .map((key) => `${key}=${node.metadata.labels[key] ?? ''}`);
  return [
    `${node.metadata.name}: ${values.join(', ')}`,
    `${present.length} of ${present.length + missing.length} labels that the exercise shows`,
    ...(missing.length === 0 ? [] : [`${isSimulatedNode(node) ? 'Not simulated' : 'Missing'}: ${listed(missing.map(({ key }) => key))}`]),
  ];
}

/** A node label that the exercise shows its reader. */
export interface ShownLabel {
  readonly key: string;
  /**
   * Whether Karpenter or the exercise depends on it, so that a node without it is not the exercise's outcome. The others
   * are decoration of EKS, EC2 or an add-on.
   */
  readonly isEssential: boolean;
  /** Whether the nodes of a rehearsal carry it, too. */
  readonly isSimulated: boolean;
}

/**
 * Labels of the node in the exercise's last output. The team's label comes from the NodePool and is not listed.
 */
export const SHOWN_LABELS: readonly ShownLabel[] = [
  ...[
    NODE_CLASS_LABEL,
    INSTANCE_CATEGORY_LABEL,
    INSTANCE_CPU_LABEL,
    INSTANCE_FAMILY_LABEL,
    INSTANCE_GENERATION_LABEL,
    INSTANCE_MEMORY_LABEL,
    INSTANCE_SIZE_LABEL,
    CAPACITY_TYPE_LABEL,
    'karpenter.sh/initialized',
    NODE_POOL_LABEL,
    'karpenter.sh/registered',
    ARCHITECTURE_LABEL,
    HOSTNAME_LABEL,
    OPERATING_SYSTEM_LABEL,
    INSTANCE_TYPE_LABEL,
    REGION_LABEL,
    ZONE_LABEL,
  ].map((key) => ({ key, isEssential: true, isSimulated: true })),
  ...[
    'beta.kubernetes.io/arch',
    'beta.kubernetes.io/os',
    'karpenter.k8s.aws/instance-cpu-manufacturer',
    'karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz',
    'karpenter.k8s.aws/instance-ebs-bandwidth',
    'karpenter.k8s.aws/instance-encryption-in-transit-supported',
    INSTANCE_HYPERVISOR_LABEL,
    'karpenter.k8s.aws/instance-network-bandwidth',
    'topology.k8s.aws/zone-id',
  ].map((key) => ({ key, isEssential: false, isSimulated: true })),
  ...[
    'beta.kubernetes.io/instance-type',
    'failure-domain.beta.kubernetes.io/region',
    'failure-domain.beta.kubernetes.io/zone',
    'k8s.io/cloud-provider-aws',
    'topology.ebs.csi.aws.com/zone',
  ].map((key) => ({ key, isEssential: false, isSimulated: false })),
];

/** How a node's labels compare with those that the exercise shows. */
export interface LabelComparison {
  readonly present: readonly string[];
  readonly missing: readonly ShownLabel[];
}

/** Compares a node's labels with those that the exercise shows. */
export function compareLabels(labels: Readonly<Record<string, string>>, nodeSelector: Readonly<Record<string, string>>): LabelComparison {
  const shown = [...Object.keys(nodeSelector).map((key) => ({ key, isEssential: true, isSimulated: true })), ...SHOWN_LABELS];
  return {
    present: shown.filter(({ key }) => key in labels).map(({ key }) => key),
    missing: shown.filter(({ key }) => !(key in labels)),
  };
}
