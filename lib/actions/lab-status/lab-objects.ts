import type { LabView } from '../../assembly/lab-view';
import { NODES, type ClusterNode } from '../../kubernetes/cluster-node';
import { DEPLOYMENTS, type Deployment } from '../../kubernetes/deployment';
import { EC2_NODE_CLASSES, type Ec2NodeClass } from '../../kubernetes/ec2-node-class';
import type { KubernetesApi, Selection } from '../../kubernetes/kubernetes-api';
import { NAMESPACES } from '../../kubernetes/namespace';
import { NODE_CLAIMS, type NodeClaim } from '../../kubernetes/node-claim';
import { NODE_POOLS, type NodePool } from '../../kubernetes/node-pool';
import { PODS, type Pod } from '../../kubernetes/pod';

/** Objects of the cluster that its status is made of. */
export interface LabObjects {
  /** Karpenter's Deployment. */
  readonly karpenter: readonly Deployment[];
  /** The exercise's Deployments. */
  readonly exercises: readonly Deployment[];
  readonly nodePools: readonly NodePool[];
  readonly nodeClasses: readonly Ec2NodeClass[];
  readonly nodeClaims: readonly NodeClaim[];
  readonly nodes: readonly ClusterNode[];
  /** All pods of the cluster: those of others fill nodes too. */
  readonly pods: readonly Pod[];
}

/** Which Deployments are Karpenter's and the exercise's. */
export interface LabSelections {
  readonly karpenter: Selection;
  readonly exercises: Selection;
}

/**
 * Which Deployments a status asks for.
 *
 * @param namespace of one student; all namespaces where it is left out
 */
export function labSelections({ karpenter, exercise }: Pick<LabView, 'karpenter' | 'exercise'>, namespace?: string): LabSelections {
  return {
    karpenter: { namespace: karpenter.namespace, fieldSelector: `metadata.name=${karpenter.release}` },
    exercises: { namespace, fieldSelector: `metadata.name=${exercise.name}` },
  };
}

/** Asks the cluster for all of them once. */
export async function readLabObjects(api: KubernetesApi, selections: LabSelections, signal?: AbortSignal): Promise<LabObjects> {
  const [karpenter, exercises, nodePools, nodeClasses, nodeClaims, nodes, pods] = await Promise.all([
    api.list(DEPLOYMENTS, selections.karpenter, signal),
    api.list(DEPLOYMENTS, selections.exercises, signal),
    api.list(NODE_POOLS, {}, signal),
    api.list(EC2_NODE_CLASSES, {}, signal),
    api.list(NODE_CLAIMS, {}, signal),
    api.list(NODES, {}, signal),
    api.list(PODS, {}, signal),
  ]);
  return {
    karpenter: karpenter.items, exercises: exercises.items, nodePools: nodePools.items, nodeClasses: nodeClasses.items,
    nodeClaims: nodeClaims.items, nodes: nodes.items, pods: pods.items,
  };
}

/** The namespace that every cluster begins with. */
const FIRST_NAMESPACE = 'kube-system';

/** When the cluster came to be: its control plane makes this namespace first. */
export async function clusterBegan(api: KubernetesApi, signal?: AbortSignal): Promise<string | undefined> {
  const namespace = await api.get(NAMESPACES, { name: FIRST_NAMESPACE }, signal);
  return namespace?.metadata.createdAt;
}
