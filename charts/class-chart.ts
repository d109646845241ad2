import { Chart } from 'cdk8s';
import {
  KubeClusterRole, KubeClusterRoleBinding, KubeNamespace, KubePriorityClass, KubeRole, KubeRoleBinding, type PolicyRule, type Subject,
} from 'cdk8s-plus-29/lib/imports/k8s';
import type { Construct } from 'constructs';
import {
  CLASS_NAMESPACE, CLASS_NODE_POOL, CLASS_OPTIONS_NODE_POOL, CPU_PER_SEAT_ANNOTATION, IDLE_MINUTES_ANNOTATION, PLACEHOLDER_PRIORITY, ROSTER_ANNOTATION,
  seatNodeCpu, STUDENT_ACCOUNT,
} from '../lib/config/seats';
import { DEFAULT_NAMESPACE } from '../lib/kubernetes/objects';
import { RBAC_GROUP } from '../lib/well-known-keys';
import { ClassAdmission } from './class-admission';
import type { KubeEc2NodeClass } from './ec2-node-class';
import { KubeNodePool, type NodePoolOptions } from './node-pool-chart';

/** ClusterRole of what a student may do in the seat's own namespace. */
export const STUDENT_ROLE = 'class-student';

/** Name of what lets all students look at what Karpenter does. */
const WATCH_KARPENTER = 'class-watch-karpenter';

/**
 * How many nodes of the largest size the limits allow each seat: three at once, where the guide spreads pods over zones, beside one
 * that Karpenter has not removed yet. Nodes on their way count as the largest that they may become, and a pod that the limits of the
 * first NodePool hold back would get a node of the second: spot capacity, that the guide does not show there.
 *
 * @see https://github.com/kubernetes-sigs/karpenter/blob/v1.14.3/pkg/controllers/provisioning/scheduling/scheduler.go `subtractMax`
 */
const NODES_PER_SEAT = 4;

/** GiB per vCPU of the instance types with the most memory among those that the lab uses. */
const GIB_PER_VCPU = 8;

/** What a class is made of, besides its seats. */
export interface ClassChartProps {
  /** Names of the seats. */
  readonly seats: readonly string[];
  /** CPU cores that a seat may request. */
  readonly cpuPerSeat: number;
  /** Minutes after which an idle seat is scaled to 0. */
  readonly idleMinutes: number;
  /** Path of the roster, relative to the folder of the lab. Empty: there is none. */
  readonly rosterFile: string;
  /** Namespace of the Karpenter controller. */
  readonly karpenterNamespace: string;
  /** The NodePool of the exercise, which the first one of the class is like. */
  readonly nodePool: Omit<NodePoolOptions, 'name' | 'team' | 'weight' | 'limits' | 'maxInstanceCpu'>;
  /** The EC2NodeClass of the exercise, which nodes of the class are launched from, too. */
  readonly nodeClass: KubeEc2NodeClass;
}

/**
 * What the seats of a class share: two NodePools, what students may see of the cluster, and what their pods may not be.
 *
 * Deletion: the NodePools take their nodes with them, so the seats go before. The marks of the class go with its namespace.
 */
export class ClassChart extends Chart {
  /** Launches nodes as the exercise does. */
  readonly nodePool: KubeNodePool;

  /** For pods that ask for spot capacity or for an architecture that the exercise has not. */
  readonly optionsNodePool: KubeNodePool;

