import { NODES } from '../../kubernetes/cluster-node';
import { DEPLOYMENTS } from '../../kubernetes/deployment';
import { EC2_NODE_CLASSES } from '../../kubernetes/ec2-node-class';
import type { KubernetesApi, Selection } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { NODE_CLAIMS } from '../../kubernetes/node-claim';
import { NODE_POOLS } from '../../kubernetes/node-pool';
import type { ObjectMetadata } from '../../kubernetes/object-metadata';
import { PODS } from '../../kubernetes/pod';
import type { ResourceKind } from '../../kubernetes/resource-kind';
import type { Watched } from '../../kubernetes/watched';
import type { LabObjects, LabSelections } from './lab-objects';

type Lists = { readonly [Key in keyof LabObjects]: LiveList<LabObjects[Key][number]> };

/** The objects of a lab, kept up to date by watches that try again for ever when the API server is out of reach. */
export class LiveLab {
  /** Lists the objects and begins to watch them. */
  static async start(api: KubernetesApi, selections: LabSelections, signal?: AbortSignal): Promise<LiveLab> {
    const live = <T extends { readonly metadata: ObjectMetadata }>(kind: ResourceKind<T>, selection: Selection = {}): Promise<LiveList<T>> =>
      LiveList.start(api, kind, selection, signal, Infinity);
    const [karpenter, exercises, nodePools, nodeClasses, nodeClaims, nodes, pods] = await Promise.all([
      live(DEPLOYMENTS, selections.karpenter), live(DEPLOYMENTS, selections.exercises), live(NODE_POOLS), live(EC2_NODE_CLASSES), live(NODE_CLAIMS), live(NODES), live(PODS),
    ]);
    return new LiveLab({ karpenter, exercises, nodePools, nodeClasses, nodeClaims, nodes, pods });
  }

  private constructor(private readonly lists: Lists) {}

  /** The objects as they are now. */
  get objects(): LabObjects {
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
