import { arrayAt, type JsonObject, numberAt, objectAt, textAt } from '../../json';
import { type Condition, readConditions, readMetadata, type ObjectMetadata, type ResourceKind } from '../../kubernetes/objects';
import { isPassing } from '../../passing-failure';
import { pause } from '../../wait-for';
import { KARPENTER_CONTAINER } from './kwok-documents';

/** A pod, with what a kubelet reads of it to run Karpenter's container. */
export interface KarpenterPod {
  readonly metadata: ObjectMetadata;
  /** @default - it is not scheduled yet */
  readonly nodeName?: string;
  /** @default - its node has not given it one yet */
  readonly address?: string;
  readonly serviceAccount: string;
  /** Karpenter's container. @default - the pod has none */
  readonly container?: JsonObject;
  readonly otherContainers: readonly JsonObject[];
  readonly conditions: readonly Condition[];
  /** Seconds that its process has to end by itself. */
  readonly graceSeconds: number;
  /** The object as it is. */
  readonly body: JsonObject;
}

/** Pods, as far as they may be Karpenter's. */
export const KARPENTER_PODS: ResourceKind<KarpenterPod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  isNamespaced: true,
  read: (body) => {
    const containers = arrayAt(body, 'spec', 'containers').map((container) => objectAt(container));
    return {
      metadata: readMetadata(body),
      nodeName: textAt(body, 'spec', 'nodeName'),
      address: textAt(body, 'status', 'podIP'),
      serviceAccount: textAt(body, 'spec', 'serviceAccountName') ?? 'default',
      container: containers.find((container) => textAt(container, 'name') === KARPENTER_CONTAINER),
      otherContainers: containers.filter((container) => textAt(container, 'name') !== KARPENTER_CONTAINER),
      conditions: readConditions(body),
      graceSeconds: numberAt(body, 'metadata', 'deletionGracePeriodSeconds') ?? numberAt(body, 'spec', 'terminationGracePeriodSeconds') ?? 30,
      body,
    };
  },
};

/** Seconds between two tries of a request that the API server has not taken. */
const RETRY_SECONDS = 1;

/**
 * Makes a request again and again while the API server is out of reach.
 *
 * @param signal ends the tries
 * @throws what the request fails with, when that cannot pass
 */
export async function persistently(request: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await request();
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await pause(RETRY_SECONDS, signal);
    }
  }
}
