import { isSimulatedNode, type ClusterNode } from '../../kubernetes/cluster-node';
import { compareLabels } from './shown-labels';

/** What no simulated node does, one line each. */
export const NEVER_SIMULATED: readonly string[] = [
  'Containers do not run: no image is pulled, the pods do nothing, and kubectl exec does not work.',
  'EC2 is simulated: an instance is there after a fixed time, is never short of capacity, and costs nothing.',
  'There is no kubelet and no network: DaemonSets count by what they request, and pods have addresses that lead nowhere.',
  'Nodes are named kwok-..., and kubectl shows kwok\'s version for theirs; provider ids begin with kwok-aws:/// instead of aws:///.',
];

/**
 * What the exercise shows on AWS and these nodes could not, one line each. Nodes of EC2 leave nothing to say.
 *
 * @param nodeSelector labels that the exercise's pods select
 */
export function notSimulated(nodes: readonly ClusterNode[], nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  const simulated = nodes.filter(isSimulatedNode);
  if (simulated.length === 0) return [];
  const missing = new Set(simulated.flatMap(({ metadata }) => compareLabels(metadata.labels, nodeSelector).missing.map(({ key }) => key)));
  return [...NEVER_SIMULATED, ...[...missing].toSorted().map((key) => `Node label ${key}, which the exercise shows.`)];
}
