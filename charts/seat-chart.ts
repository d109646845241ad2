import { Chart } from 'cdk8s';
import {
  KubeLimitRange, KubeNamespace, KubeNetworkPolicy, KubeResourceQuota, KubeRoleBinding, KubeServiceAccount, Quantity,
} from 'cdk8s-plus-29/lib/imports/k8s';
import type { Construct } from 'constructs';
import { SEAT_LABEL, STUDENT_ACCOUNT } from '../lib/config/seats';
import { POD_SECURITY_LABEL, RBAC_GROUP } from '../lib/well-known-keys';
import { STUDENT_ROLE } from './class-chart';

/** Name of a seat's quota, of its limits and of its network policy. */
const SEAT_OBJECT = 'seat';

/** Name of the quota that leaves no room for pods whose affinity or anti-affinity names other namespaces. */
const AFFINITY_QUOTA = 'seat-no-affinity-to-other-namespaces';

/** Pods of a seat at most: the guide needs a dozen, and each could be made to want a node of its own. */
const MOST_PODS = 20;

/** Objects of a seat at most, by kind: far more than the guide needs, and few enough for the cluster. */
const MOST_OBJECTS: Readonly<Record<string, number>> = {
  // The quota `pods` counts no pods that have ended.
  'count/deployments.apps': 20, 'count/pods': 100, 'count/replicasets.apps': 200, 'count/services': 20, 'count/poddisruptionbudgets.policy': 20,
};

/** What a seat is made of. */
export interface SeatChartProps {
  /** Name of the seat: of its namespace, and value of the team label of its nodes. */
  readonly seat: string;

  /** CPU cores that all its pods together may request. */
  readonly cpu: number;
}

/**
 * A seat: a namespace in which one student may do the exercise, and no more.
 *
 * Deletion: the namespace goes with all that the student made in it. It leaves nothing behind outside the cluster.
 */
export class SeatChart extends Chart {
  constructor(scope: Construct, id: string, { seat, cpu }: SeatChartProps) {
    super(scope, id);
    const inSeat = (name: string): { readonly metadata: { readonly name: string; readonly namespace: string } } => ({ metadata: { name, namespace: seat } });

    const namespace = new KubeNamespace(this, 'Namespace', {
      metadata: { name: seat, labels: { [SEAT_LABEL]: seat, [POD_SECURITY_LABEL]: 'baseline' } },
    });
    const objects = [
      // Pods get no token: the account is the student's at the keyboard.
      new KubeServiceAccount(this, 'Student', { ...inSeat(STUDENT_ACCOUNT), automountServiceAccountToken: false }),
      new KubeRoleBinding(this, 'Rights', {
        ...inSeat(STUDENT_ACCOUNT),
        roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: STUDENT_ROLE },
        subjects: [{ kind: 'ServiceAccount', name: STUDENT_ACCOUNT, namespace: seat }],
      }),
      new KubeResourceQuota(this, 'Quota', {
        ...inSeat(SEAT_OBJECT),
        spec: {
          hard: {
            'requests.cpu': Quantity.fromString(String(cpu)),
            'requests.memory': Quantity.fromString(`${2 * cpu}Gi`),
            'pods': Quantity.fromString(String(MOST_PODS)),
            'services.loadbalancers': Quantity.fromString('0'),
            'services.nodeports': Quantity.fromString('0'),
            'persistentvolumeclaims': Quantity.fromString('0'),
            ...Object.fromEntries(Object.entries(MOST_OBJECTS).map(([kind, most]) => [kind, Quantity.fromString(String(most))])),
          },
        },
      }),
      // A pod may keep others off a whole zone by its anti-affinity, and those of other namespaces, too.
      new KubeResourceQuota(this, 'NoAffinityToOtherSeats', {
        ...inSeat(AFFINITY_QUOTA),
        spec: {
          hard: { pods: Quantity.fromString('0') },
          scopeSelector: { matchExpressions: [{ scopeName: 'CrossNamespacePodAffinity', operator: 'Exists' }] },
        },
      }),
      // The quota refuses a pod without requests; these are for a student who forgot them.
      new KubeLimitRange(this, 'Requests', {
        ...inSeat(SEAT_OBJECT),
        spec: { limits: [{ type: 'Container', defaultRequest: { cpu: Quantity.fromString('100m'), memory: Quantity.fromString('64Mi') } }] },
      }),
      // Where the CNI enforces it, nobody reaches a seat's pods from another seat. DNS, the API and the way out stay open.
      new KubeNetworkPolicy(this, 'OwnSeatOnly', {
        ...inSeat(SEAT_OBJECT),
        spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
      }),
    ];
    for (const object of objects) object.addDependency(namespace);
  }
}
