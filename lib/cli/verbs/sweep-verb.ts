import type { KeptLeftover } from '../../aws/leftovers/find-leftovers';
import { KIND_LABELS, type Leftover } from '../../aws/leftovers/leftover';
import type { KindCount, SweepResult } from '../../removal/sweep-lab';
import type { TeardownResult } from '../../removal/teardown-result';
import { counted } from '../../words';
import { assemblyFlags, deployedAssembly } from '../assembly-flag';
import { figures, flexible, type LabDocument, type Section, table } from '../document/document';
import { ExitCode } from '../errors';
import { confirmed, dryRunFlag, timeoutFlag, yesFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [dryRunFlag, yesFlag, timeoutFlag('seconds to wait for what is still in use (default: 600)'), ...assemblyFlags] as const;

/** `lab sweep`: removes what a lab whose stack is gone has left in AWS. */
export const sweepVerb = defineVerb({
  name: 'sweep',
  summary: 'remove what a lab whose stack is gone has left in AWS',
  description: 'Finds what Karpenter, Kubernetes and EKS made for the lab and left behind, by exact tags and paths, shows it with '
    + 'that evidence, asks, removes it, and lists again. It refuses while the stack or the cluster still exists: use teardown '
    + 'then. It exits with 1 if anything is left that AWS bills for.',
  flags: FLAGS,
  run: runSweep,
});

async function runSweep(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, run, show } = invocation;
  const assemblyDirectory = await deployedAssembly(flags, invocation);
  const result = await host.actions.sweepLab({
    assemblyDirectory,
    isDryRun: flags.dryRun ?? false,
    timeoutSeconds: flags.timeout,
    confirm: async ({ account, region, clusterName, found }) => {
      show({ title: `What is left of the lab ${clusterName}`, sections: [leftoversSection('Leftovers', found)] });
      return confirmed(`Remove ${counted(found.length, 'leftover')} of the lab ${clusterName} in account ${account}, ${region}?`, flags, invocation);
    },
  }, run);
  return { result, document: sweepDocument(result), exitCode: removalExitCode(result) };
}

/** Exit code of a sweep or a teardown: that of a failure where the user declined, or where something is left that AWS bills for. */
export function removalExitCode({ outcome, isBillableLeft }: Pick<SweepResult | TeardownResult, 'outcome' | 'isBillableLeft'>): ExitCode {
  if (outcome === 'listed') return ExitCode.Ok;
  return outcome === 'declined' || isBillableLeft ? ExitCode.Failed : ExitCode.Ok;
}

const SENTENCES: Readonly<Record<SweepResult['outcome'], string>> = {
  clean: 'Nothing of the lab is left.',
  remained: 'Something of the lab is left.',
  listed: 'This is what a sweep would remove. Nothing was changed.',
  declined: 'Nothing was changed.',
};

/** What was found of the lab, what was removed and what is left. */
function sweepDocument({ outcome, found, counts, kept, remaining, isBillableLeft }: SweepResult): LabDocument {
  const isDone = outcome === 'clean' || outcome === 'remained';
  const sentence = found.length === 0 && outcome !== 'remained' ? SENTENCES.clean : SENTENCES[outcome];
  return {
    title: `${sentence}${isDone && isBillableLeft ? ' AWS bills for it.' : ''}`,
    tone: outcome === 'remained' ? 'bad' : 'strong',
    sections: isDone
      ? [countsSection(counts), keptSection(kept), leftoversSection('Left', remaining)]
      : [leftoversSection('Leftovers', found), keptSection(kept)],
  };
}

/** Leftovers, each with the evidence that it is the lab's. */
export function leftoversSection(heading: string, leftovers: readonly Leftover[]): Section {
  return {
    heading,
    aside: counted(leftovers.length),
    blocks: [table(['Kind', 'Id', 'Billed', flexible('Evidence')], leftovers.map(({ kind, id, isBillable, evidence }) =>
      [KIND_LABELS[kind], shortId(id), isBillable ? 'yes' : 'no', evidence]))],
  };
}

/** How many of each kind were found, were removed and are left. */
function countsSection(counts: readonly KindCount[]): Section {
  return {
    heading: 'Leftovers',
    blocks: [table(['Kind', figures('Found'), figures('Removed'), figures('Left')], counts.map(({ label, found, removed, remaining }) =>
      [label, counted(found), counted(removed), counted(remaining)]))],
  };
}

/** What AWS did not remove, and why. */
export function keptSection(kept: readonly KeptLeftover[]): Section {
  const notices = kept.map(({ leftover, reason }) => ({ name: `${KIND_LABELS[leftover.kind]} ${leftover.name}`, text: reason }));
  return { heading: 'Not removed', blocks: [{ kind: 'notices', tone: 'bad', notices }] };
}

/** The last part of an ARN; an id as it is. */
function shortId(id: string): string {
  return id.startsWith('arn:') ? id.slice(id.lastIndexOf(':') + 1) : id;
}
