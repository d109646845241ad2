import { expiresAtViolation, parseMoment } from '../../config/moments';
import type { DeadlineChange, DeadlineMove, ExtendResult } from '../../removal/extend-lab';
import { distanceText, momentText } from '../../words';
import { assemblyFlags, deployedAssembly } from '../assembly-flag';
import type { LabDocument } from '../document/document';
import { ExitCode, UsageError } from '../errors';
import { confirmed, yesFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [...assemblyFlags, yesFlag] as const;

/** `lab extend`: move the moment at which AWS deletes the lab by itself. */
export const extendVerb = defineVerb({
  name: 'extend',
  summary: 'move the deadline at which AWS deletes the lab by itself',
  description: 'Moves the deadline of a deployed lab: by a duration later than it is, or to a moment with its zone. It shows both in '
    + 'your zone and in UTC, and asks before it changes anything. A deployment with another expiresAt takes its place.',
  positionals: [{ name: '<time>', summary: 'how much later, such as 2h or 1h30m, or a moment, such as 2026-12-01T18:00+09:00' }],
  flags: FLAGS,
  run: runExtend,
});

async function runExtend(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, positionals, run } = invocation;
  const move = deadlineMove(positionals[0] ?? '');
  const result = await host.actions.extendLab({
    assemblyDirectory: await deployedAssembly(flags, invocation),
    move,
    confirm: (change) => confirmed(extendQuestion(change), flags, invocation),
  }, run);
  return { result, document: extendDocument(result), exitCode: result.outcome === 'declined' ? ExitCode.Failed : ExitCode.Ok };
}

const HEADINGS: Readonly<Record<ExtendResult['outcome'], string>> = {
  moved: 'Deadline moved',
  unchanged: 'Deadline unchanged',
  declined: 'Deadline not moved',
};

/** What is about to happen, as a question. */
function extendQuestion(change: DeadlineChange): string {
  return `Move the deadline of ${change.stackName} (account ${change.account}, ${change.region}) ${movedBy(change)}, `
    + `from ${momentText(change.from)} to ${momentText(change.to)}?`;
}

/** Where the deadline is now, and how to keep it there. */
function extendDocument(result: ExtendResult): LabDocument {
  const isMoved = result.outcome === 'moved';
  return {
    title: HEADINGS[result.outcome],
    subtitle: result.stackName,
    sections: [{ heading: 'Deadline', blocks: [
      isMoved ? `It was ${momentText(result.from)}.` : '',
      `AWS deletes the lab at ${momentText(isMoved ? result.to : result.from)}.`,
      result.isEnabled ? '' : `But not while the schedule ${result.scheduleName} is switched off: enable it in the EventBridge Scheduler console.`,
      isMoved ? keepText(result) : '',
    ] }],
  };
}

function keepText({ to }: ExtendResult): string {
  return 'A deployment with the expiresAt of the last one keeps it. One with another takes its place. '
    + `So write it down: expiresAt: ${to} in lab.yaml.`;
}

function movedBy({ from, to }: DeadlineChange): string {
  const millis = Date.parse(to) - Date.parse(from);
  return `${distanceText(millis)} ${millis < 0 ? 'earlier' : 'later'}`;
}

const DURATION = /^(?:(?<days>\d{1,3})d)?(?:(?<hours>\d{1,4})h)?(?:(?<minutes>\d{1,5})m)?$/;

/**
 * Reads where the deadline goes: `2h` and `1h30m` move it by so much, `2026-12-01T18:00+09:00` is the new one.
 *
 * @throws UsageError `InvalidDeadline`
 */
export function deadlineMove(text: string): DeadlineMove {
  const to = parseMoment(text);
  if (to !== undefined) return { to };
  const { days = 0, hours = 0, minutes = 0 } = DURATION.exec(text)?.groups ?? {};
  const bySeconds = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60;
  if (bySeconds > 0) return { bySeconds };
  throw new UsageError({
    code: 'InvalidDeadline',
    message: 'lab extend takes how much later, such as 2h, 90m or 1h30m, or a moment with its zone.',
    received: text,
    remedy: /^\d{4}-/.test(text) ? expiresAtViolation(text)?.remedy ?? '' : 'Write it as `lab extend 2h` or `lab extend 2026-12-01T18:00+09:00`.',
  });
}
