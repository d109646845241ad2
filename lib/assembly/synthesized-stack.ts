import { arrayAt, isJsonObject, type JsonObject, type JsonValue, objectAt, textAt } from '../json';
import { LabError } from '../lab-error';
import { NAME_PROPERTIES, referencesIn, type ResolutionScope, resolveObject, resolveValue, type TemplateResource } from './intrinsics';

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
 * It is read-only and calls no AWS API.
 */
export class SynthesizedStack {
  readonly stackName: string;
  readonly region: string;
  /** Account the stack is bound to; undefined where `lab.yaml` names none. */
  readonly account: string | undefined;
  /** By logical id, in the order of the template. */
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: readonly StackOutput[];
  /** The template as it was synthesized. */
  readonly template: JsonObject;

  private readonly scope: ResolutionScope;
  private builtGraph: DependencyGraph | undefined;

  constructor(props: SynthesizedStackProps) {
    this.stackName = props.stackName;
    this.region = props.region;
    this.account = props.account;
    this.template = props.template;
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

  /** The name that a resource gets; undefined where CloudFormation makes one up. */
  nameOf(resource: TemplateResource): string | undefined {
    const name = textAt(this.resolvedProperties(resource), NAME_PROPERTIES[resource.type] ?? '');
    return name?.includes('${') === true ? undefined : name;
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

/** The error `AssemblyUnreadable` for a stack that lacks a part of the lab, such as its EKS cluster. */
export function notTheLab({ stackName }: SynthesizedStack, missing: string): LabError {
  return new LabError({
    code: 'AssemblyUnreadable',
    message: `The stack has no ${missing}, so it is not the lab.`,
    received: stackName,
    remedy: 'Run npm run synth in the folder of the lab.',
  });
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

/**
 * Which resource needs which, from `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`. CloudFormation
 * creates in this order and deletes in its reverse.
 */
export class DependencyGraph {
  /** Builds the graph of a template's resources. References to parameters and pseudo parameters are no edges. */
  static of(resources: Iterable<TemplateResource>): DependencyGraph {
    const byId = new Map([...resources].map((resource) => [resource.logicalId, resource]));
    const dependencies = new Map<string, ReadonlySet<string>>();
    for (const resource of byId.values()) {
      const targets = new Set([...resource.dependsOn, ...referencesIn(resource.properties)]);
      // In the order of the template, so that the order of properties within a resource changes no result.
      dependencies.set(resource.logicalId, new Set([...byId.keys()].filter((logicalId) => targets.has(logicalId))));
    }
    return new DependencyGraph(dependencies);
  }

  private readonly dependents: ReadonlyMap<string, ReadonlySet<string>>;

  private constructor(private readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>) {
    const dependents = new Map<string, Set<string>>();
    for (const logicalId of dependencies.keys()) dependents.set(logicalId, new Set());
    for (const [logicalId, targets] of dependencies) {
      for (const target of targets) dependents.get(target)?.add(logicalId);
    }
    this.dependents = dependents;
  }

  /** Logical ids that must exist before this one is created: one step only. */
  dependenciesOf(logicalId: string): ReadonlySet<string> {
    return this.dependencies.get(logicalId) ?? new Set();
  }

  /** Logical ids that must be gone before this one is deleted: one step only. */
  dependentsOf(logicalId: string): ReadonlySet<string> {
    return this.dependents.get(logicalId) ?? new Set();
  }

  /** Whether `from` needs `to`, in one step or more. A resource does not depend on itself. */
  dependsOn(from: string, to: string): boolean {
    return this.allDependenciesOf(from).has(to);
  }

  /** Every logical id that must exist before this one, over any number of steps. */
  allDependenciesOf(logicalId: string): ReadonlySet<string> {
    const found = new Set<string>();
    const pending = [...this.dependenciesOf(logicalId)];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(...this.dependenciesOf(next));
    }
    return found;
  }

  /**
   * An order in which every resource follows what it needs. Where that leaves a choice, the order of the template decides.
   *
   * @throws LabError `DependencyCycleFound` when there is none
   */
  topologicalOrder(): readonly string[] {
    const finished = new Set<string>();
    const open: string[] = [];

    const visit = (logicalId: string): void => {
      if (finished.has(logicalId)) return;
      if (open.includes(logicalId)) throw cycleFound([...open.slice(open.indexOf(logicalId)), logicalId]);
      open.push(logicalId);
      for (const dependency of this.dependenciesOf(logicalId)) visit(dependency);
      open.pop();
      finished.add(logicalId);
    };

    for (const logicalId of this.dependencies.keys()) visit(logicalId);
    return [...finished];
  }
}

function cycleFound(cycle: readonly string[]): LabError {
  return new LabError({
    code: 'DependencyCycleFound',
    message: 'The template has resources that wait for each other, so CloudFormation would refuse it.',
    received: cycle.join(' -> '),
    remedy: 'Remove one reference or DependsOn of this circle from the stack, then run npm run synth.',
  });
}
