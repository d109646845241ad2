import { KubernetesManifest, type ICluster } from 'aws-cdk-lib/aws-eks-v2';
import { Construct, type IDependable } from 'constructs';
import { type Manifest, manifestOf, manifestsOf } from '../../charts/manifest';
import { LabCharts, type LabChartsWiring } from '../../charts/lab-charts';
import type { LabConfig } from '../config/schema';

/** What the lab puts into the cluster, and after what. */
export interface LabObjectsProps {
  readonly cluster: ICluster;
  readonly config: LabConfig;
  readonly wiring: LabChartsWiring;
  /** The Karpenter controller: it must outlive everything that makes it launch nodes. */
  readonly controller: IDependable;
}

/** Seats that one call of kubectl applies: few enough for the size of an event, and for the time that a call may take. */
const SEATS_PER_MANIFEST = 20;

/**
 * The objects of `charts/`, applied to the cluster: the same that a student could apply by hand.
 *
 * Deletion: workloads and seats go first, so that nodes empty; then what seats share, with the NodePools of the class; then the
 * NodePool, with which its NodeClaims and instances go; then the EC2NodeClass, with which instance profiles and launch templates go.
 * Seats wait for the drain guard, which empties them at once and says what students had made: kubectl would wait for them, and
 * its function has a quarter of an hour.
 */
export class LabObjects extends Construct {
  /** Name of the NodePool that launches the nodes of the exercise. */
  readonly nodePoolName: string;

  /** The NodePool, and with it all that it needs to launch nodes: to depend on. */
  readonly nodeProvisioning: IDependable;

  /** The seats of the class: to depend on. Empty without a class. */
  readonly seats: readonly IDependable[];

  constructor(scope: Construct, id: string, props: LabObjectsProps) {
    super(scope, id);
    const { cluster, config, wiring, controller } = props;
    const charts = new LabCharts(config, wiring);

    const apply = (manifestId: string, objects: readonly Manifest[], after: IDependable, prune?: boolean): KubernetesManifest => {
      const manifest = new KubernetesManifest(this, manifestId, {
        cluster,
        manifest: [...objects],
        prune,
        // A namespace that a student made by hand is taken over instead of refused.
        overwrite: true,
      });
      manifest.node.addDependency(after);
      return manifest;
    };

    const nodeClass = apply('EC2NodeClass', [manifestOf(charts.nodePool.nodeClass)], controller);
    const nodePool = apply('NodePool', [manifestOf(charts.nodePool.nodePool)], nodeClass);
    apply('Inflate', manifestsOf(charts.inflate), nodePool);
    apply('KubeOpsView', manifestsOf(charts.kubeOpsView), nodePool);
    const shared = charts.classChart === undefined ? nodePool : apply('Class', manifestsOf(charts.classChart), nodePool);
    const seats: KubernetesManifest[] = [];
    for (let first = 0; first < charts.seats.length; first += SEATS_PER_MANIFEST) {
      const some = charts.seats.slice(first, first + SEATS_PER_MANIFEST);
      // By the prune label, an update that makes the class smaller removes the seats that are no longer in a manifest.
      seats.push(apply(`Seats${first / SEATS_PER_MANIFEST + 1}`, some.flatMap(manifestsOf), shared, true));
    }
    this.seats = seats;
    this.nodeProvisioning = shared;
    this.nodePoolName = charts.nodePool.nodePool.name;
  }
}
