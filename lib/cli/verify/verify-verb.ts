import { ExitCode } from '../exit-code';
import { connectionFlags, labConnection, type ConnectionFlags } from '../flags/lab-connection';
import { namespaceFlag, type NamespaceFlags } from '../flags/namespace-flag';
import { replicaCount } from '../flags/replica-count';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { verifyText } from './verify-text';

interface VerifyFlags extends ConnectionFlags, NamespaceFlags {
  readonly replicas?: number;
}

/** `lab verify`: whether the exercise has reached its outcome. */
export const verifyVerb: Verb = {
  name: 'verify',
  summary: 'say whether the lab, or one student, has reached the outcome of the exercise',
  description: 'Looks at everything that the exercise should have led to, and shows the evidence of each: the Deployment, its '
    + 'pods, their nodes and NodeClaims, the capacity type, the node labels, Karpenter\'s log. It changes nothing. '
    + 'It exits with 0 when all is as expected and with 1 when something is not; --json is for grading.',
  flags: [
    namespaceFlag,
    { flags: '--replicas <count>', summary: 'pods that should run (default: inflate.replicas of the lab, or 5)', parse: (text) => replicaCount('--replicas', text, 1) },
    ...connectionFlags,
  ],
  run: runVerify,
};

async function runVerify(invocation: Invocation): Promise<VerbOutcome> {
  const flags = invocation.flags<VerifyFlags>();
  const { host } = invocation;
  const result = await host.actions.verifyLab({ ...await labConnection(flags, invocation), namespace: flags.namespace, replicas: flags.replicas });
  return { result, text: (layout) => verifyText(result, layout), exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed };
}
