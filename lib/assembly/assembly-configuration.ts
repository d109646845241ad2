import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayAt, isJsonObject, objectAt, parseJson, textAt, type JsonObject } from './json';

/** Type of the metadata by which a stack says of which configuration it was made. It is in the assembly, not in the template. */
export const CONFIGURATION_METADATA = 'karpenter-lab:configuration';

const STACK_ARTIFACT = 'aws:cloudformation:stack';

/**
 * The configuration that an assembly was made of.
 *
 * @returns undefined where it does not say so: it is not the lab's, or an earlier version or a broken disk made it
 */
export function assemblyConfiguration(directory: string): JsonObject | undefined {
  const stack = Object.values(objectAt(jsonIn(join(directory, 'manifest.json')), 'artifacts')).find((artifact) => textAt(artifact, 'type') === STACK_ARTIFACT);
  const file = textAt(stack, 'additionalMetadataFile');
  const metadata = file === undefined ? objectAt(stack, 'metadata') : jsonIn(join(directory, file));
  const found = Object.keys(metadata).flatMap((path) => arrayAt(metadata, path)).find((entry) => textAt(entry, 'type') === CONFIGURATION_METADATA);
  return found === undefined ? undefined : objectAt(found, 'data');
}

/** A file that is no JSON says nothing here; who reads the assembly itself says what is wrong with it. */
function jsonIn(file: string): JsonObject {
  if (!existsSync(file)) return {};
  try {
    const parsed = parseJson(readFileSync(file, 'utf8'));
    return isJsonObject(parsed) ? parsed : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
