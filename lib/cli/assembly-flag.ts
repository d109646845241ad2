import { join, resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { AssemblyState } from '../assembly/assembly-state';
import { ConfigFileError, InvalidConfig } from '../config/problems';
import { contextFlag, type ContextOverrides } from './context-flag';
import { shellWord } from '../words';
import type { FlagsOf, Invocation } from './verb';

const DEFAULT_FOLDER = 'cdk.out';

/** Where overrides go, so that `cdk.out` stays the lab of `lab.yaml`, or the one that was deployed. */
const OVERRIDDEN_FOLDER = join('.lab', 'overridden');

/** `--assembly`: which synthesized assembly a verb reads. */
export const assemblyFlag = new Option('--assembly <folder>', `synthesized assembly to read as it is (default: "${DEFAULT_FOLDER}")`);

/** `--assembly` of a verb that would synthesize first. */
export const assemblyToDeployFlag = new Option(
  '--assembly <folder>', `deploy this synthesized assembly as it is (default: synthesize into "${DEFAULT_FOLDER}" first)`,
);

/** Which lab is meant. */
export const assemblyFlags = [assemblyFlag, contextFlag] as const;

/** What the user wrote about the lab. */
export type AssemblyFlags = FlagsOf<typeof assemblyFlags>;

/**
 * The folder of the lab as it is configured now, for verbs about what will be. `cdk.out` is synthesized anew where it is absent or
 * outdated; a folder that was named is read as it is; overrides are synthesized into a folder of their own.
 */
export async function configuredAssembly(flags: AssemblyFlags, invocation: Invocation): Promise<string> {
  const asked = await askedForAssembly(flags, invocation);
  if (asked !== undefined) return asked;
  const { host } = invocation;
  const assemblyDirectory = resolve(host.workingDirectory, DEFAULT_FOLDER);
  const found = await host.actions.assemblyState(assemblyDirectory);
  if (found.state !== 'current') {
    await synthesizeWithNote(assemblyDirectory, {}, anewText(found), invocation);
  }
  return assemblyDirectory;
}

/**
 * The folder of the lab as it was deployed, for verbs about what is there. `cdk.out` is read as it is, whatever has become of
 * `lab.yaml` since: a lab must not be lost because its name was changed. Where `lab.yaml` names another lab by now, a note says so.
 */
export async function deployedAssembly(flags: AssemblyFlags, invocation: Invocation): Promise<string> {
  const asked = await askedForAssembly(flags, invocation);
  if (asked !== undefined) return asked;
  const { host, note } = invocation;
  const assemblyDirectory = resolve(host.workingDirectory, DEFAULT_FOLDER);
  const found = await stateOrRefusal(assemblyDirectory, invocation);
  if (found instanceof Error) {
    note(`lab.yaml is refused (${found.code}); ${DEFAULT_FOLDER} is read as it is.`);
  } else if (found.state === 'absent') {
    await synthesizeWithNote(assemblyDirectory, {}, anewText(found), invocation);
  } else if (found.state === 'outdated' && found.clusterName !== undefined && found.clusterName !== found.configuredClusterName) {
    note(`This is about the lab ${found.clusterName}, as ${DEFAULT_FOLDER} has it. lab.yaml names ${found.configuredClusterName}: for that one say -c clusterName=${found.configuredClusterName}.`);
  }
  return assemblyDirectory;
}

/** The folder of a lab that is about to be deployed. It is synthesized into `cdk.out`, where later verbs find it; a folder that was named is taken as it is. */
export async function assemblyToDeploy(flags: AssemblyFlags, invocation: Invocation): Promise<string> {
  if (flags.assembly !== undefined) return configuredAssembly(flags, invocation);
  const assemblyDirectory = resolve(invocation.host.workingDirectory, DEFAULT_FOLDER);
  const { context = {} } = flags;
  const overrides = Object.keys(context).length === 0 ? '' : ` with ${pairsText(context)}`;
  await synthesizeWithNote(assemblyDirectory, context, `Synthesizing${overrides} ...`, invocation);
  return assemblyDirectory;
}

/** The folder that flags ask for, by its name, by overrides or by both; undefined without such flags. Overrides are synthesized into it. */
async function askedForAssembly({ assembly, context }: AssemblyFlags, invocation: Invocation): Promise<string | undefined> {
  if (assembly === undefined && context === undefined) return undefined;
  const folder = assembly ?? OVERRIDDEN_FOLDER;
  const assemblyDirectory = resolve(invocation.host.workingDirectory, folder);
  if (context !== undefined) {
    await synthesizeWithNote(assemblyDirectory, context, `Synthesizing into ${folder} with ${pairsText(context)} ...`, invocation);
  }
  return assemblyDirectory;
}

async function synthesizeWithNote(assemblyDirectory: string, context: ContextOverrides, text: string, { host, note, run }: Invocation): Promise<void> {
  await host.actions.synthesize({ assemblyDirectory, context, onStart: () => note(text), onOutput: note }, run);
}

/** The state of the assembly, or why `lab.yaml` is refused: a lab that was synthesized before can be removed all the same. */
async function stateOrRefusal(assemblyDirectory: string, { host }: Invocation): Promise<AssemblyState | InvalidConfig | ConfigFileError> {
  try {
    return await host.actions.assemblyState(assemblyDirectory);
  } catch (error) {
    if (error instanceof InvalidConfig || error instanceof ConfigFileError) return error;
    throw error;
  }
}

function anewText(found: Exclude<AssemblyState, { readonly state: 'current' }>): string {
  if (found.state === 'absent') return 'Nothing is synthesized yet. Synthesizing the lab first ...';
  const { reason, clusterName, configuredClusterName } = found;
  const other = clusterName === undefined || clusterName === configuredClusterName ? '' : ` It was of the lab ${clusterName}: say -c clusterName=${clusterName} for that one.`;
  return `${DEFAULT_FOLDER} is outdated: ${reason}.${other} Synthesizing it anew ...`;
}

function pairsText(context: ContextOverrides): string {
  return Object.entries(context).map((pair) => pair.join('=')).join(', ');
}

/** The arguments by which another command means the same lab, as words of a shell. */
export function labArguments({ assembly, context = {} }: AssemblyFlags): readonly string[] {
  return [
    ...(assembly === undefined ? [] : [`--assembly ${shellWord(assembly)}`]),
    ...Object.entries(context).map(([key, value]) => `-c ${shellWord(`${key}=${value}`)}`),
  ];
}
