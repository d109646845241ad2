import { booleanAt, isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseJson, textAt } from '../json';
import { DEFAULT_NAMESPACE, type ResourceKind } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import type { TemplateResource } from './intrinsics';
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

/** An object that the stack applies, in the form in which it is also read from a cluster, with the resource whose manifest holds it. */
export type Applied<T> = T & Pick<KubernetesObject, 'logicalId'>;

/** Objects of one kind, each after those it depends on. Fields that only a running cluster fills in are empty. */
export function objectsOfKind<T>(stack: SynthesizedStack, { apiVersion, kind, read }: ResourceKind<T>): readonly Applied<T>[] {
  return kubernetesObjects(stack)
    .filter((object) => object.apiVersion === apiVersion && object.kind === kind)
    .map(({ logicalId, body }) => ({ ...read(body), logicalId }));
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

/** CloudFormation type of a chart that the stack installs with Helm. */
export const HELM_CHART_TYPE = 'Custom::AWSCDK-EKS-HelmChart';

/** A Helm chart that the stack installs. */
export interface HelmChart {
  readonly logicalId: string;
  /** The chart's own name: the last part of an OCI reference. */
  readonly name: string;
  /** @default - a chart that the stack carries as an asset */
  readonly repository?: string;
  /** @default - the newest at the time of installation */
  readonly version?: string;
  readonly release: string;
  readonly namespace: string;
  /** Values given to the chart. Those known only after deployment are placeholders such as `${Queue.Arn}`. */
  readonly values: JsonObject;
  /** Whether the installation waits until the chart's pods are ready. */
  readonly waitsForPods: boolean;
}

/** Charts that the stack installs, in the order of the template. */
export function helmCharts(stack: SynthesizedStack): readonly HelmChart[] {
  return stack.resourcesOfType(HELM_CHART_TYPE).map((resource) => readChart(stack, resource));
}

function readChart(stack: SynthesizedStack, resource: TemplateResource): HelmChart {
  const properties = stack.resolvedProperties(resource);
  const values = embeddedJson(stack, resource, 'Values');
  const reference = textAt(properties, 'Chart') ?? textAt(properties, 'Repository') ?? '';
  return {
    logicalId: resource.logicalId,
    name: reference.slice(reference.lastIndexOf('/') + 1),
    repository: textAt(properties, 'Repository'),
    version: textAt(properties, 'Version'),
    release: textAt(properties, 'Release') ?? '',
    namespace: textAt(properties, 'Namespace') ?? DEFAULT_NAMESPACE,
    values: isJsonObject(values) ? values : {},
    waitsForPods: booleanAt(properties, 'Wait') ?? false,
  };
}

/**
 * Reads a property that holds JSON as text, as manifests, chart values and add-on configurations do.
 * Tokens within the text are resolved like any other value of the template.
 *
 * @returns undefined where the property is absent
 * @throws LabError `AssemblyUnreadable` when the text is not JSON
 */
export function embeddedJson(stack: SynthesizedStack, resource: TemplateResource, property: string): JsonValue | undefined {
  const text = textAt(stack.resolvedProperties(resource), property);
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch (cause) {
    throw new LabError({
      code: 'AssemblyUnreadable',
      message: `${resource.logicalId} holds text in ${property} that is not JSON.`,
      received: text,
      remedy: 'Write it in the stack as an object whose tokens stand in strings, then run npm run synth.',
      cause,
    });
  }
}
