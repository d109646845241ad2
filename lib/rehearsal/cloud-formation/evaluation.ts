import { arrayAt, isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt, textOrJson, valueAt } from '../../json';

/** What intrinsic functions are worked out from. */
export interface EvaluationScope {
  /** Values of parameters and pseudo parameters, by name. */
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  /** Names of the region's zones. */
  readonly zones: readonly string[];
  /** A resource that stands; undefined for one that does not. */
  readonly resourceOf: (logicalId: string) => { readonly physicalId: string; readonly attributes: JsonObject } | undefined;
}

/** Names that `Ref` knows in every template. */
export const PSEUDO_PARAMETERS: ReadonlySet<string> = new Set([
  'AWS::AccountId', 'AWS::NoValue', 'AWS::NotificationARNs', 'AWS::Partition', 'AWS::Region', 'AWS::StackId', 'AWS::StackName', 'AWS::URLSuffix',
]);

/** A value refers to a resource that does not stand. */
export class ReferenceMissing extends Error {
  constructor(readonly logicalId: string) {
    super(`${logicalId} does not exist.`);
    this.name = 'ReferenceMissing';
  }
}

type Intrinsic = (argument: JsonValue, evaluation: Evaluation) => JsonValue | undefined;

/** Works intrinsic functions out. Unlike the assembly's reader it knows every value, or fails. */
export class Evaluation {
  constructor(readonly scope: EvaluationScope) {}

  /**
   * The value that a value of the template gives.
   *
   * @returns undefined for `AWS::NoValue`, which removes the property that holds it
   * @throws ReferenceMissing; Error for an attribute or a key that is not there
   */
  valueOf(value: JsonValue): JsonValue | undefined {
    if (isJsonArray(value)) return value.map((item) => this.valueOf(item)).filter((item) => item !== undefined);
    if (!isJsonObject(value)) return value;
    const [name = '', ...others] = Object.keys(value);
    const argument = value[name] ?? '';
    // `Condition` is a word of IAM's, too.
    const isFunction = others.length === 0 && (name !== 'Condition' || typeof argument === 'string');
    const intrinsic = isFunction ? INTRINSICS[name] : undefined;
    return intrinsic === undefined ? this.objectOf(value) : intrinsic(argument, this);
  }

  /** Each property worked out, without those that `AWS::NoValue` removes. */
  objectOf(object: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(object).flatMap(([key, item]) => {
      const value = this.valueOf(item);
      return value === undefined ? [] : [[key, value]];
    }));
  }

  /** Whether a named condition holds. */
  holds(condition: string): boolean {
    const definition = this.scope.conditions[condition];
    if (definition === undefined) throw new Error(`Unresolved condition dependency ${condition}`);
    return this.isTrue(definition);
  }

  /** Whether a condition's definition, or an assertion, holds. */
  isTrue(definition: JsonValue): boolean {
    const value = this.valueOf(definition);
    return value === true || value === 'true';
  }

  textOf(value: JsonValue): string {
    const result = this.valueOf(value);
    if (typeof result === 'string') return result;
    if (typeof result === 'number' || typeof result === 'boolean') return String(result);
    throw new Error(`A text is needed instead of ${JSON.stringify(result)}`);
  }

  listOf(value: JsonValue): readonly JsonValue[] {
    const result = this.valueOf(value);
    if (isJsonArray(result)) return result;
    throw new Error(`A list is needed instead of ${JSON.stringify(result)}`);
  }

  referenceOf(name: string): JsonValue | undefined {
    if (name === 'AWS::NoValue') return undefined;
    return this.scope.parameters.get(name) ?? this.standing(name).physicalId;
  }

  attributeOf(logicalId: string, attribute: string): JsonValue {
    const { attributes } = this.standing(logicalId);
    const value = attributes[attribute] ?? valueAt(attributes, ...attribute.split('.'));
    if (value === undefined) throw new Error(`Requested attribute ${attribute} does not exist on ${logicalId}`);
    return value;
  }

  private standing(logicalId: string): { readonly physicalId: string; readonly attributes: JsonObject } {
    const resource = this.scope.resourceOf(logicalId);
    if (resource === undefined) throw new ReferenceMissing(logicalId);
    return resource;
  }
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, evaluation) => evaluation.referenceOf(textOrJson(name)),
  Condition: (name, evaluation) => evaluation.holds(textOrJson(name)),
  'Fn::GetAtt': getAtt,
  'Fn::Join': (argument, evaluation) => evaluation.listOf(at(argument, 1)).map((part) => evaluation.textOf(part)).join(textOrJson(at(argument, 0))),
  'Fn::Split': (argument, evaluation) => evaluation.textOf(at(argument, 1)).split(textOrJson(at(argument, 0))),
  'Fn::Select': select,
  'Fn::Sub': substitute,
  'Fn::If': (argument, evaluation) => evaluation.valueOf(at(argument, evaluation.holds(textOrJson(at(argument, 0))) ? 1 : 2)),
  'Fn::Equals': (argument, evaluation) => evaluation.textOf(at(argument, 0)) === evaluation.textOf(at(argument, 1)),
  'Fn::Not': (argument, evaluation) => !evaluation.isTrue(at(argument, 0)),
  'Fn::And': (argument, evaluation) => listed(argument).every((each) => evaluation.isTrue(each)),
  'Fn::Or': (argument, evaluation) => listed(argument).some((each) => evaluation.isTrue(each)),
  'Fn::Contains': (argument, evaluation) => evaluation.listOf(at(argument, 0)).includes(evaluation.textOf(at(argument, 1))),
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, evaluation) => Buffer.from(evaluation.textOf(argument)).toString('base64'),
  'Fn::GetAZs': (_argument, evaluation) => evaluation.scope.zones,
  'Fn::Cidr': cidr,
};

