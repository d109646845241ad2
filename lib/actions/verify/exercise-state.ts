import { NODES, type ClusterNode } from '../../kubernetes/cluster-node';
import { DEPLOYMENTS, selectorText, type Deployment } from '../../kubernetes/deployment';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NODE_CLAIMS, type NodeClaim } from '../../kubernetes/node-claim';
import { isRunning, PODS, type Pod } from '../../kubernetes/pod';
import type { ExerciseExpectations } from '../exercise/expectations';

/** What the cluster holds of one student's exercise, as it was at one moment. */
export interface ExerciseState {
  /** @default - there is none of the name */
  readonly deployment?: Deployment;
  /** Pods of the Deployment that nobody has asked to go. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly ClusterNode[];
  readonly nodeClaims: readonly NodeClaim[];
}

/** Asks the cluster for the state of the exercise. */
export async function readExerciseState(
  api: KubernetesApi, { namespace, deploymentName }: Pick<ExerciseExpectations, 'namespace' | 'deploymentName'>, signal?: AbortSignal,
): Promise<ExerciseState> {
  const deployment = await api.get(DEPLOYMENTS, { namespace, name: deploymentName }, signal);
  const [pods, { items: nodes }, { items: nodeClaims }] = await Promise.all([
    deployment === undefined ? { items: [] } : api.list(PODS, { namespace, labelSelector: selectorText(deployment.matchLabels) }, signal),
    api.list(NODES, {}, signal),
    api.list(NODE_CLAIMS, {}, signal),
  ]);
  return { deployment, pods: pods.items.filter(({ metadata }) => metadata.deletedAt === undefined), nodes, nodeClaims };
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
