import { cpuMillis } from '../kubernetes/allocatable';
import { type ClusterSnapshot, nodeNamesOf, runningPods } from '../kubernetes/cluster-model';
import { type ClusterNode, type Deployment, DEPLOYMENTS, selectorText } from '../kubernetes/core-kinds';
import type { NodeClaim } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { isTrue, trueCondition, unmetConditions } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import { CAPACITY_TYPE_LABEL, NODE_POOL_LABEL } from '../well-known-keys';
import { counted, listed } from '../words';
import { exerciseCommands, LAUNCH_MESSAGE } from './exercise-commands';
import { deploymentBodyOf, type ExerciseExpectations } from './expectations';
import { type LaunchLine, launchOf, readKarpenterLog } from './karpenter-log';
import { compareLabels } from './shown-labels';

/** What the observations are about, in their order. The names stay the same, so that a script can grade by them. */
export const OBSERVATION_NAMES = ['deployment', 'replicas', 'pods running', 'nodes', 'NodeClaims', 'capacity type', 'node labels', 'launch log'] as const;

/** What an observation is about. */
export type ObservationName = (typeof OBSERVATION_NAMES)[number];

/** Something that the exercise should have led to, and what the cluster shows. */
export interface Observation {
  readonly name: ObservationName;
  /** What is expected, as a sentence without its full stop: `5 pods of inflate run`. */
  readonly expected: string;
  /**
   * - `pass`: the cluster shows it;
   * - `fail`: the cluster shows otherwise, so the exercise has not reached its outcome;
   * - `unknown`: the cluster does not show it either way; the verdict does not depend on it.
   */
  readonly outcome: 'pass' | 'fail' | 'unknown';
  /** What was seen, line by line. */
  readonly evidence: readonly string[];
  /** The command to type next, or one that shows more. @default - nothing needs to be done */
  readonly command?: string;
}

/** One student's exercise in the cluster. Pods that are being deleted are left out. */
export interface ExerciseState extends ClusterSnapshot {
  readonly isNamespaceThere: boolean;
  /** @default - the namespace has no Deployment of the name */
  readonly deployment?: Deployment;
}

/** Nodes that run pods of the exercise, each with its NodeClaim. */
export function nodesOfPods({ pods, nodes, nodeClaims }: ExerciseState): readonly { readonly name: string; readonly node?: ClusterNode; readonly claim?: NodeClaim }[] {
  return nodeNamesOf(pods).map((name) => ({
    name,
    node: nodes.find(({ metadata }) => metadata.name === name),
    claim: nodeClaims.find(({ nodeName }) => nodeName === name),
  }));
}

/** Whether the Deployment is the one that the assembly describes: its image, its CPU request and its node selector. */
export function deploymentObservation({ deployment, isNamespaceThere }: ExerciseState, expectations: ExerciseExpectations): Observation {
  const { namespace, deploymentName } = expectations;
  const asked = { name: 'deployment', expected: `Deployment ${deploymentName} in namespace ${namespace} is the exercise's` } as const;
  if (deployment === undefined) {
    const { deploy, namespaceAndDeploy } = exerciseCommands(expectations);
    return {
      ...asked,
      outcome: 'fail',
      evidence: [isNamespaceThere ? `There is no Deployment ${deploymentName} in namespace ${namespace}.` : `There is no namespace ${namespace}.`],
      command: isNamespaceThere ? deploy : namespaceAndDeploy,
    };
  }
  const fields = comparedFields(deployment, expectations);
  const wrong = fields.filter(({ isEqual }) => !isEqual);
  return {
    ...asked,
    outcome: wrong.length === 0 ? 'pass' : 'fail',
    evidence: fields.map(({ field, received, wanted, isEqual }) => isEqual ? `${field} ${received}` : `${field} is ${received}; the exercise's is ${wanted}`),
    ...(wrong.length === 0 ? {} : { command: exerciseCommands(expectations).deploy }),
  };
}

