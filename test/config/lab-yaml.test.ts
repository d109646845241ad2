import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { isMap, isScalar, parse, parseDocument, type YAMLMap } from 'yaml';
import { configFields, renderConfigDocs } from '../../lib/config/fields';
import { loadConfig } from '../../lib/config/load';
import { labConfigSchema } from '../../lib/config/schema';

const ROOT = join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Each key of a map with the comment above it, in dots: the comment of a map's first key hangs on the map. */
function commentedKeys(map: YAMLMap, prefix = ''): readonly (readonly [string, string | null | undefined])[] {
  return (map.items).flatMap((pair, index) => {
    if (!isScalar(pair.key)) {
      throw new TypeError('a key is not a word');
    }
    const key = `${prefix}${String(pair.key.value)}`;
    const comment = pair.key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    const children = isMap(pair.value) && pair.value.items.length > 0 ? commentedKeys(pair.value, `${key}.`) : [];
    return [[key, comment] as const, ...children];
  });
}

describe('lab.yaml', () => {
  const text = read('lab.yaml');
  const content: unknown = parse(text);

  // The only test that an edited lab.yaml fails: as it is committed, it is the defaults.
  it('says, as it is committed, what the schema says: every key, with its default', () => {
    expect(content).toEqual(labConfigSchema.parse({}));
    expect(loadConfig({ file: join(ROOT, 'lab.yaml') })).toEqual(labConfigSchema.parse({}));
  });

  it('has the keys in the order of the schema, and a comment above each', () => {
    const { contents } = parseDocument(text);
    if (!isMap(contents)) {
      throw new TypeError('lab.yaml is no map');
    }
    const keys = commentedKeys(contents);
    expect(keys.map(([key]) => key)).toEqual(configFields().map((field) => field.key));
    expect(keys.filter(([, comment]) => (comment ?? '').trim() === '')).toEqual([]);
  });

  it('tells editors its schema in the first line', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./lab.schema.json');
  });
});

describe('lab.schema.json', () => {
  const schema = JSON.parse(read('lab.schema.json')) as object;

  it('is in step with the schema; if not, run `npm run update:config`', () => {
    expect(read('lab.schema.json')).toBe(renderConfigDocs().schemaJson);
  });

  it('accepts lab.yaml and an empty file', () => {
    const validate = new Ajv({ strict: true }).compile(schema);
    expect([validate(parse(read('lab.yaml'))), validate.errors]).toEqual([true, null]);
    expect(validate({})).toBe(true);
  });

  test.each([
    { content: { clusterNam: 'x' }, fact: 'a key is unknown' },
    { content: { inflate: { replicas: 'five' } }, fact: 'the scale is a word' },
    { content: { clusterName: 'lab_two' }, fact: 'the cluster name has an underscore' },
    { content: { karpenter: { instanceCategories: ['c5'] } }, fact: 'a category has a generation' },
    { content: { natGateways: 0 }, fact: 'there is no NAT gateway' },
  ])('fails when $fact', ({ content }) => {
    expect(new Ajv({ strict: true }).validate(schema, content)).toBe(false);
  });
});

describe('docs/configuration.md', () => {
  it('is in step with the schema; if not, run `npm run update:config`', () => {
    expect(read('docs/configuration.md')).toBe(renderConfigDocs().markdown);
  });

  it('describes every key', () => {
    for (const { key } of configFields()) {
      expect(renderConfigDocs().markdown).toContain(`| \`${key}\` |`);
    }
  });
});

describe('the documentation of keys', () => {
  test.each(configFields())('of $key is whole sentences and a link', ({ description, kind, link }) => {
    expect(description).toMatch(/^[A-Z0-9].*\.$/);
    expect(kind === 'group' || (link ?? '').startsWith('https://')).toBe(true);
  });
});
