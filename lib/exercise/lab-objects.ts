import type { LabView } from '../assembly/lab-view';
import { type ClusterNode, type Deployment, DEPLOYMENTS, NAMESPACES, NODES, type Pod, PODS } from '../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, type Ec2NodeClass, NODE_CLAIMS, NODE_POOLS, type NodeClaim, type NodePool } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi, Selection } from '../kubernetes/kubernetes-api';
import { LiveList } from '../kubernetes/live-list';
import type { ObjectMetadata, ResourceKind } from '../kubernetes/objects';
import type { Watched } from '../wait-for';

/** Objects of the cluster that its status is made of. */
export interface ClusterObjects {
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
    exercises: { namespace, fieldSelector: `metadata.name=${exercise.metadata.name}` },
  };
}

/** Asks the cluster for all of them once. */
export async function readLabObjects(api: KubernetesApi, selections: LabSelections): Promise<ClusterObjects> {
  const [karpenter, exercises, nodePools, nodeClasses, nodeClaims, nodes, pods] = await Promise.all([
    api.list(DEPLOYMENTS, selections.karpenter),
    api.list(DEPLOYMENTS, selections.exercises),
    api.list(NODE_POOLS, {}),
    api.list(EC2_NODE_CLASSES, {}),
    api.list(NODE_CLAIMS, {}),
    api.list(NODES, {}),
    api.list(PODS, {}),
  ]);
  return {
    karpenter: karpenter.items, exercises: exercises.items, nodePools: nodePools.items, nodeClasses: nodeClasses.items,
    nodeClaims: nodeClaims.items, nodes: nodes.items, pods: pods.items,
  };
}

/** The namespace that every cluster begins with. */
const FIRST_NAMESPACE = 'kube-system';

/** When the cluster came to be: its control plane makes this namespace first. */
export async function clusterBegan(api: KubernetesApi): Promise<string | undefined> {
  const namespace = await api.get(NAMESPACES, { name: FIRST_NAMESPACE });
  return namespace?.metadata.createdAt;
}

type Lists = { readonly [Key in keyof ClusterObjects]: LiveList<ClusterObjects[Key][number]> };

/** The objects of a lab, kept up to date by watches that try again for ever when the API server is out of reach. */
export class LiveLab {
  /** Lists the objects and begins to watch them. */
  static async start(api: KubernetesApi, selections: LabSelections): Promise<LiveLab> {
    const live = <T extends { readonly metadata: ObjectMetadata }>(kind: ResourceKind<T>, selection: Selection = {}): Promise<LiveList<T>> =>
      LiveList.start(api, kind, selection, Infinity);
    const [karpenter, exercises, nodePools, nodeClasses, nodeClaims, nodes, pods] = await Promise.all([
      live(DEPLOYMENTS, selections.karpenter), live(DEPLOYMENTS, selections.exercises), live(NODE_POOLS), live(EC2_NODE_CLASSES), live(NODE_CLAIMS), live(NODES), live(PODS),
    ]);
    return new LiveLab({ karpenter, exercises, nodePools, nodeClasses, nodeClaims, nodes, pods });
  }

  private constructor(private readonly lists: Lists) {}

  /** The objects as they are now. */
  get objects(): ClusterObjects {
    const { karpenter, exercises, nodePools, nodeClasses, nodeClaims, nodes, pods } = this.lists;
    return {
      karpenter: karpenter.items, exercises: exercises.items, nodePools: nodePools.items, nodeClasses: nodeClasses.items,
      nodeClaims: nodeClaims.items, nodes: nodes.items, pods: pods.items,
    };
  }

  /** Everything that is watched, for a wait. */
  get all(): readonly Watched[] {
    return Object.values(this.lists);
  }

  /** Why no news comes at the moment. Undefined while it does. */
  get interruption(): unknown {
    return Object.values(this.lists).find(({ interruption }) => interruption !== undefined)?.interruption;
  }

  /** Ends the watches. */
  stop(): void {
    for (const list of Object.values(this.lists)) list.stop();
  }
}