/** Whether the Deployment asks for as many replicas as the exercise. */
export function replicasObservation({ deployment }: ExerciseState, expectations: ExerciseExpectations): Observation {
  const { replicas } = expectations;
  const received = deployment?.replicas ?? 0;
  const isAsked = received === replicas;
  return {
    name: 'replicas',
    expected: `${counted(replicas, 'replica')} are asked for`,
    outcome: isAsked ? 'pass' : 'fail',
    evidence: [deployment === undefined ? 'There is no Deployment to scale.' : `${received} of ${counted(replicas, 'replica')} asked for: spec.replicas is ${received}`],
    ...(isAsked ? {} : { command: exerciseCommands(expectations).scale(replicas) }),
  };
}

/**
 * Whether all pods run.
 *
 * @param causes why they do not, line by line
 */
export function podsRunningObservation(state: ExerciseState, expectations: ExerciseExpectations, causes: readonly string[]): Observation {
  const { deploymentName, replicas } = expectations;
  const running = runningPods(state);
  const isRunning = running.length === replicas;
  return {
    name: 'pods running',
    expected: `${counted(replicas, 'pod')} of ${deploymentName} run`,
    outcome: isRunning ? 'pass' : 'fail',
    evidence: [
      `${running.length} of ${counted(replicas, 'pod')} Running`,
      ...running.map(({ metadata, nodeName }) => `${metadata.name} Running on ${nodeName ?? ''}`),
      ...causes,
    ],
    ...(isRunning ? {} : { command: exerciseCommands(expectations).pods }),
  };
}

interface ComparedField {
  readonly field: string;
  readonly received: string;
  readonly wanted: string;
  readonly isEqual: boolean;
}

function comparedFields(deployment: Deployment, expectations: ExerciseExpectations): readonly ComparedField[] {
  const { nodeSelector } = expectations;
  const wanted = DEPLOYMENTS.read(deploymentBodyOf(expectations) ?? {});
  const field = (name: string, received: string, expected: string, isEqual = received === expected): ComparedField =>
    ({ field: name, received: received === '' ? 'none' : received, wanted: expected === '' ? 'none' : expected, isEqual });
  return [
    field('image', deployment.images.join(', '), wanted.images.join(', ')),
    field('cpu request', deployment.cpuRequest ?? '', wanted.cpuRequest ?? '', millisOf(deployment) === millisOf(wanted)),
    // Additional selectors of a student do no harm: they choose among the same nodes.
    field('nodeSelector', selectorText(deployment.nodeSelector), selectorText(nodeSelector), Object.entries(nodeSelector).every(([key, value]) => deployment.nodeSelector[key] === value)),
  ];
}

/** The same request can be written as `1` and as `1000m`. */
function millisOf({ cpuRequest }: Deployment): number {
  return cpuRequest === undefined ? 0 : cpuMillis(cpuRequest);
}

type NodeOfPods = ReturnType<typeof nodesOfPods>[number];

/** Whether one node meets an expectation, and what it shows. */
interface Finding {
  readonly isMet: boolean;
  readonly lines: readonly string[];
}

/** Conditions through which a NodeClaim becomes a node. */
const STAGES = ['Launched', 'Registered', 'Initialized'] as const;

