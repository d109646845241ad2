import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { RichPropertyType, type Property, type PropertyType, type SpecDatabase } from '@aws-cdk/service-spec-types';

/** A resource as it stands in a template. */
export interface TemplateBody {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/**
 * CloudFormation's own description of its resource types, as AWS publishes it, to check templates
 * against: names, nesting and types of properties, and which of them must be there.
 */
export class CloudFormationSchema {
  private readonly spec: SpecDatabase = loadAwsServiceSpecSync();

  /** What CloudFormation would refuse in a resource, each as a path and a sentence. Custom resources take anything. */
  violations(logicalId: string, resource: TemplateBody): readonly string[] {
    if (resource.Type.startsWith('Custom::')) return [];
    const [type] = this.spec.lookup('resource', 'cloudFormationType', 'equals', resource.Type);
    if (type === undefined) return [`${logicalId}: CloudFormation has no type ${resource.Type}`];
    return this.violationsInObject(logicalId, resource.Properties ?? {}, type.properties);
  }

  private violationsInObject(path: string, value: object, properties: Readonly<Record<string, Property>>): readonly string[] {
    const unknown = Object.keys(value).filter((key) => properties[key] === undefined);
    const missing = Object.entries(properties).filter(([key, property]) => property.required === true && !(key in value));
    return [
      ...unknown.map((key) => `${path}.${key} is not a property`),
      ...missing.map(([key]) => `${path}.${key} is missing`),
      ...Object.entries(value).flatMap(([key, inner]) => {
        const property = properties[key];
        return property === undefined ? [] : this.violationsInProperty(`${path}.${key}`, inner, property);
      }),
    ];
  }

  /** A property may have had other types, all of which CloudFormation still takes. */
  private violationsInProperty(path: string, value: unknown, property: Property): readonly string[] {
    const results = [property.type, ...(property.previousTypes ?? [])].map((type) => this.violationsInValue(path, value, type));
    return results.find((violations) => violations.length === 0) ?? results[0] ?? [];
  }

  private violationsInValue(path: string, value: unknown, type: PropertyType): readonly string[] {
    if (isIntrinsic(value)) return [];
    const wrong = [`${path} is ${JSON.stringify(value)}, not ${new RichPropertyType(type).stringify(this.spec)}`];
    const unless = (matches: boolean) => matches ? [] : wrong;
    switch (type.type) {
      case 'string':
      case 'date-time':
        // CloudFormation writes numbers and booleans as text where it wants text.
        return unless(['string', 'number', 'boolean'].includes(typeof value));
      case 'number':
      case 'integer':
        return unless(typeof value === 'number' || (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value))));
      case 'boolean':
        return unless(typeof value === 'boolean' || value === 'true' || value === 'false');
      case 'json':
        return unless(typeof value === 'object' || typeof value === 'string');
      case 'tag':
        return unless(isObject(value) && typeof value['Key'] === 'string' && 'Value' in value);
      case 'array':
        return Array.isArray(value) ? value.flatMap((item, index) => this.violationsInValue(`${path}[${index}]`, item, type.element)) : wrong;
      case 'map':
        return isObject(value) ? Object.entries(value).flatMap(([key, item]) => this.violationsInValue(`${path}.${key}`, item, type.element)) : wrong;
      case 'ref': {
        const { properties } = this.spec.get('typeDefinition', type.reference.$ref);
        return isObject(value) ? this.violationsInObject(path, value, properties) : wrong;
      }
      case 'union': {
        const results = type.types.map((option) => this.violationsInValue(path, value, option));
        return results.find((violations) => violations.length === 0) ?? results[0] ?? wrong;
      }
      case 'null':
        return unless(value === null);
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIntrinsic(value: unknown): boolean {
  if (!isObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]?.startsWith('Fn::') === true);
}
