import { existsSync } from 'node:fs';
import { readyAssembly, type AssemblyFlags } from '../flags/assembly-flag';
import type { Invocation } from '../verb';

/**
 * The folder of the assembly to rehearse. In a new clone nothing is synthesized, so it is synthesized first; a folder that the
 * user named is read as it is.
 */
export async function rehearsedAssembly(flags: AssemblyFlags, invocation: Invocation): Promise<string> {
  const { host, note } = invocation;
  const assemblyDirectory = await readyAssembly(flags, invocation);
  if (flags.assembly === undefined && flags.context === undefined && !existsSync(assemblyDirectory)) {
    note('Nothing is synthesized yet. Synthesizing the lab first ...');
    await host.actions.synthesize({ assemblyDirectory, context: {}, onOutput: note, signal: host.signal });
  }
  return assemblyDirectory;
}
