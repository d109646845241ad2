// We use no library: a value that is known only after deployment must become a placeholder, neither an error nor a made-up value.
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, textAt } from '../json';

/** A resource as it stands in the template, with its intrinsic functions. */
export interface TemplateResource {
  readonly logicalId: string;
  /** CloudFormation type, such as `AWS::EC2::Subnet` or `Custom::AWSCDK-EKS-HelmChart`. */
  readonly type: string;
  /** Properties with their intrinsic functions: see {@link SynthesizedStack.resolvedProperties} for plain values. */
  readonly properties: JsonObject;
  /** Logical ids in `DependsOn`. */
  readonly dependsOn: readonly string[];
  /**
   * Path in the construct tree, from the metadata `aws:cdk:path`.
   *
   * @default - unknown: the app was synthesized without path metadata
   */
  readonly constructPath?: string;
  /**
   * What CloudFormation does with the resource when the stack is deleted, as in the template.
   *
   * @default - CloudFormation deletes it
   */
  readonly deletionPolicy?: string;
  /**
   * Logical id of the condition that decides whether the resource exists.
   *
   * @default - it always exists
   */
  readonly condition?: string;
}

/** What is known about a template before it is deployed: enough to resolve most of its intrinsic functions. */
export interface ResolutionScope {
  readonly stackName: string;
  readonly region: string;
  readonly resources: ReadonlyMap<string, TemplateResource>;
}

/** Properties that hold the name of a resource, by resource type. */
export const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::EKS::Cluster': 'Name',
  'AWS::EKS::Nodegroup': 'NodegroupName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
};

/** Types whose `Ref` gives something other than the name, such as an ARN. For the others, a literal name is what `Ref` will give. */
const REF_IS_NO_NAME: readonly string[] = ['AWS::EKS::Nodegroup', 'AWS::IAM::ManagedPolicy', 'AWS::SQS::Queue'];

/** Properties that hold the value which `Fn::GetAtt` gives, by resource type and attribute. */
const ATTRIBUTE_PROPERTIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::SQS::Queue': { QueueName: 'QueueName' },
  'AWS::EC2::VPC': { CidrBlock: 'CidrBlock' },
  'AWS::EC2::Subnet': { AvailabilityZone: 'AvailabilityZone', CidrBlock: 'CidrBlock' },
};

/**
 * Replaces intrinsic functions by what they will give. A value that is known only after deployment becomes
 * a placeholder, written as in `Fn::Sub`: `${Queue.Arn}`, `${AWS::AccountId}`.
 *
 * @returns undefined for `AWS::NoValue`, which removes the property that holds it
 */
export function resolveValue(value: JsonValue, scope: ResolutionScope): JsonValue | undefined {
  if (isJsonArray(value)) {
    return value.flatMap((item) => resolveValue(item, scope) ?? []);
  }
  if (!isJsonObject(value)) return value;

  const intrinsic = intrinsicOf(value);
  return intrinsic === undefined ? resolveObject(value, scope) : resolveIntrinsic(intrinsic, scope);
}

/** Resolves every property of an object, and leaves out those that `AWS::NoValue` removes. */
export function resolveObject(object: JsonObject, scope: ResolutionScope): JsonObject {
  const resolved: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(object)) {
    const result = resolveValue(item, scope);
    if (result !== undefined) resolved[key] = result;
  }
  return resolved;
}

/** Names that a value refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`: logical ids, parameters and pseudo parameters. */
export function referencesIn(value: JsonValue): ReadonlySet<string> {
  const found = new Set<string>();
  collectReferences(value, found);
  return found;
}

interface Intrinsic {
  readonly name: string;
  readonly argument: JsonValue;
}

function intrinsicOf(object: JsonObject): Intrinsic | undefined {
  const [entry, ...others] = Object.entries(object);
  if (entry === undefined || others.length > 0) return undefined;
  const [name, argument] = entry;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument } : undefined;
}

function resolveIntrinsic({ name, argument }: Intrinsic, scope: ResolutionScope): JsonValue | undefined {
  switch (name) {
    case 'Ref': return typeof argument === 'string' ? resolveReference(argument, scope) : placeholder(name);
    case 'Fn::GetAtt': return resolveAttribute(argument, scope);
    case 'Fn::Join': return resolveJoin(argument, scope);
    case 'Fn::Sub': return resolveSub(argument, scope);
    case 'Fn::Select': return resolveSelect(argument, scope);
    case 'Fn::Split': return resolveSplit(argument, scope);
    default: return placeholder(name);
  }
}

function resolveReference(target: string, scope: ResolutionScope): JsonValue | undefined {
  switch (target) {
    case 'AWS::NoValue': return undefined;
    case 'AWS::Region': return scope.region;
    case 'AWS::StackName': return scope.stackName;
    default: return literalProperty(target, (type) => (REF_IS_NO_NAME.includes(type) ? undefined : NAME_PROPERTIES[type]), scope) ?? placeholder(target);
  }
}

