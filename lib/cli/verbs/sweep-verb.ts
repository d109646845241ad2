import type { KeptLeftover } from '../../aws/leftovers/find-leftovers';
import { KIND_LABELS, type Leftover } from '../../aws/leftovers/leftover';
import type { KindCount, SweepResult } from '../../removal/sweep-lab';
import { counted } from '../../words';
import { assemblyFlag, type AssemblyFlags, deployedAssembly } from '../assembly-flag';
import { ExitCode } from '../errors';
import { confirmed, contextFlag, dryRunFlag, type DryRunFlags, timeoutFlag, type TimeoutFlags, yesFlag, type YesFlags } from '../flags';
import { type TextLayout, wrapText } from '../terminal/text-layout';
import { namedParagraph, sectionHeading } from '../terminal/text-section';
import { textTable } from '../terminal/text-table';
import type { Invocation, Verb, VerbOutcome } from '../verb';

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
      return confirmed(`Remove ${counted(found.length, 'leftover')} of the lab ${clusterName} in account ${account}, ${region}?`, flags, invocation);
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

const SENTENCES: Readonly<Record<SweepResult['outcome'], string>> = {
  clean: 'Nothing of the lab is left.',
  remained: 'Something of the lab is left.',
  listed: 'This is what a sweep would remove. Nothing was changed.',
  declined: 'Nothing was changed.',
};

/** What became of the lab's leftovers. */
export function sweepText(result: SweepResult, layout: TextLayout): readonly string[] {
  const { outcome, found, counts, kept, remaining, isBillableLeft } = result;
  const isDone = outcome === 'clean' || outcome === 'remained';
  const sentence = found.length === 0 && outcome !== 'remained' ? SENTENCES.clean : SENTENCES[outcome];
  const billed = isDone && isBillableLeft ? ' AWS bills for it.' : '';
  return [
    ...wrapText(`${sentence}${billed}`, layout.width).map(outcome === 'remained' ? layout.style.bad : layout.style.strong),
    ...(isDone ? countsText(counts, layout) : leftoversText('Leftovers', found, layout)),
    ...keptText(kept, layout),
    ...(isDone ? leftoversText('Left', remaining, layout) : []),
  ];
}

/** Leftovers, each with the evidence that it is the lab's. */
export function leftoversText(title: string, leftovers: readonly Leftover[], layout: TextLayout): readonly string[] {
  if (leftovers.length === 0) return [];
  return [
    sectionHeading(title, String(leftovers.length), layout),
    ...textTable([
      { heading: 'Kind', paint: layout.style.name },
      { heading: 'Id' },
      { heading: 'Billed' },
      { heading: 'Evidence', isFlexible: true },
    ], leftovers.map(({ kind, id, isBillable, evidence }) => ({ cells: [KIND_LABELS[kind], shortId(id), isBillable ? 'yes' : 'no', evidence] })), layout),
  ];
}

/** How many of each kind there were, went and are left. */
export function countsText(counts: readonly KindCount[], layout: TextLayout): readonly string[] {
  if (counts.length === 0) return [];
  return [
    sectionHeading('Leftovers', '', layout),
    ...textTable([
      { heading: 'Kind', paint: layout.style.name },
      { heading: 'Found', align: 'right' },
      { heading: 'Removed', align: 'right' },
      { heading: 'Left', align: 'right' },
    ], counts.map(({ label, found, removed, remaining }) => ({ cells: [label, String(found), String(removed), String(remaining)] })), layout),
  ];
}

/** What AWS did not remove, and why. */
export function keptText(kept: readonly KeptLeftover[], layout: TextLayout): readonly string[] {
  return kept.flatMap(({ leftover, reason }) => namedParagraph(`${KIND_LABELS[leftover.kind]} ${leftover.name}`, reason, layout.style.bad, layout));
}

/** The last part of an ARN; an id as it is. */
function shortId(id: string): string {
  return id.startsWith('arn:') ? id.slice(id.lastIndexOf(':') + 1) : id;
}
