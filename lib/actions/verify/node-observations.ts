import { isSimulatedNode } from '../../kubernetes/cluster-node';
import { isTrue, trueCondition, unmetConditions } from '../../kubernetes/condition';
import { selectorText } from '../../kubernetes/deployment';
import { CAPACITY_TYPE_LABEL, NODE_POOL_LABEL } from '../../kubernetes/well-known-labels';
import { exerciseCommands } from '../exercise/exercise-commands';
import type { ExerciseExpectations } from '../exercise/expectations';
import { compareLabels } from '../exercise/shown-labels';
import { listed } from '../plan/phrases';
import { nodesOfPods, type ExerciseState } from './exercise-state';
import type { Observation } from './verify-result';

type NodeOfPods = ReturnType<typeof nodesOfPods>[number];

/** What one node shows of an expectation. */
interface Finding {
  readonly isMet: boolean;
  readonly lines: readonly string[];
}

/** Conditions through which a NodeClaim becomes a node. */
const STAGES = ['Launched', 'Registered', 'Initialized'] as const;

/** What the nodes of the pods show: whose they are, how they came, how they are bought, and their labels. */
export function nodeObservations(state: ExerciseState, expectations: ExerciseExpectations): readonly Observation[] {
  const { nodePoolName, nodeSelector, capacityTypes } = expectations;
  const commands = exerciseCommands(expectations);
  const nodes = nodesOfPods(state);
  const observe = (name: Observation['name'], expected: string, command: string, finding: (node: NodeOfPods) => Finding): Observation =>
    observed({ name, expected }, command, nodes.map(finding));
  return [
    observe('nodes', `The pods are on nodes of NodePool ${nodePoolName} with ${selectorText(nodeSelector)}`, commands.nodes, (node) => ownership(node, expectations)),
    observe('NodeClaims', `Their NodeClaims are ${listed(STAGES)}`, commands.nodeClaims, stages),
    observe('capacity type', `Their capacity type is ${capacityTypes.length === 0 ? 'any' : capacityTypes.join(' or ')}`, commands.nodeClaims, (node) => capacityType(node, capacityTypes)),
    observe('node labels', 'They carry the labels that the exercise shows', commands.labels, (node) => labels(node, nodeSelector)),
  ];
}

function observed(asked: Pick<Observation, 'name' | 'expected'>, command: string, findings: readonly Finding[]): Observation {
  const isPassed = findings.length > 0 && findings.every(({ isMet }) => isMet);
  return {
    ...asked,
    outcome: isPassed ? 'pass' : 'fail',
    evidence: findings.length === 0 ? ['No pod is on a node yet.'] : findings.flatMap(({ lines }) => lines),
    ...(isPassed ? {} : { command }),
  };
}

function ownership({ name, node }: NodeOfPods, { nodePoolName, nodeSelector }: ExerciseExpectations): Finding {
  if (node === undefined) return { isMet: false, lines: [`${name} is gone`] };
  const { labels: found } = node.metadata;
  const pool = found[NODE_POOL_LABEL];
  const wrong = Object.entries(nodeSelector).filter(([key, value]) => found[key] !== value);
  const lines = [
    pool === nodePoolName ? `${name} is of NodePool ${pool}` : `${name} is of ${pool === undefined ? 'no NodePool: Karpenter did not launch it' : `NodePool ${pool}; the exercise's is ${nodePoolName}`}`,
    ...(wrong.length === 0 ? [`${name} has ${selectorText(nodeSelector)}`] : wrong.map(([key, value]) => `${name} has ${found[key] === undefined ? `no ${key}` : `${key}=${found[key]}`}; the exercise's is ${key}=${value}`)),
  ];
  return { isMet: pool === nodePoolName && wrong.length === 0, lines };
}

function stages({ name, claim }: NodeOfPods): Finding {
  if (claim === undefined) return { isMet: false, lines: [`${name} has no NodeClaim`] };
  const missing = STAGES.filter((type) => !isTrue(claim, type));
  const place = [claim.instanceType, claim.zone, claim.providerId].filter((part) => part !== undefined).join(', ');
  const done = STAGES.flatMap((type) => trueCondition(claim, type) ?? []).map(({ type, since }) => `${type}${since === '' ? '' : ` ${since}`}`);
  const unmet = unmetConditions({ conditions: claim.conditions.filter(({ type }) => missing.some((stage) => stage === type)) });
  return {
    isMet: missing.length === 0,
    lines: [
      `${claim.metadata.name}: ${place}`,
      ...(done.length === 0 ? [] : [`${claim.metadata.name}: ${done.join(', ')}`]),
      ...(missing.length === 0 ? [] : [`${claim.metadata.name} is not ${listed(missing)}${unmet.length === 0 ? '' : `: ${unmet.join('; ')}`}`]),
    ],
  };
}

/** By the node's own label, and by the NodeClaim's while it has none. */
function capacityType({ name, node, claim }: NodeOfPods, allowed: readonly string[]): Finding {
  const found = node?.metadata.labels[CAPACITY_TYPE_LABEL] ?? claim?.capacityType;
  const isMet = found !== undefined && (allowed.length === 0 || allowed.includes(found));
  return { isMet, lines: [isMet ? `${name} is ${found}` : `${name} is ${found ?? 'of no capacity type'}; the lab's NodePool allows ${allowed.length === 0 ? 'any' : listed(allowed)}`] };
}

/** Labels that Karpenter and the exercise depend on decide; the others, of EKS, EC2 and add-ons, are told only. */
function labels({ name, node }: NodeOfPods, nodeSelector: Readonly<Record<string, string>>): Finding {
  if (node === undefined) return { isMet: false, lines: [`${name} is gone`] };
  const { present, missing } = compareLabels(node.metadata.labels, nodeSelector);
  const essential = missing.filter(({ isEssential }) => isEssential);
  const others = missing.filter(({ isEssential }) => !isEssential);
  return {
    isMet: essential.length === 0,
    lines: [
      `${name}: ${present.length} of ${present.length + missing.length} labels`,
      ...(essential.length === 0 ? [] : [`${name} lacks ${listed(essential.map(({ key }) => key))}`]),
      ...(others.length === 0 ? [] : [`For information, ${isSimulatedNode(node) ? 'not simulated' : 'without'}: ${listed(others.map(({ key }) => key))}`]),
    ],
  };
}
