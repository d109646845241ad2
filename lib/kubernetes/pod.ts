import { arrayAt, objectAt, textAt, type JsonObject } from '../assembly/json';
import { isTrue, readConditions, type Conditioned } from './condition';
import { readContainerRequests } from './container-requests';
import { readMetadata, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';

/** A pod. */
export interface Pod extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
  readonly phase: string;
  /** @default - it is not scheduled yet */
  readonly nodeName?: string;
  readonly containerNames: readonly string[];
  /** What each container requests, as quantities by resource. */
  readonly containerRequests: readonly JsonObject[];
}

/** Pods. */
export const PODS: ResourceKind<Pod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  isNamespaced: true,
  read: (body) => ({
    metadata: readMetadata(body),
    conditions: readConditions(body),
    phase: textAt(body, 'status', 'phase') ?? 'Unknown',
    nodeName: textAt(body, 'spec', 'nodeName'),
    containerNames: arrayAt(body, 'spec', 'containers').flatMap((container) => textAt(container, 'name') ?? []),
    containerRequests: readContainerRequests(objectAt(body, 'spec')),
  }),
};

/** Whether a pod runs and is ready, and nobody has asked for its deletion. */
export function isRunning(pod: Pod): boolean {
  return pod.phase === 'Running' && isTrue(pod, 'Ready') && pod.metadata.deletedAt === undefined;
}

/** Whether a pod has ended, so that it takes nothing of its node any more. */
export function takesNoRoom({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
