import { TEAM_LABEL } from '../config/names';
import { outputParts, outputText } from './kubectl-table';

/** What differs from reader to reader in the guide. */
export interface GuideNames {
  readonly cluster: string;
  readonly region: string;
  /** Namespace that the reader works in. */
  readonly namespace: string;
  /** Value of the team label of the reader's nodes. */
  readonly team: string;
  /** Namespace of Karpenter. */
  readonly karpenterNamespace: string;
}

/** The names that the pages in `docs/guide` are written with: those of `lab.yaml` as it comes. */
export const WRITTEN_NAMES: GuideNames = {
  cluster: 'karpenter-lab',
  region: 'ap-northeast-2',
  namespace: 'karpenter-test',
  team: 'my-team',
  karpenterNamespace: 'kube-system',
};

/**
 * Puts the names of a reader into a text of the guide. Only whole words are names.
 *
 * @example withNames('kubectl get pods -n karpenter-test', seat) // 'kubectl get pods -n student-007'
 */
export function withNames(text: string, names: GuideNames): string {
  const { cluster, region, namespace, team, karpenterNamespace } = WRITTEN_NAMES;
  return replaced(text, [
    [word(namespace), names.namespace],
    [word(team), names.team],
    [clusterWord(cluster), names.cluster],
    [regionWord(region), names.region],
    [new RegExp(`(?<=KARPENTER_NAMESPACE=)${karpenterNamespace}\\b`, 'g'), names.karpenterNamespace],
  ]);
}

/** The same for an output: its tables are laid out anew. */
export function outputWithNames(output: string, names: GuideNames): string {
  return outputText(outputParts(output).map((part) => typeof part === 'string' ? withNames(part, names) : {
    headings: part.headings,
    rows: part.rows.map((row) => row.map((cell) => withNames(cell, names))),
  }));
}

/**
 * Puts the names that the pages are written with in the place of a reader's. A seat's name stands for its namespace and for its team:
 * it is the team where it is the value of the label, and the namespace elsewhere.
 */
export function withWrittenNames(text: string, names: GuideNames): string {
  return replaced(text, [
    [new RegExp(`(?<=${TEAM_LABEL}["']?[=:] ?["']?)${escaped(names.team)}(?![\\w-])`, 'g'), WRITTEN_NAMES.team],
    [word(names.namespace), WRITTEN_NAMES.namespace],
    [clusterWord(names.cluster), WRITTEN_NAMES.cluster],
    [regionWord(names.region), WRITTEN_NAMES.region],
  ]);
}

function replaced(text: string, changes: readonly (readonly [RegExp, string])[]): string {
  return changes.reduce((changed, [pattern, name]) => changed.replaceAll(pattern, () => name), text);
}

/** A word of its own. It may be the name of a kubeconfig, which is called after its seat. */
function word(name: string): RegExp {
  return new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-]|\\.(?!kubeconfig)\\w)`, 'g');
}

/** The lab's label keys begin with a word that is also the cluster's name as it comes: `karpenter-lab/seat`. */
function clusterWord(name: string): RegExp {
  return new RegExp(`(?<![\\w/-])${escaped(name)}(?![\\w/-]|\\.\\w)`, 'g');
}

/** A region by itself, in the name of a node, and in that of a zone, which ends in one letter more. */
function regionWord(region: string): RegExp {
  return new RegExp(`(?<![\\w-])${escaped(region)}(?=[a-z]?(?![\\w-]))`, 'g');
}

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
