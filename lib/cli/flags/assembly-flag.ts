import { resolve } from 'node:path';
import { shellWord } from '../text/shell-word';
import type { Invocation, VerbFlag } from '../verb';

const DEFAULT_FOLDER = 'cdk.out';

/** `--assembly`: which synthesized assembly a verb reads. */
export const assemblyFlag: VerbFlag = {
  flags: '--assembly <folder>',
  summary: `synthesized assembly to read (default: "${DEFAULT_FOLDER}")`,
};

/** What the user wrote about the assembly. */
export interface AssemblyFlags {
  /** @default 'cdk.out' */
  readonly assembly?: string;
  /** @default - the assembly is read as it is */
  readonly context?: Readonly<Record<string, string>>;
}

/** The folder of the assembly that was asked for: synthesized anew where there are overrides, and read as it is otherwise. */
export async function readyAssembly(flags: AssemblyFlags, { host, note }: Invocation): Promise<string> {
  const folder = flags.assembly ?? DEFAULT_FOLDER;
  const assemblyDirectory = resolve(host.workingDirectory, folder);
  if (flags.context !== undefined) {
    note(`Synthesizing into ${folder} with ${Object.entries(flags.context).map((pair) => pair.join('=')).join(', ')} ...`);
    await host.actions.synthesize({ assemblyDirectory, context: flags.context, onOutput: note, signal: host.signal });
  }
  return assemblyDirectory;
}

/** What says to another command that the same lab is meant, as words of a shell. */
export function labArguments({ assembly, context = {} }: AssemblyFlags): readonly string[] {
  return [
    ...(assembly === undefined ? [] : [`--assembly ${shellWord(assembly)}`]),
    ...Object.entries(context).map(([key, value]) => `-c ${shellWord(`${key}=${value}`)}`),
  ];
}
