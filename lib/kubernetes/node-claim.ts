import { objectAt, textAt } from '../assembly/json';
import { readConditions, type Conditioned } from './condition';
import { readMetadata, readTexts, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from './well-known-labels';

/** A node that Karpenter launches: asked for, launched, registered, ready, and at last removed. */
export interface NodeClaim extends Conditioned {
  readonly metadata: ObjectMetadata;
  readonly nodePoolName: string;
  /** Such as `c5a.2xlarge`. @default - it is not launched yet */
  readonly instanceType?: string;
  /** @default - it is not launched yet */
  readonly zone?: string;
  /** `on-demand`, `spot` or `reserved`. @default - it is not launched yet */
  readonly capacityType?: string;
  /** Such as `aws:///ap-northeast-2b/i-02fd00557cbb11e88`. @default - it is not launched yet */
  readonly providerId?: string;
  /** Name of its node. @default - it is not registered yet */
  readonly nodeName?: string;
  /** Quantities that the node has, before anything is reserved. */
  readonly capacity: Readonly<Record<string, string>>;
  /** Quantities that all pods of the node together may request. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** NodeClaims: the nodes that Karpenter launches. */
export const NODE_CLAIMS: ResourceKind<NodeClaim> = {
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodeClaim',
  plural: 'nodeclaims',
  isNamespaced: false,
  read: (body) => {
    const metadata = readMetadata(body);
    return {
      metadata,
      conditions: readConditions(body),
      nodePoolName: metadata.labels[NODE_POOL_LABEL] ?? '',
      instanceType: metadata.labels[INSTANCE_TYPE_LABEL],
      zone: metadata.labels[ZONE_LABEL],
      capacityType: metadata.labels[CAPACITY_TYPE_LABEL],
      providerId: textAt(body, 'status', 'providerID'),
      nodeName: textAt(body, 'status', 'nodeName'),
      capacity: readTexts(objectAt(body, 'status', 'capacity')),
      allocatable: readTexts(objectAt(body, 'status', 'allocatable')),
    };
  },
};

/** Id of the EC2 instance behind a provider id. */
export function instanceIdOf(providerId: string): string {
  return providerId.slice(providerId.lastIndexOf('/') + 1);
}
