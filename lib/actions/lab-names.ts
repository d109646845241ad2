import type { LabView } from '../assembly/lab-view';
import type { LabNames } from '../aws/leftovers/leftover';

/** The names by which the lab's leftovers are known, from its assembly. */
export function labNames({ cluster, stack }: Pick<LabView, 'cluster' | 'stack'>): LabNames {
  return { clusterName: cluster.name, stackName: stack.stackName, region: stack.region };
}
