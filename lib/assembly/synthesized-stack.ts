import { DependencyGraph } from './dependency-graph';
import { resolveObject, resolveValue, type ResolutionScope } from './intrinsics';
import { arrayAt, isJsonObject, objectAt, textAt, type JsonObject, type JsonValue } from './json';
import type { TemplateResource } from './template-resource';

/** What the assembly's manifest says about a stack, and its template. */
export interface SynthesizedStackProps {
  readonly stackName: string;
  /** Region the stack is bound to. The lab always names one. */
  readonly region: string;
  /**
   * Account the stack is bound to, twelve digits.
   *
   * @default - none: it can be deployed into any
   */
  readonly account?: string;
  readonly template: JsonObject;
}

/** An output of the stack, with what is known of its value before deployment. */
export interface StackOutput {
  readonly logicalId: string;
  /** The value; parts known only after deployment are placeholders such as `${Queue.Arn}`. */
  readonly value: string;
  /** @default - the output has no description */
  readonly description?: string;
}

/**
 * A stack as it will be deployed: its resources, how they depend on each other, and its outputs.
 * It is read-only, and asks nothing of AWS.
 */
export class SynthesizedStack {
  readonly stackName: string;
  readonly region: string;
  /** Account the stack is bound to; undefined where `lab.yaml` names none. */
  readonly account: string | undefined;
  /** By logical id, in the order of the template. */
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: readonly StackOutput[];

  private readonly scope: ResolutionScope;
  private builtGraph: DependencyGraph | undefined;

  constructor(props: SynthesizedStackProps) {
    this.stackName = props.stackName;
    this.region = props.region;
    this.account = props.account;
    this.resources = readResources(props.template);
    this.scope = { stackName: props.stackName, region: props.region, resources: this.resources };
    this.outputs = this.readOutputs(props.template);
  }

  /** Which resource needs which. */
  get graph(): DependencyGraph {
    this.builtGraph ??= DependencyGraph.of(this.resources.values());
    return this.builtGraph;
  }

  /** Resources of a type, in the order of the template. */
  resourcesOfType(type: string): readonly TemplateResource[] {
    return [...this.resources.values()].filter((resource) => resource.type === type);
  }

  /** A resource's properties with intrinsic functions replaced by what they will give, or by a placeholder. */
  resolvedProperties(resource: TemplateResource): JsonObject {
    return resolveObject(resource.properties, this.scope);
  }

  /** A value of the template with intrinsic functions replaced by what they will give, or by a placeholder. */
  resolve(value: JsonValue): JsonValue | undefined {
    return resolveValue(value, this.scope);
  }

  private readOutputs(template: JsonObject): readonly StackOutput[] {
    return Object.entries(objectAt(template, 'Outputs')).map(([logicalId, output]) => {
      const value = this.resolve(objectAt(output)['Value'] ?? '');
      return {
        logicalId,
        value: typeof value === 'string' ? value : JSON.stringify(value),
        description: textAt(output, 'Description'),
      };
    });
  }
}

function readResources(template: JsonObject): ReadonlyMap<string, TemplateResource> {
  const resources = new Map<string, TemplateResource>();
  for (const [logicalId, body] of Object.entries(objectAt(template, 'Resources'))) {
    if (isJsonObject(body)) resources.set(logicalId, readResource(logicalId, body));
  }
  return resources;
}

function readResource(logicalId: string, body: JsonObject): TemplateResource {
  const dependsOn = textAt(body, 'DependsOn');
  return {
    logicalId,
    type: textAt(body, 'Type') ?? '',
    properties: objectAt(body, 'Properties'),
    dependsOn: dependsOn === undefined
      ? arrayAt(body, 'DependsOn').filter((target) => typeof target === 'string')
      : [dependsOn],
    constructPath: textAt(body, 'Metadata', 'aws:cdk:path'),
    deletionPolicy: textAt(body, 'DeletionPolicy'),
    condition: textAt(body, 'Condition'),
  };
}
