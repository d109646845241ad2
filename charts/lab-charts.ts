import { App } from 'cdk8s';
import { resourceNames } from '../lib/config/names';
import type { LabConfig } from '../lib/config/schema';
import { versions } from '../lib/config/versions';
import { CLUSTER_SECURITY_GROUP_TAG } from '../lib/well-known-keys';
import { seatNames } from '../lib/config/seats';
import { ClassChart } from './class-chart';
import { InflateChart } from './inflate-chart';
import { KubeOpsViewChart } from './kube-ops-view-chart';
import { NodePoolChart } from './node-pool-chart';
import { SeatChart } from './seat-chart';

/**
 * Tag by which Karpenter finds the subnets it may launch nodes into. Its value is the cluster's name.
 *
 * @see https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/
 */
export const SUBNET_DISCOVERY_TAG = 'karpenter.sh/discovery';

/** The wiring for a configuration: the stack gives these names and tags to what it makes. */
export function wiringOf(config: LabConfig): LabChartsWiring {
  return {
    nodeRoleName: resourceNames(config.clusterName).nodeRole,
    subnetSelectorTags: { [SUBNET_DISCOVERY_TAG]: config.clusterName },
    securityGroupSelectorTags: { [CLUSTER_SECURITY_GROUP_TAG]: config.clusterName },
    kubeOpsViewImage: versions.kubeOpsViewImage,
  };
}

/** Names and tags of AWS resources, and pinned images, that the charts refer to. */
export interface LabChartsWiring {
  /** IAM role of the nodes, by name. */
  readonly nodeRoleName: string;

  /** Tags that mark the subnets nodes are launched into. */
  readonly subnetSelectorTags: Readonly<Record<string, string>>;

  /** Tags that mark the security groups of nodes. */
  readonly securityGroupSelectorTags: Readonly<Record<string, string>>;

  /** Image of kube-ops-view. */
  readonly kubeOpsViewImage: string;
}

/**
 * Everything that the lab puts into the cluster besides Karpenter itself, as a cdk8s app.
 * The CDK stack applies these objects; `npm run charts` writes them as the YAML that a student could apply.
 */
export class LabCharts extends App {
  readonly nodePool: NodePoolChart;
  readonly inflate: InflateChart;
  readonly kubeOpsView: KubeOpsViewChart;

  /**
   * What the seats share.
   *
   * @default - there is no class
   */
  readonly classChart?: ClassChart;

  /** The seats of the class, in the order of their names. Empty without a class. */
  readonly seats: readonly SeatChart[];

  constructor(config: LabConfig, wiring: LabChartsWiring) {
    super({ outdir: 'cdk8s.out' });
    const { karpenter, inflate, team, tags, class: { students, names: rosterFile, idleMinutes, cpuPerSeat } } = config;

    const nodePool = {
      architectures: karpenter.architectures,
      capacityTypes: karpenter.capacityTypes,
      instanceCategories: karpenter.instanceCategories,
      minInstanceGeneration: karpenter.minInstanceGeneration,
      consolidation: karpenter.consolidation,
    };
    this.nodePool = new NodePoolChart(this, 'NodePool', {
      ...nodePool,
      team,
      tags,
      nodeRoleName: wiring.nodeRoleName,
      subnetSelectorTags: wiring.subnetSelectorTags,
      securityGroupSelectorTags: wiring.securityGroupSelectorTags,
      amiAlias: karpenter.amiAlias,
      limits: karpenter.limits,
    });
    this.inflate = new InflateChart(this, 'Inflate', {
      team,
      namespace: inflate.namespace,
      replicas: inflate.replicas,
      cpu: inflate.cpu,
      image: inflate.image,
    });
    this.kubeOpsView = new KubeOpsViewChart(this, 'KubeOpsView', { image: wiring.kubeOpsViewImage, isClosedToPods: students > 0 });

    const seats = seatNames(students);
    if (students > 0) {
      this.classChart = new ClassChart(this, 'Class', {
        seats, cpuPerSeat, idleMinutes, rosterFile, nodePool, karpenterNamespace: karpenter.namespace, nodeClass: this.nodePool.nodeClass,
      });
    }
    this.seats = seats.map((seat) => new SeatChart(this, seat, { seat, cpu: cpuPerSeat }));
  }
}
