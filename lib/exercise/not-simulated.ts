import { isSimulatedNode, type ClusterNode } from '../kubernetes/core-kinds';
import { compareLabels, SHOWN_LABELS } from './outcome-steps';

/** What no rehearsal does, one line each. */
const NEVER_SIMULATED: readonly string[] = [
  'Containers do not run: no image is pulled, and kubectl exec, port-forward (so kube-ops-view cannot be opened), top, and logs of pods other than Karpenter\'s do not work.',
  'CloudFormation and Helm charts are not executed: their system pods are stand-ins that request what the lab\'s own table says.',
  'IAM is not enforced: every call is allowed, whoever makes it.',
  'EC2 is simulated: an instance is there after a fixed time, is never short of capacity, and costs nothing; spot prices are estimates that never move.',
  'There is no kubelet and no network: DaemonSets count by what they request, and pods have addresses that lead nowhere.',
  'Nodes are named kwok-..., and kubectl shows kwok\'s version for theirs; provider ids begin with kwok-aws:/// instead of aws:///; Karpenter\'s log lacks the field commit.',
];

/** What the exercise shows on AWS and no rehearsal can, one line each. */
export const NOT_SIMULATED: readonly string[] = withLabels(SHOWN_LABELS.filter(({ isSimulated }) => !isSimulated).map(({ key }) => key));

/**
 * What the exercise shows on AWS and these nodes could not, one line each. Nodes of EC2 leave nothing to say.
 *
 * @param nodeSelector labels that the exercise's pods select
 */
export function notSimulated(nodes: readonly ClusterNode[], nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  const simulated = nodes.filter(isSimulatedNode);
  if (simulated.length === 0) return [];
  // Nodes for other pods have labels of their own.
  const launched = simulated.filter(({ metadata }) => Object.entries(nodeSelector).every(([key, value]) => metadata.labels[key] === value));
  if (launched.length === 0) return NOT_SIMULATED;
  // An essential label that is missing is a failure, or comes in a moment.
  return withLabels(launched.flatMap(({ metadata }) => compareLabels(metadata.labels, nodeSelector).missing.filter(({ isEssential }) => !isEssential).map(({ key }) => key)));
}

function withLabels(keys: readonly string[]): readonly string[] {
  const missing = [...new Set(keys)].toSorted();
  return missing.length === 0 ? NEVER_SIMULATED : [...NEVER_SIMULATED, `Node labels that the exercise shows and that are absent: ${missing.join(', ')}.`];
}
