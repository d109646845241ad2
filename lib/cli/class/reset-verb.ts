import { Option } from '@commander-js/extra-typings';
import type { ResetSeatResult, SeatContent } from '../../exercise/class/reset-seat';
import { counted, listed, secondsText } from '../../words';
import type { LabDocument } from '../document/document';
import { ExitCode } from '../errors';
import { confirmed, connectionArguments, type ConnectionFlags, connectionFlags, labConnection, yesFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [new Option('--marks', 'also forget what the student has reached'), yesFlag, ...connectionFlags] as const;

/** `lab class reset`: one seat as it was at the beginning. */
export const resetVerb = defineVerb({
  name: 'reset',
  summary: 'empty one seat, and make it as it was at the beginning',
  description: 'Deletes all that a student has made, and makes the seat again as the stack has it, in some seconds. It asks before, and touches '
    + 'no other seat. The student\'s kubeconfig stays good, and what the student has reached stays remembered, unless you say --marks. '
    + 'Karpenter removes nodes that are empty then.',
  positionals: [{ name: '<seat>', summary: 'seat to empty, such as student-007' }],
  flags: FLAGS,
  run: runReset,
});

async function runReset(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, positionals, run } = invocation;
  const result = await host.actions.resetSeat({
    ...await labConnection(flags, invocation),
    seat: positionals[0] ?? '',
    forgetsMark: flags.marks ?? false,
    confirm: (content) => confirmed(resetQuestion(content), flags, invocation),
  }, run);
  return { result, document: resetDocument(result, flags), exitCode: result.outcome === 'reset' ? ExitCode.Ok : ExitCode.Failed };
}

/** What is about to be deleted, and whose it is, as a question. */
function resetQuestion({ cluster, seat, student, made, pods }: SeatContent): string {
  const content = made.length === 0 ? 'in which there is nothing' : `which has ${listed(made)}, with ${counted(pods, 'pod')}`;
  return `Empty seat ${whose(seat, student)} of cluster ${cluster}, ${content}?`;
}

function resetDocument({ outcome, seat, student, removed, seconds, isOpen, isMarkForgotten }: ResetSeatResult, flags: ConnectionFlags): LabDocument {
  if (outcome === 'declined') return { title: `Seat ${whose(seat, student)} was not reset.`, tone: 'muted' };
  return {
    title: `Seat ${whose(seat, student)} is as it was at the beginning, after ${secondsText(seconds)}`,
    tone: 'good',
    sections: [{ heading: 'Seat', blocks: [
      removed.length === 0 ? 'There was nothing in it.' : `Deleted: ${listed(removed)}.`,
      `${isOpen ? 'The student\'s kubeconfig is good as before.' : 'No kubeconfig of this seat is good.'} Karpenter removes nodes that are empty now.`,
      isMarkForgotten ? 'What the student had reached is forgotten.' : '',
    ] }],
    next: isOpen ? [] : [{ heading: 'Next', blocks: [{ kind: 'commands', lines: [['npm run lab -- class open --seat', seat, ...connectionArguments(flags)].join(' ')] }] }],
  };
}

function whose(seat: string, student: string | undefined): string {
  return student === undefined ? seat : `${seat} (${student})`;
}
