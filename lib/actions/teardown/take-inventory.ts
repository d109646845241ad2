import type { ClusterInAws } from '../../aws/cluster-in-aws';
import type { DeployedResource, DeployedStack } from '../../aws/deployed-stack';
import type { LabAws } from '../../aws/lab-aws';
import { findLeftovers } from '../../aws/leftovers/find-leftovers';
import type { LabNames } from '../../aws/leftovers/leftover';
import { SYSTEM_NAMESPACES } from '../../drain/drain-workloads';
import { existing, objectName } from '../../drain/named-object';
import { AWS_BACKED_KINDS } from '../../drain/workload-kinds';
import { EC2_NODE_CLASSES } from '../../kubernetes/ec2-node-class';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NAMESPACES } from '../../kubernetes/namespace';
import { NODE_CLAIMS } from '../../kubernetes/node-claim';
import { NODE_POOLS } from '../../kubernetes/node-pool';
import type { Drainer } from './reach-cluster';
import type { TeardownInventory } from './teardown-result';

/** Whose inventory is taken. */
export interface InventoryOptions {
  readonly aws: LabAws;
  readonly names: LabNames;
  readonly stack: DeployedStack | undefined;
  readonly account: string;
  readonly cluster: ClusterInAws | undefined;
  readonly drainer: Drainer;
  /** Resources of the stack that are not deleted. */
  readonly resources: readonly DeployedResource[];
  /** Namespace of Karpenter, which stays. */
  readonly karpenterNamespace: string;
  readonly signal?: AbortSignal;
}

/** What is there: the stack, what the drain would delete in the cluster, and what no template has. Changes nothing. */
export async function takeInventory({ aws, names, account, stack, resources, cluster, drainer, karpenterNamespace, signal }: InventoryOptions): Promise<TeardownInventory> {
  return {
    account,
    ...names,
    stackStatus: stack?.status,
    stackResourceCount: resources.length,
    clusterStatus: cluster?.status,
    drainedBy: drainer.by,
    whyNotHere: drainer.by === 'teardown' ? undefined : drainer.why,
    objects: drainer.by === 'teardown' ? await objectsToDrain(drainer.api, karpenterNamespace, signal) : [],
    leftovers: await findLeftovers({ aws, lab: names, signal }),
  };
}

async function objectsToDrain(api: KubernetesApi, karpenterNamespace: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const kept = new Set([...SYSTEM_NAMESPACES, karpenterNamespace]);
  const namespaces = (await existing(api, NAMESPACES, signal)).filter(({ metadata }) => !kept.has(metadata.name));
  const names = namespaces.map(({ metadata }) => objectName(NAMESPACES, metadata));
  for (const kind of AWS_BACKED_KINDS) {
    const backed = (await existing(api, kind, signal)).filter(({ isInAws }) => isInAws);
    names.push(...backed.map(({ metadata }) => objectName(kind, metadata)));
  }
  return [
    ...names,
    ...(await existing(api, NODE_POOLS, signal)).map(({ metadata }) => objectName(NODE_POOLS, metadata)),
    ...(await existing(api, NODE_CLAIMS, signal)).map(({ metadata }) => objectName(NODE_CLAIMS, metadata)),
    ...(await existing(api, EC2_NODE_CLASSES, signal)).map(({ metadata }) => objectName(EC2_NODE_CLASSES, metadata)),
  ];
}
