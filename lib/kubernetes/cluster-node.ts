import { objectAt, textAt } from '../assembly/json';
import { readConditions, type Conditioned } from './condition';
import { readMetadata, readTexts, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';

/** A node of the cluster. */
export interface ClusterNode extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** Such as `aws:///ap-northeast-2b/i-02fd00557cbb11e88`. @default - nobody has set it yet */
  readonly providerId?: string;
  /** Version of the kubelet. */
  readonly kubeletVersion: string;
  /** Quantities that all its pods together may request. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Nodes. */
export const NODES: ResourceKind<ClusterNode> = {
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  isNamespaced: false,
  read: (body) => ({
    metadata: readMetadata(body),
    conditions: readConditions(body),
    providerId: textAt(body, 'spec', 'providerID'),
    kubeletVersion: textAt(body, 'status', 'nodeInfo', 'kubeletVersion') ?? '',
    allocatable: readTexts(objectAt(body, 'status', 'allocatable')),
  }),
};

/** Annotation by which kwok, a simulation of nodes, knows those that it plays. */
const SIMULATED_ANNOTATION = 'kwok.x-k8s.io/node';

/** Scheme of the provider ids that Karpenter's simulated EC2 hands out; EC2's own is `aws`. */
const SIMULATED_SCHEME = 'kwok-aws:';

/** Whether nothing runs on a node, by what the node itself says. */
export function isSimulatedNode({ metadata, providerId }: ClusterNode): boolean {
  return SIMULATED_ANNOTATION in metadata.annotations || providerId?.startsWith(SIMULATED_SCHEME) === true;
}