/** Whether the nodes of the pods have the right NodePool, NodeClaim stages, capacity type and labels. */
export function nodeObservations(state: ExerciseState, expectations: ExerciseExpectations): readonly Observation[] {
  const { nodePoolName, otherNodePools = [], nodeSelector, capacityTypes } = expectations;
  const commands = exerciseCommands(expectations);
  const nodes = nodesOfPods(state);
  const observe = (name: Observation['name'], expected: string, command: string, finding: (node: NodeOfPods) => Finding): Observation =>
    observed({ name, expected }, command, nodes.map(finding));
  return [
    observe('nodes', `The pods are on nodes of NodePool ${[nodePoolName, ...otherNodePools].join(' or ')} with ${selectorText(nodeSelector)}`, commands.nodes, (node) => ownership(node, expectations)),
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

function ownership({ name, node }: NodeOfPods, { nodePoolName, otherNodePools = [], nodeSelector }: ExerciseExpectations): Finding {
  if (node === undefined) return { isMet: false, lines: [`${name} is gone`] };
  const { labels: found } = node.metadata;
  const pool = found[NODE_POOL_LABEL];
  const isMeant = pool !== undefined && [nodePoolName, ...otherNodePools].includes(pool);
  const wrong = Object.entries(nodeSelector).filter(([key, value]) => found[key] !== value);
  const lines = [
    isMeant ? `${name} is of NodePool ${pool}` : `${name} is of ${pool === undefined ? 'no NodePool: Karpenter did not launch it' : `NodePool ${pool}; the exercise's is ${nodePoolName}`}`,
    ...(wrong.length === 0 ? [`${name} has ${selectorText(nodeSelector)}`] : wrong.map(([key, value]) => `${name} has ${found[key] === undefined ? `no ${key}` : `${key}=${found[key]}`}; the exercise's is ${key}=${value}`)),
  ];
  return { isMet: isMeant && wrong.length === 0, lines };
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

/** By the node's label, or by the NodeClaim's while the node has none. */
function capacityType({ name, node, claim }: NodeOfPods, allowed: readonly string[]): Finding {
  const found = node?.metadata.labels[CAPACITY_TYPE_LABEL] ?? claim?.capacityType;
  const isMet = found !== undefined && (allowed.length === 0 || allowed.includes(found));
  return { isMet, lines: [isMet ? `${name} is ${found}` : `${name} is ${found ?? 'of no capacity type'}; the lab's NodePool allows ${allowed.length === 0 ? 'any' : listed(allowed)}`] };
}

/** Only labels that Karpenter and the exercise depend on decide. Missing labels of EKS, EC2 and add-ons are listed for information. */
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
      ...(others.length === 0 ? [] : [`For information, without: ${listed(others.map(({ key }) => key))}`]),
    ],
  };
}

/**
 * {@link launchObservation}, with a read of Karpenter's log. One that cannot be read is `unknown`, too.
 *
 * @throws LabError `KubernetesUnreachable`
 */
export async function launchLogObservation(api: KubernetesApi, state: ExerciseState, expectations: ExerciseExpectations): Promise<Observation> {
  if (claimNamesOf(state).length === 0) return launchObservation(state, expectations, []);
  try {
    return launchObservation(state, expectations, (await readKarpenterLog(api, expectations, undefined)).flatMap((line) => launchOf(line) ?? []));
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'KubernetesUnreachable') throw error;
    return { ...launchObservation(state, expectations, []), evidence: [`The log cannot be read: ${error.message}`] };
  }
}

/**
 * Whether Karpenter's log shows the launches. The NodeClaims prove the same, and a log is lost when a controller pod is replaced or
 * the log is rotated. So a log without the line is `unknown` and no failure.
 *
 * @param launches launches that the log shows, others among them
 */
export function launchObservation(state: ExerciseState, expectations: ExerciseExpectations, launches: readonly LaunchLine[]): Observation {
  const claims = claimNamesOf(state);
  const found = launches.filter(({ nodeClaim }) => claims.includes(nodeClaim));
  const silent = claims.filter((name) => !found.some(({ nodeClaim }) => nodeClaim === name));
  return {
    name: 'launch log',
    expected: `Karpenter's log shows "${LAUNCH_MESSAGE}"`,
    outcome: claims.length > 0 && silent.length === 0 ? 'pass' : 'unknown',
    evidence: claims.length === 0 ? ['There is no NodeClaim to look for.'] : [
      ...found.map(({ nodeClaim, instanceType, zone, capacityType, providerId }) => `${nodeClaim}: ${instanceType}, ${zone}, ${capacityType}, ${providerId}`),
      ...(silent.length === 0 ? [] : [`No line for ${listed(silent)}: the log was rotated, or its pod replaced. The NodeClaim's condition Launched is the proof.`]),
    ],
    command: exerciseCommands(expectations).log,
  };
}

/** NodeClaims of the nodes that run the pods, by name. */
function claimNamesOf(state: ExerciseState): readonly string[] {
  return nodesOfPods(state).flatMap(({ claim }) => claim ?? []).map(({ metadata }) => metadata.name);
}
