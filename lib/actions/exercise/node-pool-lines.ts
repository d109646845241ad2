import { cpuMillis, mebibytes } from '../../estimates/quantity';
import { unmetConditions } from '../../kubernetes/condition';
import { EC2_NODE_CLASSES, type Ec2NodeClass } from '../../kubernetes/ec2-node-class';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NODE_POOLS, type NodePool } from '../../kubernetes/node-pool';
import { listed } from '../plan/phrases';
import type { ExerciseExpectations } from './expectations';

/** What Karpenter says in its event when a limit of a NodePool keeps it from launching. */
export const LIMIT_MESSAGE = /exceed limits for nodepool/i;

/** What the NodePools and their EC2NodeClasses say of why no node comes. Empty where they say nothing. */
export async function nodePoolLines(api: KubernetesApi, expectations: Pick<ExerciseExpectations, 'nodePoolName' | 'nodeSelector'>): Promise<readonly string[]> {
  const [{ items: nodePools }, { items: nodeClasses }] = await Promise.all([api.list(NODE_POOLS), api.list(EC2_NODE_CLASSES)]);
  const used = nodePools.find(({ metadata }) => metadata.name === expectations.nodePoolName);
  return [
    ...(used === undefined ? [`There is no NodePool ${expectations.nodePoolName}.`] : []),
    ...labelLines(nodePools, expectations.nodeSelector),
    ...nodeClasses.flatMap(nodeClassLines),
    ...(used === undefined ? [] : missingNodeClassLines(used, nodeClasses)),
    ...nodePools.flatMap((nodePool) => [...readinessLines(nodePool), ...limitLines(nodePool)]),
  ];
}

/** Conditions of an EC2NodeClass that do not hold: a selector that matches nothing, a role that is not there. */
export function nodeClassLines(nodeClass: Ec2NodeClass): readonly string[] {
  // Ready only sums up the others.
  const others = nodeClass.conditions.filter(({ type }) => type !== 'Ready');
  const lines = unmetConditions({ conditions: others });
  return [...nodeClass.unmatchedSelections, ...(lines.length > 0 ? lines : unmetConditions(nodeClass))].map((line) => `EC2NodeClass ${nodeClass.metadata.name}: ${line}`);
}

/** Conditions of a NodePool that do not hold. */
export function readinessLines(nodePool: NodePool): readonly string[] {
  const others = nodePool.conditions.filter(({ type }) => type !== 'Ready' && type !== 'NodeRegistrationHealthy');
  return unmetConditions({ conditions: others }).map((line) => `NodePool ${nodePool.metadata.name}: ${line}`);
}

/** Labels that pods select and no NodePool gives its nodes. */
export function labelLines(nodePools: readonly NodePool[], nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(nodeSelector).flatMap(([key, value]) => {
    if (nodePools.some(({ nodeLabels }) => nodeLabels[key] === value)) return [];
    const given = nodePools.map(({ metadata, nodeLabels }) => `${metadata.name} gives ${nodeLabels[key] === undefined ? `no ${key}` : `${key}=${nodeLabels[key]}`}`);
    return [`No NodePool gives its nodes the label ${key}=${value} that the pods select${given.length === 0 ? '' : `: ${listed(given)}`}.`];
  });
}

/** Limits of a NodePool, with how much of each is taken. */
export function limitLines({ metadata, limits, resources }: NodePool): readonly string[] {
  const used = Object.entries(limits).map(([resource, limit]) => `${resource} ${resources[resource] ?? '0'} of ${limit}${isReached(resource, limit, resources[resource]) ? ' (reached)' : ''}`);
  return used.length === 0 ? [] : [`NodePool ${metadata.name} has launched ${listed(used)}.`];
}

function missingNodeClassLines({ metadata, nodeClassName }: NodePool, nodeClasses: readonly Ec2NodeClass[]): readonly string[] {
  return nodeClasses.some((nodeClass) => nodeClass.metadata.name === nodeClassName) ? [] : [`There is no EC2NodeClass ${nodeClassName}, which NodePool ${metadata.name} names.`];
}

function isReached(resource: string, limit: string, used: string | undefined): boolean {
  const read = resource === 'cpu' ? cpuMillis : mebibytes;
  return used !== undefined && read(used) >= read(limit);
}
