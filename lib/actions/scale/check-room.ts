import type { LabView } from '../../assembly/lab-view';
import { smallestCpuLimit } from '../../config/capacity';
import { priceTableOf } from '../../estimates/price-table';
import { NODES } from '../../kubernetes/cluster-node';
import type { Deployment } from '../../kubernetes/deployment';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NODE_CLAIMS } from '../../kubernetes/node-claim';
import { NODE_POOLS, type NodePool } from '../../kubernetes/node-pool';
import { PODS } from '../../kubernetes/pod';
import { LabError } from '../../lab-error';
import { limitLines } from '../exercise/node-pool-lines';
import { counted, listed } from '../plan/phrases';
import { replicaRoom, type ReplicaRoom } from './replica-room';

/**
 * Refuses more pods than the NodePool can hold within the limits that it has in the cluster.
 *
 * @returns where the pods find a place
 * @throws LabError `NodePoolMissing` or `ReplicasBeyondLimits`
 */
export async function checkRoom(api: KubernetesApi, lab: LabView, deployment: Deployment, replicas: number, signal?: AbortSignal): Promise<ReplicaRoom> {
  const { name } = lab.nodePool;
  const nodePool = await api.get(NODE_POOLS, { name }, signal);
  if (nodePool === undefined) {
    throw new LabError({
      code: 'NodePoolMissing',
      message: 'The cluster lacks the NodePool that launches nodes for the exercise, so no pod would ever run.',
      received: name,
      remedy: 'Deploy the lab again, or rehearse it: lab rehearse.',
    });
  }
  const [{ items: nodeClaims }, { items: nodes }, { items: pods }] = await Promise.all([
    api.list(NODE_CLAIMS, {}, signal), api.list(NODES, {}, signal), api.list(PODS, {}, signal),
  ]);
  const room = replicaRoom(replicas, { lab, prices: priceTableOf(lab.stack.region), deployment, nodePool, nodeClaims, nodes, pods });
  if (room.held >= replicas) return room;
  throw beyondLimits(deployment, nodePool, room, replicas);
}

function beyondLimits({ metadata, cpuRequest = '0' }: Deployment, nodePool: NodePool, room: ReplicaRoom, replicas: number): LabError {
  const { limits, metadata: { name } } = nodePool;
  const limit = listed(Object.entries(limits).map(([resource, value]) => `${resource} ${value}`));
  const newNodes = Object.entries(room.newNodes).map(([type, count]) => `${count} × ${type}`);
  const places = [
    ...(room.nodesThere === 0 ? [] : [`what is free on ${counted(room.nodesThere, 'node')} that ${room.nodesThere === 1 ? 'is' : 'are'} there`]),
    ...(newNodes.length === 0 ? [] : [`new nodes such as ${listed(newNodes)}`]),
  ];
  const enough = cpuRequest === '0' ? '' : ` to cpu ${smallestCpuLimit(replicas, cpuRequest)} at least`;
  return new LabError({
    code: 'ReplicasBeyondLimits',
    message: [
      `NodePool ${name} may launch ${limit} in all, which holds at most ${counted(room.held, 'pod')} of ${metadata.name} (${cpuRequest} CPU each)`,
      places.length === 0 ? '' : ` on ${places.join(' and ')}`,
      `: ${counted(replicas - room.held, 'pod')} would stay pending. `,
      ...limitLines(nodePool),
    ].join(''),
    received: replicas,
    remedy: `Scale to ${room.held} or fewer, or raise the limit${enough}: karpenter.limits in lab.yaml and deploy again, or kubectl edit nodepool ${name}.`,
  });
}
