import { embeddedJson } from './embedded-json';
import { isJsonArray, isJsonObject, textAt, type JsonObject } from './json';
import type { SynthesizedStack } from './synthesized-stack';

/** CloudFormation type of a manifest that the stack applies with kubectl. */
export const MANIFEST_TYPE = 'Custom::AWSCDK-EKS-KubernetesResource';

/** A Kubernetes object that the stack applies. */
export interface KubernetesObject {
  /** The resource whose manifest holds it. */
  readonly logicalId: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** @default - the object is cluster-wide, or goes to the namespace `default` */
  readonly namespace?: string;
  /** The whole object. Values known only after deployment are placeholders such as `${Queue.Arn}`. */
  readonly body: JsonObject;
}

/** Objects that the stack applies, each after those it depends on. */
export function kubernetesObjects(stack: SynthesizedStack): readonly KubernetesObject[] {
  return stack.graph.topologicalOrder().flatMap((logicalId) => objectsOf(stack, logicalId));
}

/** Objects of one kind, each after those it depends on. */
export function kubernetesObjectsOfKind(stack: SynthesizedStack, kind: string): readonly KubernetesObject[] {
  return kubernetesObjects(stack).filter((object) => object.kind === kind);
}

function objectsOf(stack: SynthesizedStack, logicalId: string): readonly KubernetesObject[] {
  const resource = stack.resources.get(logicalId);
  if (resource?.type !== MANIFEST_TYPE) return [];
  const manifest = embeddedJson(stack, resource, 'Manifest');
  const bodies = isJsonArray(manifest) ? manifest : [manifest];
  return bodies.filter(isJsonObject).map((body) => ({
    logicalId,
    apiVersion: textAt(body, 'apiVersion') ?? '',
    kind: textAt(body, 'kind') ?? '',
    name: textAt(body, 'metadata', 'name') ?? '',
    namespace: textAt(body, 'metadata', 'namespace'),
    body,
  }));
}
