import * as z from 'zod';
import type { FieldDocumentation } from './field-documentation';
import { labConfigSchema } from './schema';

/** What a key holds. A group holds further keys of its own; a map has keys that its author chooses. */
export type FieldKind = 'group' | 'text' | 'whole number' | 'list' | 'map';

/** One key of `lab.yaml`, as the schema describes it. */
export interface ConfigField extends FieldDocumentation {
  /** The key with its groups, such as `karpenter.limits.cpu`. */
  readonly key: string;
  readonly kind: FieldKind;
  /** Not set for a group: its keys have defaults. */
  readonly default?: unknown;
}

/** A node of a JSON Schema, as far as it is read here. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Aliases of keys, for the command line. */
export const KEY_ALIASES: ReadonlyMap<string, string> = new Map([['scale', 'inflate.replicas']]);

/** The schema of `lab.yaml` as its author writes it, every key optional, with the documentation of each key in place. */
export function inputJsonSchema(): JsonSchema {
  return z.toJSONSchema(labConfigSchema, { io: 'input', target: 'draft-7' });
}

let fields: readonly ConfigField[] | undefined;

/** All keys of `lab.yaml`, groups before their keys, in the order of the schema. */
export function configFields(): readonly ConfigField[] {
  fields ??= fieldsIn(inputJsonSchema(), '');
  return fields;
}

function fieldsIn(schema: JsonSchema, prefix: string): readonly ConfigField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, node]) => {
    if (typeof node === 'boolean') {
      return [];
    }
    const key = `${prefix}${name}`;
    const kind = kindOf(node);
    const field = { ...documentationOf(key, node), key, kind, default: kind === 'group' ? undefined : node.default };
    return [field, ...fieldsIn(node, `${key}.`)];
  });
}

function kindOf(schema: JsonSchema): FieldKind {
  if (schema.type === 'object') {
    return schema.properties === undefined ? 'map' : 'group';
  }
  if (schema.type === 'array') {
    return 'list';
  }
  return schema.type === 'integer' ? 'whole number' : 'text';
}

function documentationOf(key: string, schema: JsonSchema): FieldDocumentation {
  const { description, allowed, remedy, link, examples } = schema;
  if (typeof description !== 'string' || typeof allowed !== 'string') {
    throw new TypeError(`the schema does not document ${key}`);
  }
  return {
    description,
    allowed,
    remedy: typeof remedy === 'string' ? remedy : undefined,
    link: typeof link === 'string' ? link : undefined,
    examples,
  };
}
