import type { LabConnection } from '../../actions/connected-lab';
import { kubeconfigPath } from '../../kubernetes/lab-cluster';
import type { Invocation, VerbFlag } from '../verb';
import { assemblyFlag, deployedAssembly, type AssemblyFlags } from './assembly-flag';
import { contextFlag } from './context-flag';
import { kubeconfigFlag, type KubeconfigFlags } from './kubeconfig-flag';

/** Flags of every verb that works on the lab's cluster. */
export const connectionFlags: readonly VerbFlag[] = [assemblyFlag, contextFlag, kubeconfigFlag];

/** What the user wrote about the lab and its cluster. */
export type ConnectionFlags = AssemblyFlags & KubeconfigFlags;

/** Which lab is meant, and how its cluster is reached. */
export async function labConnection(flags: ConnectionFlags, invocation: Invocation): Promise<LabConnection> {
  const { workingDirectory, env, signal } = invocation.host;
  return {
    assemblyDirectory: await deployedAssembly(flags, invocation),
    kubeconfig: kubeconfigPath({ kubeconfig: flags.kubeconfig, workingDirectory, env }),
    signal,
  };
}
