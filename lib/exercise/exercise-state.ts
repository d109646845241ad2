import { type ClusterNode, type Deployment, DEPLOYMENTS, isRunning, NAMESPACES, NODES, type Pod, PODS, selectorText } from '../kubernetes/core-kinds';
import { NODE_CLAIMS, type NodeClaim } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { LaunchedNode } from './exercise-result';
import type { ExerciseExpectations } from './expectations';

/** What an observation is about. The names stay the same, so that a script can grade by them. */
export type ObservationName =
  | 'deployment'
  | 'replicas'
  | 'pods running'
  | 'nodes'
  | 'NodeClaims'
  | 'capacity type'
  | 'node labels'
  | 'launch log';

/** Something that the exercise should have led to, and what the cluster shows of it. */
export interface Observation {
  readonly name: ObservationName;
  /** What is expected, as a sentence without its end: `5 pods of inflate run`. */
  readonly expected: string;
  /**
   * - `pass`: it is so;
   * - `fail`: it is not, and the exercise has not reached its outcome;
   * - `unknown`: the cluster does not tell, and nothing depends on it.
   */
  readonly outcome: 'pass' | 'fail' | 'unknown';
  /** What was seen, line by line. */
  readonly evidence: readonly string[];
  /** The command to type next, or the one that shows more. @default - nothing is to be done */
  readonly command?: string;
}

/** Whether the exercise has reached its outcome. */
export interface VerifyResult {
  readonly verdict: 'passed' | 'failed';
  readonly cluster: string;
  /** The student's namespace, or the lab's own. */
  readonly namespace: string;
  readonly deploymentName: string;
  /** Pods that the exercise scales to. */
  readonly replicas: number;
  /** Whether a node says that it is simulated. */
  readonly isSimulated: boolean;
  readonly observations: readonly Observation[];
  /** Nodes of Karpenter's that the pods are on. */
  readonly nodes: readonly LaunchedNode[];
}

/** What the cluster holds of one student's exercise, as it was at one moment. */
export interface ExerciseState {
  readonly isNamespaceThere: boolean;
  /** @default - there is none of the name */
  readonly deployment?: Deployment;
  /** Pods of the Deployment that nobody has asked to go. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly ClusterNode[];
  readonly nodeClaims: readonly NodeClaim[];
}

/** Asks the cluster for the state of the exercise. */
export async function readExerciseState(
  api: KubernetesApi, { namespace, deploymentName }: Pick<ExerciseExpectations, 'namespace' | 'deploymentName'>
): Promise<ExerciseState> {
  const deployment = await api.get(DEPLOYMENTS, { namespace, name: deploymentName });
  const isNamespaceThere = deployment !== undefined || await api.get(NAMESPACES, { name: namespace }) !== undefined;
  const [pods, { items: nodes }, { items: nodeClaims }] = await Promise.all([
    deployment === undefined ? { items: [] } : api.list(PODS, { namespace, labelSelector: selectorText(deployment.matchLabels) }),
    api.list(NODES, {}),
    api.list(NODE_CLAIMS, {}),
  ]);
  return { isNamespaceThere, deployment, pods: pods.items.filter(({ metadata }) => metadata.deletedAt === undefined), nodes, nodeClaims };
}

/** Pods of the exercise that run. */
export function runningPods({ pods }: ExerciseState): readonly Pod[] {
  return pods.filter(isRunning);
}

/** Nodes that pods of the exercise are on, each with its NodeClaim. */
export function nodesOfPods({ pods, nodes, nodeClaims }: ExerciseState): readonly { readonly name: string; readonly node?: ClusterNode; readonly claim?: NodeClaim }[] {
  return [...new Set(pods.flatMap(({ nodeName }) => nodeName ?? []))].map((name) => ({
    name,
    node: nodes.find(({ metadata }) => metadata.name === name),
    claim: nodeClaims.find(({ nodeName }) => nodeName === name),
  }));
}
