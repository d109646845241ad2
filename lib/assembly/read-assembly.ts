import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIGURATION_METADATA } from '../config/names';
import { arrayAt, isJsonObject, type JsonObject, type JsonValue, numberAt, objectAt, parseJson, textAt } from '../json';
import { LabError } from '../lab-error';
import { SynthesizedStack } from './synthesized-stack';

/** The file of an assembly that names its parts. */
export const MANIFEST_FILE = 'manifest.json';

/** Type of a stack among the parts of an assembly. */
export const STACK_ARTIFACT = 'aws:cloudformation:stack';

/** Stacks that a manifest names, by id. */
function stackArtifacts(manifest: JsonValue): readonly (readonly [id: string, artifact: JsonObject])[] {
  return Object.entries(objectAt(manifest, 'artifacts'))
    .filter(([, artifact]) => textAt(artifact, 'type') === STACK_ARTIFACT)
    .map(([id, artifact]) => [id, objectAt(artifact)]);
}

/**
 * Reads the lab's stack from a synthesized assembly.
 *
 * @param directory the folder that `cdk synth` wrote
 * @example readAssembly('cdk.out').resourcesOfType('AWS::EC2::Subnet')
 * @throws LabError `AssemblyNotFound` when nothing was synthesized there
 * @throws LabError `AssemblyUnreadable` when the folder does not hold exactly one stack that can be read
 */
export function readAssembly(directory: string): SynthesizedStack {
  const manifestFile = join(directory, MANIFEST_FILE);
  if (!existsSync(manifestFile)) {
    throw new LabError({
      code: 'AssemblyNotFound',
      message: 'There is no synthesized lab in this folder.',
      received: directory,
      remedy: 'Run npm run synth, then try again.',
    });
  }

  const stacks = stackArtifacts(readJsonFile(manifestFile));
  const [stack, ...others] = stacks;
  if (stack === undefined || others.length > 0) {
    throw unreadable(`The assembly holds ${stacks.length} stacks where the lab is one.`, manifestFile);
  }

  return readStack(directory, ...stack);
}

function readStack(directory: string, artifactId: string, artifact: JsonObject): SynthesizedStack {
  const templateFile = textAt(artifact, 'properties', 'templateFile');
  if (templateFile === undefined) throw unreadable('The stack names no template.', artifactId);

  // "aws://ACCOUNT/REGION"; CDK writes unknown-account and unknown-region where the app binds the stack to none.
  const [account, region] = textAt(artifact, 'environment')?.split('/').slice(-2) ?? [];
  if (region === undefined || region === 'unknown-region') {
    throw unreadable('The stack is bound to no region.', textAt(artifact, 'environment') ?? artifactId);
  }

  return new SynthesizedStack({
    stackName: textAt(artifact, 'properties', 'stackName') ?? artifactId,
    region,
    account: account === 'unknown-account' ? undefined : account,
    template: readJsonFile(join(directory, templateFile)),
  });
}

function readJsonFile(file: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable('A file of the assembly cannot be read.', file, cause);
  }

  let parsed;
  try {
    parsed = parseJson(text);
  } catch (cause) {
    throw unreadable('A file of the assembly is not JSON.', file, cause);
  }
  if (!isJsonObject(parsed)) throw unreadable('A file of the assembly is not a JSON object.', file);
  return parsed;
}

function unreadable(message: string, received: string, cause?: unknown): LabError {
  return new LabError({
    code: 'AssemblyUnreadable',
    message,
    received,
    remedy: 'Delete the folder and run npm run synth.',
    cause,
  });
}

/**
 * The configuration that an assembly was made from.
 *
 * @returns undefined for an assembly that does not record it: it is not the lab's, an earlier version of the lab made it, or it is damaged
 */
export function assemblyConfiguration(directory: string): JsonObject | undefined {
  const [[, stack] = []] = stackArtifacts(jsonIn(join(directory, MANIFEST_FILE)));
  const file = textAt(stack, 'additionalMetadataFile');
  const metadata = file === undefined ? objectAt(stack, 'metadata') : jsonIn(join(directory, file));
  const found = Object.keys(metadata).flatMap((path) => arrayAt(metadata, path)).find((entry) => textAt(entry, 'type') === CONFIGURATION_METADATA);
  return found === undefined ? undefined : objectAt(found, 'data');
}

/** The JSON object in a file; an empty one where the file is not JSON, which {@link readAssembly} reports. */
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

/** What a stack needs of the CDK's bootstrap stack, which stores its assets and has the roles that deploy it. */
export interface BootstrapRequirement {
  /** Lowest version of the bootstrap stack. */
  readonly version: number;
  /** SSM parameter in which the bootstrap stack writes its version. */
  readonly parameterName: string;
}

/**
 * Reads what the stack of an assembly needs of the CDK's bootstrap stack.
 *
 * @param directory the folder that `cdk synth` wrote
 * @returns undefined for a stack that needs no bootstrap stack
 */
export function readBootstrapRequirement(directory: string): BootstrapRequirement | undefined {
  const [[, stack] = []] = stackArtifacts(readJsonFile(join(directory, MANIFEST_FILE)));
  const version = numberAt(stack, 'properties', 'requiresBootstrapStackVersion');
  const parameterName = textAt(stack, 'properties', 'bootstrapStackVersionSsmParameter');
  return version === undefined || parameterName === undefined ? undefined : { version, parameterName };
}
