#!/usr/bin/env node
// Rewrites charts/schemas/ from the CRDs of one Karpenter release. `npm run upgrade:karpenter` runs it, with Go on its PATH,
// because the CRDs travel in Karpenter's Go module.
//
// For each kind it writes the JSON Schema that the tests validate manifests with, and the TypeScript
// types that the charts are written against.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { parse } from 'yaml';

const MODULE = 'github.com/aws/karpenter-provider-aws';
const CRD_FOLDER = 'pkg/apis/crds';
const API_VERSION = 'v1';
const CRDS = ['karpenter.sh_nodepools', 'karpenter.k8s.aws_ec2nodeclasses'];
const OUTPUT_FOLDER = path.resolve(import.meta.dirname, '../charts/schemas');

/**
 * The keywords kept for each JSON type: those that say which values are allowed. Prose, defaults, OpenAPI formats
 * and CEL rules (`x-kubernetes-validations`) are left out, and so are keywords that mean nothing for their type.
 */
const KEYWORDS = {
  object: ['required', 'minProperties', 'maxProperties'],
  array: ['minItems', 'maxItems', 'uniqueItems'],
  string: ['enum', 'pattern', 'minLength', 'maxLength'],
  integer: ['enum', 'minimum', 'maximum'],
  number: ['enum', 'minimum', 'maximum'],
  boolean: [],
};

const version = process.argv[2];
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
  throw new Error(`Give the Karpenter version as MAJOR.MINOR.PATCH. Received: ${version ?? 'nothing'}`);
}

const module = JSON.parse(execFileSync('go', ['mod', 'download', '-json', `${MODULE}@v${version}`], { encoding: 'utf8' }));
mkdirSync(OUTPUT_FOLDER, { recursive: true });
for (const crd of CRDS) {
  const source = `${CRD_FOLDER}/${crd}.yaml`;
  const schema = manifestSchema(parse(readFileSync(path.join(module.Dir, source), 'utf8')), {
    karpenterVersion: version,
    source: `${MODULE}@v${version}/${source}`,
    moduleSum: module.Sum,
  });
  const file = path.join(OUTPUT_FOLDER, `${crd}.${API_VERSION}`);
  writeFileSync(`${file}.json`, `${JSON.stringify(schema, undefined, 2)}\n`);
  writeFileSync(`${file}.ts`, await typesOf(schema));
}

/** The schema of a manifest that a user may apply: the CRD's, without `status`, and with a fixed apiVersion and kind. */
function manifestSchema(crd, provenance) {
  const { group, names, versions } = crd.spec;
  const served = versions.find(({ name, served }) => name === API_VERSION && served);
  if (served === undefined) {
    throw new Error(`${crd.metadata.name} does not serve ${API_VERSION}.`);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: 'Written by scripts/update-karpenter-schemas.mjs. Do not edit.',
    title: names.kind,
    'x-provenance': provenance,
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: `${group}/${API_VERSION}` },
      kind: { const: names.kind },
      metadata: { type: 'object' },
      spec: structureOf(served.schema.openAPIV3Schema.properties.spec),
    },
    additionalProperties: false,
  };
}

/** The structural part of an OpenAPI schema, as a JSON Schema that refuses fields the CRD does not declare. */
function structureOf(openApi) {
  if (openApi['x-kubernetes-int-or-string']) {
    return { type: ['integer', 'string'], pattern: openApi.pattern };
  }
  const { type, properties, items, additionalProperties } = openApi;
  if (!(type in KEYWORDS)) {
    throw new Error(`A schema of type ${type} is not understood: ${JSON.stringify(openApi)}`);
  }
  return {
    type,
    ...Object.fromEntries(Object.entries(openApi).filter(([keyword]) => KEYWORDS[type].includes(keyword))),
    ...(items && { items: structureOf(items) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, structureOf(property)])),
      additionalProperties: false,
    }),
    ...(additionalProperties && { additionalProperties: structureOf(additionalProperties) }),
  };
}

/** The TypeScript interface of a manifest, as source text. */
function typesOf(schema) {
  return compile(schema, schema.title, {
    bannerComment: `// Written by scripts/update-karpenter-schemas.mjs from\n// ${schema['x-provenance'].source}. Do not edit.`,
    ignoreMinAndMaxItems: true,
    format: true,
    style: { singleQuote: true, printWidth: 120 },
  });
}
