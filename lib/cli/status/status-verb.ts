import { ExitCode } from '../exit-code';
import { connectionFlags, labConnection, type ConnectionFlags } from '../flags/lab-connection';
import { namespaceFlag, type NamespaceFlags } from '../flags/namespace-flag';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { statusText } from './status-text';

/** `lab status`: the state of the lab. */
export const statusVerb: Verb = {
  name: 'status',
  summary: 'show the state of the lab: Karpenter, the exercise, nodes and what they cost',
  description: 'Shows whether Karpenter can launch nodes, how much of the NodePools\' limits is used, the exercise of the lab and '
    + 'of every student, the nodes with price and fill, the cost per hour and since deployment, and when the lab deletes itself. '
    + 'It asks Kubernetes only, and changes nothing. It exits with 1 when Karpenter could not launch a node now.',
  flags: [namespaceFlag, ...connectionFlags],
  run: runStatus,
};

async function runStatus(invocation: Invocation): Promise<VerbOutcome> {
  const flags = invocation.flags<ConnectionFlags & NamespaceFlags>();
  const status = await invocation.host.actions.labStatus({ ...await labConnection(flags, invocation), namespace: flags.namespace });
  return { result: status, text: (layout) => statusText(status, layout), exitCode: status.isReady ? ExitCode.Ok : ExitCode.Failed };
}
