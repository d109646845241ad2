import type { ExerciseStep } from '../../../actions/exercise-result';
import { secondsText } from '../../format/duration-text';
import { displayWidth, padToWidth } from '../../text/display-width';
import { printableText } from '../../text/printable-text';
import type { TextLayout } from '../../text/text-layout';
import { wrapText } from '../../text/wrap-text';

/** Lines of evidence that are shown of a step that passed. Of one that failed all are. */
const MOST_EVIDENCE = 8;

const MARK_COLUMNS = 6;
const INDENT = ' '.repeat(2 + MARK_COLUMNS);

/** The steps one by one: how each ended, the command that a student types, and what it showed. */
export function stepsText(steps: readonly ExerciseStep[], layout: TextLayout): readonly string[] {
  return steps.flatMap((step) => stepText(step, layout));
}

function stepText(step: ExerciseStep, layout: TextLayout): readonly string[] {
  const took = step.outcome === 'skipped' ? '' : secondsText(step.seconds);
  const [title, ...moreTitle] = wrapText(step.title, layout.width - INDENT.length - displayWidth(took) - 1);
  return [
    `  ${markOf(step, layout)}${padToWidth(title ?? '', layout.width - INDENT.length - displayWidth(took), 'left')}${layout.style.muted(took)}`,
    ...moreTitle.map((line) => `${INDENT}${line}`),
    // Never wrapped, so that it can be copied.
    ...(step.command === undefined ? [] : [`${INDENT}${layout.style.name(`$ ${printableText(step.command)}`)}`]),
    ...evidenceText(step, layout),
  ];
}

function markOf({ outcome }: ExerciseStep, { style }: TextLayout): string {
  const padded = (mark: string): string => padToWidth(mark, MARK_COLUMNS, 'left');
  switch (outcome) {
    case 'passed': return style.good(padded('ok'));
    case 'failed': return style.bad(padded('FAIL'));
    case 'skipped': return style.muted(padded('skip'));
  }
}

function evidenceText({ outcome, evidence }: ExerciseStep, layout: TextLayout): readonly string[] {
  const shown = outcome === 'failed' ? evidence : evidence.slice(0, MOST_EVIDENCE);
  const hidden = evidence.length - shown.length;
  return [
    ...shown.flatMap((line) => evidenceLines(line, layout)),
    ...(hidden > 0 ? [`${INDENT}${layout.style.muted(`and ${hidden} more lines, with --json or --html`)}`] : []),
  ];
}

/** A line as it is, columns and all, where there is room for it; otherwise wrapped. */
function evidenceLines(line: string, layout: TextLayout): readonly string[] {
  const room = layout.width - INDENT.length;
  const asItIs = printableText(line).trimEnd();
  return (displayWidth(asItIs) <= room ? [asItIs] : wrapText(line, room)).map((text) => `${INDENT}${layout.style.muted(text)}`);
}
