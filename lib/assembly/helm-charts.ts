import { embeddedJson } from './embedded-json';
import { booleanAt, isJsonObject, textAt, type JsonObject } from './json';
import type { SynthesizedStack } from './synthesized-stack';
import type { TemplateResource } from './template-resource';

/** CloudFormation type of a chart that the stack installs with Helm. */
const HELM_CHART_TYPE = 'Custom::AWSCDK-EKS-HelmChart';

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
    namespace: textAt(properties, 'Namespace') ?? 'default',
    values: isJsonObject(values) ? values : {},
    waitsForPods: booleanAt(properties, 'Wait') ?? false,
  };
}
