import type { LabView } from '../../assembly/lab-view';
import { isTrue } from '../../kubernetes/condition';
import { selectsPod } from '../../kubernetes/deployment';
import type { NodeClaim } from '../../kubernetes/node-claim';
import type { NodePool } from '../../kubernetes/node-pool';
import { isRunning, takesNoRoom, type Pod } from '../../kubernetes/pod';
import { nodeClassLines, readinessLines } from '../exercise/node-pool-lines';
import { costNow } from './cost-now';
import type { LabObjects } from './lab-objects';
import type { LabStatus, NodeClaimStatus, NodePoolStatus, PodStatus } from './lab-status-result';
import { nodeStatuses } from './node-statuses';

/**
 * What a lab's objects say of its state.
 *
 * @param began when the cluster came to be, as ISO 8601
 */
export function statusOf(objects: LabObjects, lab: LabView, began: string | undefined, now: Date): LabStatus {
  const { nodePools, nodeClasses, nodeClaims, nodes, pods } = objects;
  const [karpenter] = objects.karpenter;
  const problems = problemsOf(objects, lab);
  return {
    cluster: lab.cluster.name,
    region: lab.stack.region,
    at: now.toISOString(),
    isReady: problems.length === 0,
    problems,
    karpenter: { readyReplicas: karpenter?.readyReplicas ?? 0, replicas: karpenter?.replicas ?? 0 },
    nodePools: nodePools.map(nodePoolStatus),
    nodeClasses: nodeClasses.map((nodeClass) => ({ name: nodeClass.metadata.name, isReady: isTrue(nodeClass, 'Ready') })),
    deployments: objects.exercises.map(({ metadata, replicas, readyReplicas }) => ({ namespace: metadata.namespace ?? '', name: metadata.name, replicas, readyReplicas })),
    pods: pods.filter((pod) => objects.exercises.some((deployment) => selectsPod(deployment, pod))).map(podStatus),
    nodeClaims: nodeClaims.map(nodeClaimStatus),
    nodes: nodeStatuses(nodes, pods, lab.stack.region),
    cost: costNow(lab, nodeClaims, began, now),
    expiresAt: lab.deadline?.expiresAt,
  };
}

function problemsOf({ karpenter, nodePools, nodeClasses }: LabObjects, lab: LabView): readonly string[] {
  const [controller] = karpenter;
  const nodePool = nodePools.find(({ metadata }) => metadata.name === lab.nodePool.name);
  const nodeClass = nodeClasses.find(({ metadata }) => metadata.name === lab.nodeClass.name);
  return [
    ...(controller === undefined ? [`There is no Deployment ${lab.karpenter.release} in namespace ${lab.karpenter.namespace}.`] : []),
    ...(controller !== undefined && controller.readyReplicas === 0 ? [`No pod of Karpenter is ready: 0 of ${controller.replicas}.`] : []),
    ...(nodePool === undefined ? [`There is no NodePool ${lab.nodePool.name}.`] : isTrue(nodePool, 'Ready') ? [] : linesOr(readinessLines(nodePool), `NodePool ${lab.nodePool.name} is not Ready.`)),
    ...(nodeClass === undefined ? [`There is no EC2NodeClass ${lab.nodeClass.name}.`] : isTrue(nodeClass, 'Ready') ? [] : linesOr(nodeClassLines(nodeClass), `EC2NodeClass ${lab.nodeClass.name} is not Ready.`)),
  ];
}

function linesOr(lines: readonly string[], otherwise: string): readonly string[] {
  return lines.length > 0 ? lines : [otherwise];
}

function nodePoolStatus(nodePool: NodePool): NodePoolStatus {
  const { metadata, limits, resources } = nodePool;
  return {
    name: metadata.name,
    isReady: isTrue(nodePool, 'Ready'),
    limits: Object.entries(limits).map(([resource, limit]) => ({ resource, used: resources[resource] ?? '0', limit })),
  };
}

function podStatus(pod: Pod): PodStatus {
  const { namespace = '', name } = pod.metadata;
  return { namespace, name, state: stateOf(pod), nodeName: pod.nodeName };
}

function stateOf(pod: Pod): PodStatus['state'] {
  if (pod.metadata.deletedAt !== undefined) return 'ending';
  if (takesNoRoom(pod)) return 'ended';
  if (isRunning(pod)) return 'running';
  return pod.nodeName === undefined ? 'pending' : 'starting';
}

const STAGES = [['Initialized', 'initialized'], ['Registered', 'registered'], ['Launched', 'launched']] as const;

function nodeClaimStatus(claim: NodeClaim): NodeClaimStatus {
  const { metadata, nodePoolName, instanceType, zone, capacityType } = claim;
  const reached = STAGES.find(([type]) => isTrue(claim, type))?.[1] ?? 'created';
  return { name: metadata.name, nodePoolName, stage: metadata.deletedAt === undefined ? reached : 'ending', instanceType, zone, capacityType };
}
