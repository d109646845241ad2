import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberAt, objectAt, parseJson, textAt } from './json';

/** What the stack of an assembly asks of the CDK's bootstrap stack, which receives its files and gives it its roles. */
export interface BootstrapRequirement {
  /** Lowest version of the bootstrap stack. */
  readonly version: number;
  /** SSM parameter in which the bootstrap stack writes its version. */
  readonly parameterName: string;
}

/**
 * Reads what the stack of an assembly asks of the CDK's bootstrap stack.
 *
 * @param directory the folder that `cdk synth` wrote
 * @returns undefined for a stack that asks nothing
 */
export function readBootstrapRequirement(directory: string): BootstrapRequirement | undefined {
  const manifest = parseJson(readFileSync(join(directory, 'manifest.json'), 'utf8'));
  for (const artifact of Object.values(objectAt(manifest, 'artifacts'))) {
    if (textAt(artifact, 'type') !== 'aws:cloudformation:stack') continue;
    const version = numberAt(artifact, 'properties', 'requiresBootstrapStackVersion');
    const parameterName = textAt(artifact, 'properties', 'bootstrapStackVersionSsmParameter');
    if (version !== undefined && parameterName !== undefined) return { version, parameterName };
  }
  return undefined;
}
