import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { TEAM_LABEL } from '../lib/config/names';
import { NODE_POOLS } from '../lib/kubernetes/karpenter-kinds';
import {
  ARCHITECTURE_LABEL, CAPACITY_TYPE_LABEL, INSTANCE_CATEGORY_LABEL, INSTANCE_CPU_LABEL, INSTANCE_GENERATION_LABEL, INSTANCE_HYPERVISOR_LABEL,
  OPERATING_SYSTEM_LABEL,
} from '../lib/well-known-keys';
import { KubeEc2NodeClass, type Ec2NodeClassProps } from './ec2-node-class';
import type { Immutable } from './manifest';
import type { NodePool as NodePoolManifest } from './schemas/karpenter.sh_nodepools.v1';

/** Which nodes Karpenter may launch, how many, and when it removes them. */
export interface NodePoolOptions {
  /**
   * Name of the NodePool. Nodes carry it as label `karpenter.sh/nodepool`.
   *
   * @default 'default'
   */
  readonly name?: string;

  /**
   * Team that the nodes are for: the value of their {@link TEAM_LABEL}. Of a list, a node is of the one whose pods it was launched for.
   */
  readonly team: string | readonly string[];

  /**
   * Which NodePool Karpenter tries first: the one with the highest weight.
   *
   * @see https://karpenter.sh/docs/concepts/nodepools/#specweight
   * @default - no weight, which counts as 0
   */
  readonly weight?: number;

  /**
   * vCPUs of the largest node.
   *
   * @default - any size
   */
  readonly maxInstanceCpu?: number;

  /**
   * CPU architectures that nodes may have.
   *
   * @see https://karpenter.sh/docs/concepts/nodepools/#architecture
   */
  readonly architectures: readonly string[];

  /**
   * How nodes may be bought: `on-demand`, `spot` or `reserved`.
   *
   * @see https://karpenter.sh/docs/concepts/nodepools/#capacity-type
   */
  readonly capacityTypes: readonly string[];

  /**
   * Instance categories, such as `c` for compute-optimized.
   *
   * @see https://karpenter.sh/docs/reference/instance-types/
   */
  readonly instanceCategories: readonly string[];

  /** Oldest instance generation allowed: 5 lets `c5a` in and keeps `c4` out. */
  readonly minInstanceGeneration: number;

  /**
   * The most that all nodes of the pool may have together. Karpenter launches nothing beyond it, which caps the cost.
   *
   * @see https://karpenter.sh/docs/concepts/nodepools/#speclimits
   */
  readonly limits: {
    /** Number of vCPUs. */
    readonly cpu: number;
    /** Memory, as a Kubernetes quantity such as `400Gi`. */
    readonly memory: string;
  };

  /**
   * When Karpenter removes nodes that are no longer needed.
   *
   * @see https://karpenter.sh/docs/concepts/disruption/#consolidation
   */
  readonly consolidation: {
    /** Whether only empty nodes are removed, or badly used ones as well. */
    readonly policy: 'WhenEmpty' | 'WhenEmptyOrUnderutilized';
    /** Time without a pod coming or going before a node is considered, such as `30s`, or `Never`. */
    readonly after: string;
  };

  /**
   * Age at which a node is replaced, or `Never`. The default is Karpenter's own, 30 days: longer than any class,
   * so that no node expires under a student, and short enough that a forgotten lab still gets new nodes.
   *
   * @see https://karpenter.sh/docs/concepts/disruption/#expiration
   * @default '720h'
   */
  readonly expireAfter?: string;

  /**
   * Time a node has to drain before its pods are deleted by force. Without it, one pod that cannot be evicted holds its
   * node, and the deletion of the lab, for ever. Keep it well under the 15 minutes that the deletion of a manifest may take.
   *
   * @see https://karpenter.sh/docs/concepts/disruption/#terminationgraceperiod
   * @default '5m'
   */
  readonly terminationGracePeriod?: string;
}

