import type { TeardownResult } from '../../actions/teardown/teardown-result';
import { ExitCode } from '../exit-code';
import { dryRunFlag, type DryRunFlags } from '../flags/dry-run-flag';
import { connectionFlags, labConnection, type ConnectionFlags } from '../flags/lab-connection';
import { timeoutFlag, type TimeoutFlags } from '../flags/timeout-flag';
import { confirmed, yesFlag, type YesFlags } from '../flags/yes-flag';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { inventoryText, teardownQuestion, teardownText } from './teardown-text';

type TeardownFlags = ConnectionFlags & DryRunFlags & TimeoutFlags & YesFlags;

/** `lab teardown`: from a running class to an account without it. */
export const teardownVerb: Verb = {
  name: 'teardown',
  summary: 'remove the lab: drain Karpenter, delete the stack, sweep what is left, and prove it',
  description: 'Lists what there is, asks, and removes it in the order that works: workloads with their load balancers and '
    + 'volumes, all NodePools (students\' too), their nodes, the EC2NodeClasses, the stack, and what is left over. The stack, '
    + 'and Karpenter with it, stays until no instance runs; what Karpenter has not ended in time is terminated by its exact '
    + 'tags. It keeps no state: interrupted at any stage, the same command goes on. It exits with 1 if anything is left that '
    + 'AWS bills for.',
  flags: [dryRunFlag, yesFlag, timeoutFlag('seconds that Karpenter has to end its nodes (default: 900)'), ...connectionFlags],
  run: runTeardown,
};

async function runTeardown(invocation: Invocation): Promise<VerbOutcome> {
  const { host, progress, show } = invocation;
  const flags = invocation.flags<TeardownFlags>();
  const result = await host.actions.teardownLab({
    ...await labConnection(flags, invocation),
    isDryRun: flags.dryRun ?? false,
    timeoutSeconds: flags.timeout,
    confirm: async (inventory) => {
      show((layout) => inventoryText(inventory, layout));
      return confirmed(teardownQuestion(inventory), flags, invocation);
    },
    onProgress: progress,
  });
  return { result, text: (layout) => teardownText(result, layout), exitCode: exitCodeOf(result) };
}

function exitCodeOf({ outcome, isBillableLeft }: TeardownResult): ExitCode {
  if (outcome === 'listed') return ExitCode.Ok;
  return outcome === 'declined' || isBillableLeft ? ExitCode.Failed : ExitCode.Ok;
}
