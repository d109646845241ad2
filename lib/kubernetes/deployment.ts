import { arrayAt, numberAt, objectAt, textAt, type JsonObject } from '../assembly/json';
import { readConditions, type Conditioned } from './condition';
import { readContainerRequests } from './container-requests';
import { readMetadata, readTexts, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';

/** A Deployment. */
export interface Deployment extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** Pods that it should have. */
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Images of its containers. */
  readonly images: readonly string[];
  /** CPU that the first container requests, as a quantity. @default - none */
  readonly cpuRequest?: string;
  /** What each container requests, as quantities by resource. */
  readonly containerRequests: readonly JsonObject[];
}

/** Deployments. */
export const DEPLOYMENTS: ResourceKind<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  isNamespaced: true,
  read: (body) => {
    const template = objectAt(body, 'spec', 'template', 'spec');
    const containers = arrayAt(template, 'containers');
    return {
      metadata: readMetadata(body),
      conditions: readConditions(body),
      replicas: numberAt(body, 'spec', 'replicas') ?? 1,
      readyReplicas: numberAt(body, 'status', 'readyReplicas') ?? 0,
      matchLabels: readTexts(objectAt(body, 'spec', 'selector', 'matchLabels')),
      nodeSelector: readTexts(template['nodeSelector']),
      images: containers.flatMap((container) => textAt(container, 'image') ?? []),
      cpuRequest: textAt(containers[0], 'resources', 'requests', 'cpu'),
      containerRequests: readContainerRequests(template),
    };
  },
};

/** `app=inflate` for the labels `app: inflate`. */
export function selectorText(matchLabels: Readonly<Record<string, string>>): string {
  return Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`).join(',');
}

/** Whether a Deployment selects a pod, by the pod's namespace and labels. */
export function selectsPod({ metadata: { namespace }, matchLabels }: Deployment, pod: { readonly metadata: ObjectMetadata }): boolean {
  return pod.metadata.namespace === namespace && Object.entries(matchLabels).every(([key, value]) => pod.metadata.labels[key] === value);
}