/** {@link NodePoolOptions}, and the node class that the nodes are launched from. */
interface NodePoolProps extends NodePoolOptions {
  /** AWS side of the nodes. */
  readonly nodeClass: KubeEc2NodeClass;
}

/**
 * The nodes that Karpenter may launch for the lab.
 *
 * Deletion: it owns its NodeClaims, so deleting it drains and terminates all nodes it made. Its node class and the
 * Karpenter controller must outlive it.
 *
 * @see https://karpenter.sh/docs/concepts/nodepools/
 */
export class KubeNodePool extends ApiObject {
  constructor(scope: Construct, id: string, props: NodePoolProps) {
    const { team } = props;
    const manifest: Immutable<NodePoolManifest> = {
      apiVersion: NODE_POOLS.apiVersion,
      kind: NODE_POOLS.kind,
      metadata: { name: props.name ?? 'default' },
      spec: {
        template: {
          ...(typeof team === 'string' ? { metadata: { labels: { [TEAM_LABEL]: team } } } : {}),
          spec: {
            nodeClassRef: {
              group: props.nodeClass.apiGroup,
              kind: props.nodeClass.kind,
              name: props.nodeClass.name,
            },
            requirements: [
              { key: ARCHITECTURE_LABEL, operator: 'In', values: props.architectures },
              { key: OPERATING_SYSTEM_LABEL, operator: 'In', values: ['linux'] },
              { key: CAPACITY_TYPE_LABEL, operator: 'In', values: props.capacityTypes },
              { key: INSTANCE_CATEGORY_LABEL, operator: 'In', values: props.instanceCategories },
              {
                key: INSTANCE_GENERATION_LABEL,
                operator: 'Gt',
                values: [String(props.minInstanceGeneration - 1)],
              },
              // Bare metal has no hypervisor. It takes many minutes to boot and costs dollars an hour.
              { key: INSTANCE_HYPERVISOR_LABEL, operator: 'In', values: ['nitro'] },
              ...(props.maxInstanceCpu === undefined ? [] : [{ key: INSTANCE_CPU_LABEL, operator: 'Lt', values: [String(props.maxInstanceCpu + 1)] } as const]),
              // `In` and not `Exists`: a pod that selects no team would get a node of a random value.
              ...(typeof team === 'string' ? [] : [{ key: TEAM_LABEL, operator: 'In', values: team } as const]),
            ],
            expireAfter: props.expireAfter ?? '720h',
            terminationGracePeriod: props.terminationGracePeriod ?? '5m',
          },
        },
        ...(props.weight === undefined ? {} : { weight: props.weight }),
        limits: { cpu: props.limits.cpu, memory: props.limits.memory },
        disruption: {
          consolidationPolicy: props.consolidation.policy,
          consolidateAfter: props.consolidation.after,
          // Karpenter's default of 10% protects a service from losing many nodes at once. A lab has none to protect,
          // and students wait: when a workload is scaled in, all its nodes may go together.
          budgets: [{ nodes: '100%' }],
        },
      },
    };
    super(scope, id, manifest);
    this.addDependency(props.nodeClass);
  }
}

/** What an EC2NodeClass and its NodePool need. Both objects have the same `name`. */
export interface NodePoolChartProps extends Ec2NodeClassProps, NodePoolOptions {}

/** What lets Karpenter launch nodes: an EC2NodeClass and a NodePool that refers to it. */
export class NodePoolChart extends Chart {
  readonly nodeClass: KubeEc2NodeClass;
  readonly nodePool: KubeNodePool;

  constructor(scope: Construct, id: string, props: NodePoolChartProps) {
    super(scope, id);
    this.nodeClass = new KubeEc2NodeClass(this, 'NodeClass', props);
    this.nodePool = new KubeNodePool(this, 'NodePool', { ...props, nodeClass: this.nodeClass });
  }
}