function resolveAttribute(argument: JsonValue, scope: ResolutionScope): JsonValue {
  const target = attributeTarget(argument);
  if (target === undefined) return placeholder('Fn::GetAtt');
  const literal = literalProperty(target.logicalId, (type) => ATTRIBUTE_PROPERTIES[type]?.[target.attribute], scope);
  return literal ?? placeholder(`${target.logicalId}.${target.attribute}`);
}

function literalProperty(
  logicalId: string,
  propertyOf: (type: string) => string | undefined,
  scope: ResolutionScope,
): string | undefined {
  const resource = scope.resources.get(logicalId);
  const property = resource === undefined ? undefined : propertyOf(resource.type);
  return property === undefined ? undefined : textAt(resource?.properties, property);
}

function resolveJoin(argument: JsonValue, scope: ResolutionScope): JsonValue {
  if (!isJsonArray(argument)) return placeholder('Fn::Join');
  const [separator, list] = argument;
  const parts = list === undefined ? undefined : resolveValue(list, scope);
  if (typeof separator !== 'string' || !isJsonArray(parts)) return placeholder('Fn::Join');
  return parts.map(asText).join(separator);
}

function resolveSelect(argument: JsonValue, scope: ResolutionScope): JsonValue {
  if (!isJsonArray(argument)) return placeholder('Fn::Select');
  const [index, list] = argument;
  const items = list === undefined ? undefined : resolveValue(list, scope);
  const selected = isJsonArray(items) ? items[Number(index)] : undefined;
  return selected ?? placeholder('Fn::Select');
}

function resolveSplit(argument: JsonValue, scope: ResolutionScope): JsonValue {
  if (!isJsonArray(argument)) return placeholder('Fn::Split');
  const [separator, source] = argument;
  const text = source === undefined ? undefined : resolveValue(source, scope);
  const isKnown = typeof separator === 'string' && typeof text === 'string' && !text.includes('${');
  return isKnown ? text.split(separator) : placeholder('Fn::Split');
}

function resolveSub(argument: JsonValue, scope: ResolutionScope): JsonValue {
  const [template, variables] = isJsonArray(argument) ? argument : [argument];
  if (typeof template !== 'string') return placeholder('Fn::Sub');
  return template.replace(SUB_VARIABLE, (_match, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const own = isJsonObject(variables) ? variables[name] : undefined;
    const resolved = own === undefined ? resolveSubReference(name, scope) : resolveValue(own, scope);
    return resolved === undefined ? '' : asText(resolved);
  });
}

const SUB_VARIABLE = /\$\{([^}]+)\}/g;

function resolveSubReference(name: string, scope: ResolutionScope): JsonValue | undefined {
  return name.includes('.') ? resolveAttribute(name, scope) : resolveReference(name, scope);
}

/** `Fn::GetAtt` is written `[id, attribute]` in JSON and may be `id.attribute`. */
function attributeTarget(argument: JsonValue): { readonly logicalId: string; readonly attribute: string } | undefined {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return dot < 0 ? undefined : { logicalId: argument.slice(0, dot), attribute: argument.slice(dot + 1) };
  }
  if (!isJsonArray(argument)) return undefined;
  const [logicalId, attribute] = argument;
  return typeof logicalId === 'string' && typeof attribute === 'string' ? { logicalId, attribute } : undefined;
}

function collectReferences(value: JsonValue, found: Set<string>): void {
  if (isJsonArray(value)) {
    for (const item of value) collectReferences(item, found);
    return;
  }
  if (!isJsonObject(value)) return;

  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name === 'Ref' && typeof intrinsic.argument === 'string') {
    found.add(intrinsic.argument);
    return;
  }
  if (intrinsic?.name === 'Fn::GetAtt') {
    const target = attributeTarget(intrinsic.argument);
    if (target !== undefined) found.add(target.logicalId);
    return;
  }
  if (intrinsic?.name === 'Fn::Sub') collectSubReferences(intrinsic.argument, found);
  for (const item of Object.values(value)) collectReferences(item, found);
}

function collectSubReferences(argument: JsonValue, found: Set<string>): void {
  const [template, variables] = isJsonArray(argument) ? argument : [argument];
  if (typeof template !== 'string') return;
  for (const [, name] of template.matchAll(SUB_VARIABLE)) {
    if (name === undefined || name.startsWith('!')) continue;
    if (isJsonObject(variables) && name in variables) continue;
    found.add(name.includes('.') ? name.slice(0, name.indexOf('.')) : name);
  }
}

/** The text that a value becomes within a longer text. */
function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function placeholder(name: string): string {
  return `\${${name}}`;
}
