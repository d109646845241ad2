import { InvalidConfig, renderValue, type ConfigProblem } from '../../config/problems';
import { LabError } from '../../lab-error';
import { padToWidth } from '../text/display-width';
import { printableText } from '../text/printable-text';
import type { TextLayout } from '../text/text-layout';
import { paragraph } from '../text/text-section';
import { wrapText } from '../text/wrap-text';
import { errorSentence } from './error-sentence';
import { DEFECT_CODE, DEFECT_REMEDY, defectMessage, errorStack } from './defect';
import { receivedText } from './received-text';

const LABEL_WIDTH = 10;

/** An error for people: its code, what is wrong, what was received and what to do. */
export function errorText(error: unknown, isVerbose: boolean, layout: TextLayout): readonly string[] {
  const lines = error instanceof LabError
    ? labErrorText(error, layout)
    : errorParts(DEFECT_CODE, defectMessage(error), [['Remedy', DEFECT_REMEDY]], layout);
  return isVerbose ? [...lines, '', ...errorStack(error).split('\n').map(printableText)] : lines;
}

function labErrorText(error: LabError, layout: TextLayout): readonly string[] {
  const received: readonly Part[] = error.received === undefined ? [] : [['Received', receivedText(error.received)]];
  const lines = errorParts(error.code, errorSentence(error), [...received, ['Remedy', error.remedy]], layout);
  return error instanceof InvalidConfig ? [...lines, ...error.problems.flatMap((problem) => problemText(problem, layout))] : lines;
}

function problemText(problem: ConfigProblem, layout: TextLayout): readonly string[] {
  return [
    '',
    `  ${layout.style.name(printableText(problem.path))}${layout.style.muted(problem.origin === undefined ? '' : ` (${printableText(problem.origin)})`)}`,
    ...partLines([
      ['Received', problem.received === undefined ? 'nothing' : renderValue(problem.received)],
      ['Allowed', problem.allowed],
      ['Remedy', problem.remedy],
    ], 4, layout),
  ];
}

type Part = readonly [label: string, text: string];

function errorParts(code: string, message: string, parts: readonly Part[], layout: TextLayout): readonly string[] {
  return [`${layout.style.bad('Error')} ${layout.style.strong(code)}`, ...paragraph(message, layout), ...partLines(parts, 2, layout)];
}

function partLines(parts: readonly Part[], indent: number, layout: TextLayout): readonly string[] {
  return parts.flatMap(([label, text]) => wrapText(text, layout.width - indent - LABEL_WIDTH).map((line, index) =>
    ' '.repeat(indent) + layout.style.muted(padToWidth(index === 0 ? label : '', LABEL_WIDTH, 'left')) + line));
}
