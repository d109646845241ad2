import * as z from 'zod';
import type { JsonValue } from '../json';
import { listed } from '../words';
import { type FieldDocumentation, labConfigSchema } from './schema';

/** What a key holds. A group holds further keys of its own; a map has keys that its author chooses. */
export type FieldKind = 'group' | 'text' | 'whole number' | 'list' | 'map';

/** One key of `lab.yaml`, as the schema describes it. */
export interface ConfigField extends FieldDocumentation {
  /** What is accepted, as a noun phrase: of a group its keys. */
  readonly allowed: string;
  /** The key with its groups, such as `karpenter.limits.cpu`. */
  readonly key: string;
  readonly kind: FieldKind;
  /** Not set for a group: its keys have defaults. */
  readonly default?: JsonValue;
}

/** A schema within a JSON Schema. */
type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Aliases of keys, for the command line. */
export const KEY_ALIASES: ReadonlyMap<string, string> = new Map([['scale', 'inflate.replicas']]);

/** The schema of `lab.yaml` as its author writes it, every key optional, with the documentation of each key in place. */
function inputJsonSchema(): JsonSchema {
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
    const field = { ...documentationOf(key, node), key, kind, default: kind === 'group' ? undefined : node.default as JsonValue };
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

function documentationOf(key: string, schema: JsonSchema): FieldDocumentation & Pick<ConfigField, 'allowed'> {
  const { description, remedy, link, examples } = schema;
  const allowed = schema.properties === undefined ? schema.allowed : `the keys ${listed(Object.keys(schema.properties))}`;
  if (typeof description !== 'string' || typeof allowed !== 'string') {
    throw new TypeError(`the schema does not document ${key}`);
  }
  return {
    description,
    allowed,
    remedy: typeof remedy === 'string' ? remedy : undefined,
    link: typeof link === 'string' ? link : undefined,
    examples: examples as readonly JsonValue[] | undefined,
  };
}

/** The files that are generated from the schema. */
export interface ConfigDocs {
  /** `lab.schema.json`: what an editor checks `lab.yaml` with. */
  readonly schemaJson: string;
  /** `docs/configuration.md`: the reference of all keys. */
  readonly markdown: string;
}

/** Renders the JSON Schema and the reference. A test keeps both files in step. */
export function renderConfigDocs(): ConfigDocs {
  return { schemaJson: renderSchema(), markdown: renderMarkdown() };
}

function renderSchema(): string {
  const schema = { title: 'lab.yaml', description: 'Configuration of the Karpenter lab.', ...forEditors(inputJsonSchema()) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** Moves the keywords that only this project understands into the description, which editors show. */
function forEditors(schema: JsonSchema): JsonSchema {
  const { allowed, link, description, properties, ...rest } = schema;
  delete rest.remedy;
  const sentences = [
    description,
    typeof allowed === 'string' ? `Allowed: ${allowed}.` : undefined,
    typeof link === 'string' ? `See ${link}` : undefined,
  ].filter((sentence) => sentence !== undefined);
  return {
    ...(sentences.length > 0 && { description: sentences.join('\n') }),
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(
        ([name, node]) => [name, typeof node === 'boolean' ? node : forEditors(node)],
      )),
    }),
  };
}

function renderMarkdown(): string {
  const aliases = [...KEY_ALIASES].map(([alias, key]) => `\`${alias}\` is short for \`${key}\`.`);
  return `<!-- Generated from lib/config/schema.ts by \`npm run update:config\`. Change the schema, not this file. -->

# Configuration

\`lab.yaml\` in the project's root is all there is to configure. Every key may be left out: its default gives the exercise as it is written. Values are checked before anything else happens, and all problems are shown at once.

A key can also be given for one run, without touching the file:

\`\`\`sh
npx cdk deploy -c scale=5 -c clusterName=lab-two -c apiAccess=203.0.113.7/32
\`\`\`

On the command line a nested key has dots (\`-c karpenter.limits.cpu=50\`), a list has commas (\`-c karpenter.capacityTypes=spot,on-demand\`), and a tag stands below \`tags\` (\`-c tags.Course=karpenter\`). ${aliases.join(' ')} What is given for one run goes before the file, and the file before the defaults. It is not remembered: say it to each command, as \`lab plan\` does in its next steps. \`lab\` synthesizes it into \`.lab/overridden/\`, so that \`cdk.out/\` stays the lab of the file; \`lab deploy\` alone writes it to \`cdk.out/\`, where later commands find the lab that was deployed.

What \`-c\` accepts depends on whose command line it is:

- \`lab\` and \`npm run charts\` refuse every key that is not in the table below, and name the nearest.
- \`cdk\` shares its context with the CDK itself, with \`cdk.json\` and with your \`~/.cdk.json\`, so a foreign key such as \`stage=dev\` is left alone. What looks like one of ours is refused there too: a slip (\`sclae\`, \`clustername\`), an unknown key of a group (\`inflate.foo\`), the last word of a nested key (\`replicas\`, \`cpu\`, \`count\`), the beginning of a name (\`api\`, \`nat\`) and a word of one (\`cluster\`, \`name\`, \`cidr\`), in upper or lower case, singular or plural.
- Both leave to the CDK what is its own: keys with \`:\` in them or with \`@\` before them. \`cdk\` also leaves alone those with \`/\` in them or \`aws\` before them. A tag's key below \`tags\` may hold any of these.

## Keys

| Key | Type | Default | Meaning |
|---|---|---|---|
${configFields().map(renderRow).join('\n')}

## Rules between keys

- \`availabilityZones\` are zones of \`region\`; \`natGateways\` is at most their number.
- \`kubernetesVersion\` is one that this project pins add-ons and a node image for, and \`karpenter.version\` supports it.
- \`inflate.replicas\` pods of \`inflate.cpu\` fit into \`karpenter.limits.cpu\`, less what the kubelet keeps of one node with that many cores. The plan counts more closely.
- \`inflate.namespace\` is not \`karpenter.namespace\`.
`;
}

function renderRow(field: ConfigField): string {
  const defaultValue = field.kind === 'group' ? '' : `\`${JSON.stringify(field.default)}\``;
  const link = field.link === undefined ? '' : ` [More](${field.link})`;
  const meaning = field.kind === 'group' ? field.description : `${field.description} Allowed: ${field.allowed}.${link}`;
  return `| \`${field.key}\` | ${field.kind} | ${defaultValue} | ${meaning.replaceAll('|', '\\|')} |`;
}