  constructor(scope: Construct, id: string, props: ClassChartProps) {
    super(scope, id);
    const { seats, cpuPerSeat, idleMinutes, rosterFile, karpenterNamespace, nodeClass } = props;
    const maxInstanceCpu = seatNodeCpu(cpuPerSeat);
    const cpu = seats.length * NODES_PER_SEAT * maxInstanceCpu;
    const shared = { ...props.nodePool, team: seats, nodeClass, maxInstanceCpu, limits: { cpu, memory: `${cpu * GIB_PER_VCPU}Gi` } };
    // With weights, a pod that asks for nothing gets what the exercise shows; one that asks for more still finds it.
    this.nodePool = new KubeNodePool(this, 'NodePool', { ...shared, name: CLASS_NODE_POOL, weight: 10 });
    this.optionsNodePool = new KubeNodePool(this, 'OptionsNodePool', {
      ...shared, name: CLASS_OPTIONS_NODE_POOL, weight: 5, capacityTypes: ['spot', 'on-demand'], architectures: ['amd64', 'arm64'],
    });

    new KubeNamespace(this, 'Namespace', {
      metadata: {
        name: CLASS_NAMESPACE,
        annotations: {
          [IDLE_MINUTES_ANNOTATION]: String(idleMinutes),
          [CPU_PER_SEAT_ANNOTATION]: String(cpuPerSeat),
          ...(rosterFile === '' ? {} : { [ROSTER_ANNOTATION]: rosterFile }),
        },
      },
    });
    new KubePriorityClass(this, 'Placeholder', {
      metadata: { name: PLACEHOLDER_PRIORITY },
      value: -10,
      globalDefault: false,
      description: 'Pods that hold room on a node until others need it',
    });
    new KubeClusterRole(this, 'StudentRole', { metadata: { name: STUDENT_ROLE }, rules: [...STUDENT_RULES] });

    const students: Subject[] = seats.map((namespace) => ({ kind: 'ServiceAccount', name: STUDENT_ACCOUNT, namespace }));
    const watchers = { roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: WATCH_KARPENTER }, subjects: students };
    new KubeClusterRole(this, 'WatchKarpenter', { metadata: { name: WATCH_KARPENTER }, rules: [...WATCHING_RULES] });
    new KubeClusterRoleBinding(this, 'StudentsWatchKarpenter', { metadata: { name: WATCH_KARPENTER }, ...watchers });
    // Events of nodes and NodeClaims are in the namespace `default`; a right to events everywhere would show those of other seats.
    for (const [part, namespace, rules] of [['Log', karpenterNamespace, LOG_RULES], ['Events', DEFAULT_NAMESPACE, EVENT_RULES]] as const) {
      const metadata = { name: WATCH_KARPENTER, namespace };
      new KubeRole(this, part, { metadata, rules: [...rules] });
      new KubeRoleBinding(this, `StudentsRead${part}`, { metadata, roleRef: { apiGroup: RBAC_GROUP, kind: 'Role', name: WATCH_KARPENTER }, subjects: students });
    }
    new ClassAdmission(this, 'Admission');
  }
}

const LOOK = ['get', 'list', 'watch'];
const MAKE = [...LOOK, 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** What a student may do in the namespace of the seat. Secrets, roles and quotas are not in it. */
const STUDENT_RULES: readonly PolicyRule[] = [
  { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: MAKE },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: LOOK },
  { apiGroups: [''], resources: ['pods', 'services'], verbs: MAKE },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods/exec', 'pods/portforward'], verbs: ['create', 'get'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: MAKE },
  { apiGroups: [''], resources: ['events', 'resourcequotas', 'limitranges', 'namespaces'], verbs: LOOK },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: LOOK },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['get', 'list'] },
];

/** What students may see of the whole cluster: what Karpenter works with. */
const WATCHING_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: LOOK },
  { apiGroups: ['karpenter.sh'], resources: ['nodepools', 'nodeclaims'], verbs: LOOK },
  { apiGroups: ['karpenter.k8s.aws'], resources: ['ec2nodeclasses'], verbs: LOOK },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: LOOK },
  { apiGroups: ['metrics.k8s.io'], resources: ['nodes'], verbs: ['get', 'list'] },
];

/** RBAC names no pods by label: in kube-system, the logs of the add-ons come with Karpenter's. */
const LOG_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['karpenter'], verbs: ['get'] },
];

const EVENT_RULES: readonly PolicyRule[] = [{ apiGroups: [''], resources: ['events'], verbs: LOOK }];
