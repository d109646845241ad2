import type { SweepResult } from '../../actions/sweep/sweep-result';
import { ExitCode } from '../exit-code';
import { assemblyFlag, deployedAssembly, type AssemblyFlags } from '../flags/assembly-flag';
import { contextFlag } from '../flags/context-flag';
import { dryRunFlag, type DryRunFlags } from '../flags/dry-run-flag';
import { timeoutFlag, type TimeoutFlags } from '../flags/timeout-flag';
import { confirmed, yesFlag, type YesFlags } from '../flags/yes-flag';
import { countedText } from '../format/quantity-text';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { leftoversText } from './leftovers-text';
import { sweepText } from './sweep-text';

type SweepFlags = AssemblyFlags & DryRunFlags & TimeoutFlags & YesFlags;

/** `lab sweep`: what a lab whose stack is gone has left in AWS. */
export const sweepVerb: Verb = {
  name: 'sweep',
  summary: 'remove what a lab whose stack is gone has left in AWS',
  description: 'Finds what Karpenter, Kubernetes and EKS made for the lab and left behind, by exact tags and paths, shows it with '
    + 'that evidence, asks, removes it, and lists again. It refuses while the stack or the cluster still exists: use teardown '
    + 'then. It exits with 1 if anything is left that AWS bills for.',
  flags: [dryRunFlag, yesFlag, timeoutFlag('seconds to wait for what is still in use (default: 600)'), assemblyFlag, contextFlag],
  run: runSweep,
};

async function runSweep(invocation: Invocation): Promise<VerbOutcome> {
  const { host, progress, show } = invocation;
  const flags = invocation.flags<SweepFlags>();
  const assemblyDirectory = await deployedAssembly(flags, invocation);
  const result = await host.actions.sweepLab({
    assemblyDirectory,
    isDryRun: flags.dryRun ?? false,
    timeoutSeconds: flags.timeout,
    confirm: async ({ account, region, clusterName, found }) => {
      show((layout) => leftoversText('Leftovers', found, layout));
      return confirmed(`Remove ${countedText(found.length, 'leftover')} of the lab ${clusterName} in account ${account}, ${region}?`, flags, invocation);
    },
    onProgress: progress,
    signal: host.signal,
  });
  return { result, text: (layout) => sweepText(result, layout), exitCode: exitCodeOf(result) };
}

function exitCodeOf({ outcome, isBillableLeft }: SweepResult): ExitCode {
  if (outcome === 'listed') return ExitCode.Ok;
  return outcome === 'declined' || isBillableLeft ? ExitCode.Failed : ExitCode.Ok;
}
