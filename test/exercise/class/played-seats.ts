import type { LabView } from '../../../lib/assembly/lab-view';
import { CLASS_NAMESPACE, SEAT_LABEL, STUDENT_ACCOUNT, TOKEN_END_ANNOTATION } from '../../../lib/config/seats';
import type { KeptClass } from '../../../lib/exercise/class/look-at-class';
import { expectationsOfSeats } from '../../../lib/exercise/class/seat-expectations';
import type { ClassSnapshot } from '../../../lib/exercise/class/seat-objects';
import { SHOWN_LABELS } from '../../../lib/exercise/shown-labels';
import type { JsonObject } from '../../../lib/json';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS, REPLICA_SETS, SERVICE_ACCOUNTS } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS } from '../../../lib/kubernetes/karpenter-kinds';
import type { ResourceKind } from '../../../lib/kubernetes/objects';

/** An object of a cluster, and of which kind it is. */
export type PlayedObject = readonly [ResourceKind<unknown>, JsonObject];

/** When everything below was made, unless a test says otherwise. */
export const NINE = '2026-11-27T09:00:00Z';

/** A class of a lab, as a keeper keeps it. */
export function keptClassOf(lab: LabView, idleMinutes = 30): KeptClass {
  const expectationsOf = expectationsOfSeats(lab);
  return { lab, idleMinutes, seats: (lab.class?.seats ?? []).map((seat) => ({ seat, expectations: expectationsOf(seat) })) };
}

/** The namespace of a seat, with its ServiceAccount. */
export function openSeat(seat: string, tokenEndsAt = '2026-11-27T17:00:00.000Z', createdAt = NINE): readonly PlayedObject[] {
  return [
    [NAMESPACES, { metadata: { name: seat, labels: { [SEAT_LABEL]: seat }, creationTimestamp: createdAt } }],
    [SERVICE_ACCOUNTS, { metadata: { name: STUDENT_ACCOUNT, namespace: seat, annotations: { [TOKEN_END_ANNOTATION]: tokenEndsAt } } }],
  ];
}

/** Namespaces that every class has. */
export function classNamespaces(began = '2026-11-27T08:00:00Z'): readonly PlayedObject[] {
  return [[NAMESPACES, { metadata: { name: 'kube-system', creationTimestamp: began } }], [NAMESPACES, { metadata: { name: CLASS_NAMESPACE } }]];
}

/** What the API server notes of a scaling: a time for the ReplicaSet, and none for the Deployment. */
export function scalingOf(seat: string, scaledAt: string, deployment = 'inflate'): PlayedObject {
  return [REPLICA_SETS, {
    metadata: {
      name: `${deployment}-77b8865bbb`, namespace: seat, uid: `replicas-${seat}-${deployment}`, creationTimestamp: scaledAt,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment }],
      managedFields: [
        { manager: 'kube-controller-manager', operation: 'Update', time: scaledAt },
        { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', time: '2099-01-01T00:00:00Z' },
      ],
    },
  }];
}

/** The exercise's Deployment of a seat, and when somebody applied it. */
export function inflateOf(seat: string, replicas: number, changedAt = NINE, change: JsonObject = {}): PlayedObject {
  return [DEPLOYMENTS, {
    metadata: {
      name: 'inflate', namespace: seat, uid: `deployment-${seat}`, creationTimestamp: changedAt,
      managedFields: [{ manager: 'kubectl', operation: 'Update', subresource: 'scale' }, { manager: 'kubectl-client-side-apply', operation: 'Update', time: changedAt }],
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'inflate' } },
      template: { metadata: { labels: { app: 'inflate' } }, spec: { nodeSelector: { 'eks-team': seat }, containers: [{ name: 'inflate', resources: { requests: { cpu: '1' } } }] } },
    },
    ...change,
  }];
}

/** Pods of the exercise; those with a node run on it. */
export function podsOf(seat: string, nodeNames: readonly (string | undefined)[], createdAt = NINE): readonly PlayedObject[] {
  return nodeNames.map((nodeName, index): PlayedObject => [PODS, {
    metadata: { name: `inflate-${index}`, namespace: seat, uid: `pod-${seat}-${index}`, labels: { app: 'inflate' }, creationTimestamp: createdAt, ownerReferences: [{ kind: 'ReplicaSet', name: 'inflate-77b8865bbb' }] },
    spec: { ...(nodeName === undefined ? {} : { nodeName }), containers: [{ name: 'inflate' }] },
    status: nodeName === undefined ? { phase: 'Pending' } : { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: createdAt }] },
  }]);
}

/** The labels that the exercise needs of a node. */
const NODE_LABELS: JsonObject = Object.fromEntries(SHOWN_LABELS.filter(({ isEssential }) => isEssential).map(({ key }) => [key, 'x']));

/** A NodeClaim that Karpenter has just made: nothing is launched yet. */
export function newClaimOf(seat: string, name = `class-${seat}`, createdAt = NINE): PlayedObject {
  return [NODE_CLAIMS, {
    metadata: { name, uid: `claim-${name}`, labels: { 'karpenter.sh/nodepool': 'class' }, creationTimestamp: createdAt },
    spec: { requirements: [{ key: 'eks-team', operator: 'In', values: [seat] }] },
  }];
}

/** A node of a seat, with its NodeClaim. */
export function nodeOfSeat(seat: string, name = `ip-${seat}`, createdAt = NINE): readonly PlayedObject[] {
  const labels = {
    'eks-team': seat, 'karpenter.sh/nodepool': 'class', 'karpenter.sh/capacity-type': 'on-demand', 'node.kubernetes.io/instance-type': 'c5a.2xlarge',
    'topology.kubernetes.io/zone': 'ap-northeast-2a',
  };
  const conditions = ['Launched', 'Registered', 'Initialized', 'Ready'].map((type) => ({ type, status: 'True', lastTransitionTime: createdAt }));
  return [
    [NODE_CLAIMS, {
      metadata: { name: `class-${name}`, uid: `claim-${name}`, labels, creationTimestamp: createdAt },
      status: { nodeName: name, providerID: `aws:///ap-northeast-2a/i-${name}`, conditions },
    }],
    [NODES, {
      metadata: { name, uid: `node-${name}`, labels: { ...NODE_LABELS, ...labels }, annotations: { 'kwok.x-k8s.io/node': 'fake' }, creationTimestamp: createdAt },
      status: { conditions },
    }],
  ];
}

/** A seat whose exercise passes: five pods run on a node of its own. */
export function passedSeat(seat: string, at = NINE): readonly PlayedObject[] {
  return [inflateOf(seat, 5, at), ...podsOf(seat, Array<string>(5).fill(`ip-${seat}`), at), ...nodeOfSeat(seat, undefined, at)];
}

/** The objects as a look reads them. */
export function snapshotOf(objects: readonly PlayedObject[]): ClassSnapshot {
  const read = <T>(kind: ResourceKind<T>): readonly T[] => objects.filter(([{ kind: name }]) => name === kind.kind).map(([, body]) => kind.read(body));
  return {
    namespaces: read(NAMESPACES), deployments: read(DEPLOYMENTS), pods: read(PODS), nodes: read(NODES), nodeClaims: read(NODE_CLAIMS),
    serviceAccounts: read(SERVICE_ACCOUNTS), replicaSets: read(REPLICA_SETS), events: [], nodePools: [], nodeClasses: [],
  };
}
