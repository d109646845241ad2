import { parse } from 'yaml';
import { referencesIn } from '../../assembly/intrinsics';
import { DependencyGraph } from '../../assembly/synthesized-stack';
import { arrayAt, isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt, textAt } from '../../json';
import { AwsFault } from '../aws-answers/aws-request';
import { INTRINSIC_FUNCTIONS, PSEUDO_PARAMETERS } from './evaluation';
import type { ResourceType } from './resource-type';

/** A resource of a template, with its intrinsic functions. */
export interface StackResource {
  readonly logicalId: string;
  /** Such as `AWS::EC2::VPC`. */
  readonly type: string;
  readonly properties: JsonObject;
  /** Logical ids in `DependsOn`. */
  readonly dependsOn: readonly string[];
  /** Name of the condition that decides whether the resource exists. @default - it always exists */
  readonly condition?: string;
  /** What becomes of the resource when it leaves the stack. @default 'Delete' */
  readonly deletionPolicy?: string;
  /** What becomes of the resource when another one replaces it. @default 'Delete' */
  readonly updateReplacePolicy?: string;
  readonly metadata: JsonObject;
}

/** A template that CloudFormation was given. */
export interface StackTemplate {
  /** Byte for byte as it was given. */
  readonly text: string;
  readonly body: JsonObject;
  readonly resources: ReadonlyMap<string, StackResource>;
}

/** A resource that cannot be played. */
export interface UnplayableResource {
  readonly logicalId: string;
  readonly type: string;
  /** What of it is not played: its type, or a function or attribute of its own. */
  readonly what: string;
}

/** Whether a function of the stack makes the resources of a type. */
export function isCustomType(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/**
 * Reads a template, and refuses what cannot be played.
 *
 * @throws AwsFault `ValidationError`
 */
export function readStackTemplate(text: string, types: readonly ResourceType[]): StackTemplate {
  const body = parsed(text);
  const resources = resourcesOf(body);
  if (resources.size === 0) throw formatError('At least one Resources member must be defined.');
  const unplayable = unplayableResources(body, types);
  if (unplayable.length > 0) {
    const ofUnknownType = unplayable.filter(({ type, what }) => type === what);
    const unrecognized = ofUnknownType.length === 0 ? '' : `Unrecognized resource types: [${[...new Set(ofUnknownType.map(({ type }) => type))].join(', ')}]. `;
    throw formatError(`${unrecognized}The rehearsal does not play ${unplayable.map(({ logicalId, what }) => `${logicalId} (${what})`).join(', ')}.`);
  }
  const elsewhere = unknownInSections(body);
  if (elsewhere !== undefined) throw formatError(`The rehearsal does not play ${elsewhere}.`);
  requireReferences(body, resources);
  requireOrder(resources);
  return { text, body, resources };
}

/** The resources of a template that cannot be played, in the order of the template; none where all can. */
export function unplayableResources(template: JsonObject, types: readonly ResourceType[]): readonly UnplayableResource[] {
  const known = new Set(types.map(({ type }) => type));
  return Object.entries(objectAt(template, 'Resources')).flatMap(([logicalId, resource]) => {
    const type = textAt(resource, 'Type') ?? '';
    if (!known.has(type) && !isCustomType(type)) return [{ logicalId, type, what: type }];
    const attribute = Object.keys(objectAt(resource)).find((name) => !RESOURCE_ATTRIBUTES.has(name));
    const what = attribute ?? unknownIn(objectAt(resource, 'Properties'));
    return what === undefined ? [] : [{ logicalId, type, what }];
  });
}

/** Attributes of a resource that are played, or change nothing. */
const RESOURCE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata',
]);

const SECTIONS: ReadonlySet<string> = new Set([
  'AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Mappings', 'Conditions', 'Rules', 'Resources', 'Outputs',
]);

function unknownInSections(body: JsonObject): string | undefined {
  return Object.keys(body).find((section) => !SECTIONS.has(section)) ?? unknownIn({ conditions: body['Conditions'] ?? {}, outputs: body['Outputs'] ?? {} });
}

/** The first function or dynamic reference in a value that is not played. */
function unknownIn(value: JsonValue): string | undefined {
  if (typeof value === 'string') return /\{\{resolve:[^}]*\}\}/.exec(value)?.[0];
  if (isJsonArray(value)) return firstOf(value);
  if (!isJsonObject(value)) return undefined;
  const [name] = Object.keys(value);
  if (name?.startsWith('Fn::') === true && !INTRINSIC_FUNCTIONS.has(name)) return name;
  return firstOf(Object.values(value));
}

function firstOf(values: readonly JsonValue[]): string | undefined {
  for (const value of values) {
    const unknown = unknownIn(value);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** JSON, or the YAML with whole function names that the CDK writes for small templates. */
function parsed(text: string): JsonObject {
  try {
    const body = parse(text) as JsonValue;
    if (isJsonObject(body)) return body;
  } catch (error) {
    throw formatError(error instanceof Error ? error.message : String(error));
  }
  throw formatError('unsupported structure.');
}

function resourcesOf(body: JsonObject): ReadonlyMap<string, StackResource> {
  return new Map(Object.entries(objectAt(body, 'Resources')).map(([logicalId, resource]): [string, StackResource] => {
    const dependsOn = textAt(resource, 'DependsOn');
    return [logicalId, {
      logicalId,
      type: textAt(resource, 'Type') ?? '',
      properties: objectAt(resource, 'Properties'),
      dependsOn: dependsOn === undefined ? arrayAt(resource, 'DependsOn').filter((target) => typeof target === 'string') : [dependsOn],
      condition: textAt(resource, 'Condition'),
      deletionPolicy: textAt(resource, 'DeletionPolicy'),
      updateReplacePolicy: textAt(resource, 'UpdateReplacePolicy'),
      metadata: objectAt(resource, 'Metadata'),
    }];
  }));
}

function requireReferences(body: JsonObject, resources: ReadonlyMap<string, StackResource>): void {
  const known = new Set([...resources.keys(), ...Object.keys(objectAt(body, 'Parameters')), ...PSEUDO_PARAMETERS]);
  const targets = [...resources.values()].flatMap(({ properties, dependsOn }) => [...referencesIn(properties), ...dependsOn]);
  const missing = [...new Set(targets.filter((target) => !known.has(target)))];
  if (missing.length > 0) throw formatError(`Unresolved resource dependencies [${missing.join(', ')}] in the Resources block of the template`);
}

function requireOrder(resources: ReadonlyMap<string, StackResource>): void {
  const graph = DependencyGraph.of(resources.values());
  const inCircle = [...resources.keys()].filter((logicalId) => graph.allDependenciesOf(logicalId).has(logicalId));
  if (inCircle.length > 0) throw new AwsFault('ValidationError', `Circular dependency between resources: [${inCircle.join(', ')}]`);
}

function formatError(message: string): AwsFault {
  return new AwsFault('ValidationError', `Template format error: ${message}`);
}
