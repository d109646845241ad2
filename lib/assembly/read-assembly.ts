import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../lab-error';
import { isJsonObject, objectAt, parseJson, textAt, type JsonObject } from './json';
import { SynthesizedStack } from './synthesized-stack';

const MANIFEST_FILE = 'manifest.json';
const STACK_ARTIFACT = 'aws:cloudformation:stack';

/**
 * Reads the lab's stack from a synthesized assembly.
 *
 * @param directory the folder that `cdk synth` wrote, such as `cdk.out`
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

  const stacks = Object.entries(objectAt(readJsonFile(manifestFile), 'artifacts'))
    .filter(([, artifact]) => textAt(artifact, 'type') === STACK_ARTIFACT);
  const [stack, ...others] = stacks;
  if (stack === undefined || others.length > 0) {
    throw unreadable(`The assembly holds ${stacks.length} stacks where the lab is one.`, manifestFile);
  }

  const [artifactId, artifact] = stack;
  return readStack(directory, artifactId, objectAt(artifact));
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
