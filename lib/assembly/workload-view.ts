import { arrayAt, numberAt, objectAt, textAt, type JsonObject } from './json';
import { kubernetesObjects } from './kubernetes-objects';
import type { SynthesizedStack } from './synthesized-stack';

/** A Deployment or DaemonSet that the stack applies. */
export interface WorkloadView {
  readonly logicalId: string;
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly name: string;
  /** @default - the namespace `default` */
  readonly namespace?: string;
  /** Pods of a Deployment; 1, a node, for a DaemonSet. */
  readonly replicas: number;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Keys of the taints it tolerates; an empty key tolerates all. */
  readonly toleratedTaints: readonly string[];
  /** Requests of each container, as quantities. */
  readonly containerRequests: readonly JsonObject[];
}

/** Deployments and DaemonSets that the stack applies, each after those it depends on. */
export function readWorkloads(stack: SynthesizedStack): readonly WorkloadView[] {
  return kubernetesObjects(stack).flatMap((object) => {
    const { kind } = object;
    if (kind !== 'Deployment' && kind !== 'DaemonSet') return [];
    const pod = objectAt(object.body, 'spec', 'template', 'spec');
    const nodeSelector = objectAt(pod, 'nodeSelector');
    return [{
      logicalId: object.logicalId,
      kind,
      name: object.name,
      namespace: object.namespace,
      replicas: kind === 'DaemonSet' ? 1 : numberAt(object.body, 'spec', 'replicas') ?? 1,
      nodeSelector: Object.fromEntries(Object.keys(nodeSelector).map((key) => [key, textAt(nodeSelector, key) ?? ''])),
      toleratedTaints: arrayAt(pod, 'tolerations').map((toleration) => textAt(toleration, 'key') ?? ''),
      containerRequests: arrayAt(pod, 'containers').map((container) => objectAt(container, 'resources', 'requests')),
    }];
  });
}
