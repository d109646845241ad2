import { UsageError } from '../errors/usage-error';
import { ExitCode } from '../exit-code';
import { connectionFlags, labConnection, type ConnectionFlags } from '../flags/lab-connection';
import { namespaceFlag, type NamespaceFlags } from '../flags/namespace-flag';
import { replicaCount } from '../flags/replica-count';
import { confirmed, yesFlag, type YesFlags } from '../flags/yes-flag';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { scaleQuestion, scaleText } from './scale-text';

interface ScaleFlags extends ConnectionFlags, NamespaceFlags, YesFlags {
  readonly wait?: boolean;
  readonly timeout?: number;
}

/** `lab scale`: the exercise's scaling. */
export const scaleVerb: Verb = {
  name: 'scale',
  summary: 'scale the exercise, as students do, unless the NodePool cannot hold so many pods',
  description: 'Scales the exercise\'s Deployment. It refuses, before it changes anything, more pods than the NodePool of the '
    + 'cluster can hold within its limits, and says how many it can. Then it asks, with the nodes that Karpenter would launch and '
    + 'their price. With --wait it follows the pods until they run, and shows the time line; after scaling in, until they and the '
    + 'nodes they leave empty are gone. It exits with 1 when that does not come in time, and says why.',
  positionals: [{ name: '<replicas>', summary: 'pods that should run: 5 in the exercise, 0 to end it' }],
  flags: [
    { flags: '-w, --wait', summary: 'follow it until the pods run, or are gone' },
    { flags: '--timeout <seconds>', summary: 'with --wait: seconds to wait at most (default: 300)', parse: timeoutSeconds },
    namespaceFlag,
    yesFlag,
    ...connectionFlags,
  ],
  run: runScale,
};

async function runScale(invocation: Invocation): Promise<VerbOutcome> {
  const { host, positionals, progress } = invocation;
  const flags = invocation.flags<ScaleFlags>();
  const replicas = replicaCount('lab scale', positionals[0] ?? '', 0);
  if (flags.timeout !== undefined && flags.wait !== true) {
    throw new UsageError({ code: 'FlagsInConflict', message: '--timeout has no meaning without --wait.', received: '--timeout', remedy: 'Add --wait, or leave it out.' });
  }
  const result = await host.actions.scaleLab({
    ...await labConnection(flags, invocation),
    replicas,
    namespace: flags.namespace,
    wait: flags.wait ?? false,
    timeoutSeconds: flags.timeout,
    confirm: (change) => confirmed(scaleQuestion(change), flags, invocation),
    onProgress: progress,
  });
  return { result, text: (layout) => scaleText(result, layout), exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed };
}

function timeoutSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError({ code: 'InvalidTimeout', message: '--timeout takes a whole number of seconds from 1 to 86400.', received: text, remedy: 'Give it in seconds: `--timeout 600`.' });
}