/** Functions that are played, by name. */
export const INTRINSIC_FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(INTRINSICS));

function listed(argument: JsonValue): readonly JsonValue[] {
  return isJsonArray(argument) ? argument : [argument];
}

function at(argument: JsonValue, index: number): JsonValue {
  const value = listed(argument)[index];
  if (value === undefined) throw new Error(`A function lacks an argument: ${JSON.stringify(argument)}`);
  return value;
}

function getAtt(argument: JsonValue, evaluation: Evaluation): JsonValue {
  const [logicalId = '', ...attribute] = typeof argument === 'string' ? argument.split('.') : listed(argument).map((part) => evaluation.textOf(part));
  return evaluation.attributeOf(logicalId, attribute.join('.'));
}

function select(argument: JsonValue, evaluation: Evaluation): JsonValue {
  const list = evaluation.listOf(at(argument, 1));
  const index = Number(evaluation.textOf(at(argument, 0)));
  const selected = list[index];
  if (selected === undefined) throw new Error(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
  return selected;
}

function substitute(argument: JsonValue, evaluation: Evaluation): string {
  const [text, variables] = isJsonArray(argument) ? argument : [argument];
  return textOrJson(text).replace(/\$\{([^}]+)\}/g, (_match, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const own = objectAt(variables)[name];
    if (own !== undefined) return evaluation.textOf(own);
    return evaluation.textOf(name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name });
  });
}

function findInMap(argument: JsonValue, evaluation: Evaluation): JsonValue | undefined {
  const [map, first, second] = [0, 1, 2].map((index) => evaluation.textOf(at(argument, index)));
  const found = valueAt(evaluation.scope.mappings, map ?? '', first ?? '', second ?? '');
  if (found !== undefined) return found;
  const fallback = objectAt(listed(argument)[3])['DefaultValue'];
  if (fallback === undefined) throw new Error(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
  return evaluation.valueOf(fallback);
}

/** Blocks of one size within a block of IPv4, one after the other. */
function cidr(argument: JsonValue, evaluation: Evaluation): readonly string[] {
  const [address = '', length = ''] = evaluation.textOf(at(argument, 0)).split('/');
  const count = Number(evaluation.textOf(at(argument, 1)));
  const hostBits = Number(evaluation.textOf(arrayAt({ argument }, 'argument')[2] ?? 8));
  const base = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  if (count * 2 ** hostBits > 2 ** (32 - Number(length))) throw new Error(`Template error: Fn::Cidr does not fit into ${address}/${length}`);
  return Array.from({ length: count }, (_, index) => {
    const start = base + index * 2 ** hostBits;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${32 - hostBits}`;
  });
}
