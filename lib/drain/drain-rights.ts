import { DEPLOYMENTS } from '../kubernetes/deployment';
import { EC2_NODE_CLASSES } from '../kubernetes/ec2-node-class';
import { NAMESPACES } from '../kubernetes/namespace';
import { NODE_CLAIMS } from '../kubernetes/node-claim';
import { NODE_POOLS } from '../kubernetes/node-pool';
import type { ResourceKind } from '../kubernetes/resource-kind';
import { DISRUPTION_BUDGETS } from './node-claim-holders';
import { AWS_BACKED_KINDS, POD_MAKING_KINDS, VOLUMES } from './workload-kinds';

/** What a drain does to the objects of a kind. */
export interface DrainRight {
  readonly kind: ResourceKind<unknown>;
  readonly verbs: readonly ('get' | 'list' | 'delete')[];
}

/** All that whoever drains must be allowed in Kubernetes, and no more. */
export const DRAIN_RIGHTS: readonly DrainRight[] = [
  ...[NAMESPACES, ...POD_MAKING_KINDS, ...AWS_BACKED_KINDS, NODE_POOLS, NODE_CLAIMS, EC2_NODE_CLASSES]
    .map((kind): DrainRight => ({ kind, verbs: kind.kind === DEPLOYMENTS.kind ? ['get', 'list', 'delete'] : ['list', 'delete'] })),
  ...[VOLUMES, DISRUPTION_BUDGETS].map((kind): DrainRight => ({ kind, verbs: ['list'] })),
];
