import { objectAt, textAt } from '../assembly/json';
import { readConditions, type Conditioned } from './condition';
import { readMetadata, readTexts, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';

/** A NodePool in the cluster. */
export interface NodePool extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** Name of its EC2NodeClass. */
  readonly nodeClassName: string;
  /** Labels that its nodes get. */
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** Quantities that all its nodes together may not exceed, such as `cpu: 100`. Empty: there is no limit. */
  readonly limits: Readonly<Record<string, string>>;
  /** Quantities that all its nodes together have. */
  readonly resources: Readonly<Record<string, string>>;
  /** How long a node must have been idle, as a duration such as `30s`, or `Never`. */
  readonly consolidateAfter: string;
}

/** NodePools: which nodes Karpenter may launch. */
export const NODE_POOLS: ResourceKind<NodePool> = {
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  plural: 'nodepools',
  isNamespaced: false,
  read: (body) => ({
    metadata: readMetadata(body),
    conditions: readConditions(body),
    nodeClassName: textAt(body, 'spec', 'template', 'spec', 'nodeClassRef', 'name') ?? '',
    nodeLabels: readTexts(objectAt(body, 'spec', 'template', 'metadata', 'labels')),
    limits: readTexts(objectAt(body, 'spec', 'limits')),
    resources: readTexts(objectAt(body, 'status', 'resources')),
    consolidateAfter: textAt(body, 'spec', 'disruption', 'consolidateAfter') ?? 'Never',
  }),
};
