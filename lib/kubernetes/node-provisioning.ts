import { Ticker, waitFor, type WaitDescription } from '../wait-for';
import { listed } from '../words';
import { ClusterModel, type ClusterSnapshot } from './cluster-model';
import type { Ec2NodeClass, NodePool } from './karpenter-kinds';
import type { KubernetesApi } from './kubernetes-api';
import { trueCondition, unmetConditions } from './objects';

/** Names of what Karpenter needs before it launches nodes. */
export interface NodeProvisioning {
  readonly nodeClasses: readonly string[];
  readonly nodePools: readonly string[];
}

/** Something that Karpenter has not accepted yet. */
export interface UnreadyObject {
  readonly kind: 'EC2NodeClass' | 'NodePool';
  readonly name: string;
  /** @default - the cluster does not have it */
  readonly object?: Ec2NodeClass | NodePool;
}

/** EC2NodeClasses and NodePools of these names that are not Ready. EC2NodeClasses come first, because NodePools need them. */
export function unreadyObjects({ nodeClasses, nodePools }: Pick<ClusterSnapshot, 'nodeClasses' | 'nodePools'>, names: NodeProvisioning): readonly UnreadyObject[] {
  const unready = (kind: UnreadyObject['kind'], wanted: readonly string[], objects: readonly (Ec2NodeClass | NodePool)[]): readonly UnreadyObject[] => wanted
    .map((name) => ({ kind, name, object: objects.find(({ metadata }) => metadata.name === name) }))
    .filter(({ object }) => object === undefined || trueCondition(object, 'Ready')?.isCurrent !== true);
  return [...unready('EC2NodeClass', names.nodeClasses, nodeClasses), ...unready('NodePool', names.nodePools, nodePools)];
}

/** How long to wait until Karpenter accepts them, and what to report meanwhile. */
export interface ReadinessWaitOptions extends Partial<WaitDescription> {
  readonly deadlineSeconds: number;
  /** Is told what is not ready yet, after every change and four times a second. What it throws ends the wait. @default - nothing */
  readonly onUnready?: (unready: readonly UnreadyObject[]) => void;
}

/** Seconds between two calls of `onUnready` when nothing changes. */
const LOOK_EVERY_SECONDS = 0.25;

/**
 * Waits until Karpenter has accepted the EC2NodeClasses and NodePools of these names, as they are now.
 *
 * @returns the EC2NodeClasses and NodePools of the cluster as they then are
 * @throws LabError `DeadlinePassed` with what the cluster says is wrong
 */
export async function waitUntilReady(
  api: KubernetesApi, names: NodeProvisioning, { onUnready, ...options }: ReadinessWaitOptions,
): Promise<Pick<ClusterSnapshot, 'nodeClasses' | 'nodePools'>> {
  const cluster = await ClusterModel.start(api, { nodeClasses: {}, nodePools: {} });
  try {
    await waitFor(() => {
      const unready = unreadyObjects(cluster, names);
      if (unready.length > 0) onUnready?.(unready);
      return unready.length === 0;
    }, {
      what: readyText(names),
      describeMissing: () => unreadyObjects(cluster, names).flatMap(unreadyLines),
      ...options,
      on: onUnready === undefined ? [cluster] : [cluster, new Ticker(LOOK_EVERY_SECONDS)],
    });
    return { nodeClasses: cluster.nodeClasses, nodePools: cluster.nodePools };
  } finally {
    cluster.stop();
  }
}

/** Such as `NodePool default and EC2NodeClass default are Ready`. */
export function readyText({ nodePools, nodeClasses }: NodeProvisioning): string {
  const names = [...nodePools.map((name) => `NodePool ${name}`), ...nodeClasses.map((name) => `EC2NodeClass ${name}`)];
  return `${listed(names)} ${names.length === 1 ? 'is' : 'are'} Ready`;
}

/** Why an object is not ready, by its own conditions. */
export function unreadyLines({ kind, name, object }: UnreadyObject): readonly string[] {
  if (object === undefined) return [`There is no ${kind} ${name}.`];
  const lines = 'unmatchedSelections' in object ? nodeClassLines(object) : readinessLines(object);
  return lines.length > 0 ? lines : [`${kind} ${name} is not Ready.`];
}

/** Conditions of an EC2NodeClass that do not hold: a selector that matches nothing, a role that is not there. */
export function nodeClassLines(nodeClass: Ec2NodeClass): readonly string[] {
  // Ready only sums up the other conditions.
  const others = nodeClass.conditions.filter(({ type }) => type !== 'Ready');
  const lines = unmetConditions({ conditions: others });
  return [...nodeClass.unmatchedSelections, ...(lines.length > 0 ? lines : unmetConditions(nodeClass))].map((line) => `EC2NodeClass ${nodeClass.metadata.name}: ${line}`);
}

/** Conditions of a NodePool that do not hold. */
export function readinessLines(nodePool: NodePool): readonly string[] {
  const others = nodePool.conditions.filter(({ type }) => type !== 'Ready' && type !== 'NodeRegistrationHealthy');
  return unmetConditions({ conditions: others }).map((line) => `NodePool ${nodePool.metadata.name}: ${line}`);
}
