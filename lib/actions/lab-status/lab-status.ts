import type { LabView } from '../../assembly/lab-view';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { onLab, type LabConnection } from '../connected-lab';
import { clusterBegan, labSelections, readLabObjects } from './lab-objects';
import type { LabStatus } from './lab-status-result';
import { statusOf } from './status-of';

/** Whose state is asked for. */
export interface StatusOptions {
  /** Only the exercise of this namespace. @default - those of all namespaces */
  readonly namespace?: string;
  /** What time it is, by which the cost is counted. */
  readonly now: () => Date;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/**
 * Says in what state the lab is. It changes nothing, and asks Kubernetes only.
 *
 * @throws what {@link onLab} throws, and `KubernetesRequestRefused` where the user may not look
 */
export async function labStatus(options: StatusOptions & LabConnection): Promise<LabStatus> {
  return onLab(options, ({ lab, api }) => statusOn(api, lab, options));
}

/** {@link labStatus} on a cluster that is already connected. */
export async function statusOn(api: KubernetesApi, lab: LabView, { namespace, now, signal }: StatusOptions): Promise<LabStatus> {
  const [objects, began] = await Promise.all([readLabObjects(api, labSelections(lab, namespace), signal), clusterBegan(api, signal)]);
  return statusOf(objects, lab, began, now());
}
