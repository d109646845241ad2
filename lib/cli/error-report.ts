import { inspect } from 'node:util';
import { type ConfigProblem, InvalidConfig, renderValue } from '../config/problems';
import { LabError } from '../lab-error';
import { withFullStop } from '../words';
import { DEFECT_CODE, DEFECT_REMEDY, defectMessage, errorExitCode, errorStack } from './errors';
import { padToWidth, paragraph, printableText, streamLayout, type TextLayout, wrapText } from './terminal/text-layout';

const LONGEST_RECEIVED = 300;

/** A received value as its user wrote it, cut when it is very long. */
function receivedText(received: unknown): string {
  const text = typeof received === 'string' && received !== ''
    ? received
    : inspect(received, { depth: 4, breakLength: Infinity });
  return text.length > LONGEST_RECEIVED ? `${text.slice(0, LONGEST_RECEIVED)}...` : text;
}

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
  const lines = errorParts(error.code, error.message, [...received, ['Remedy', error.remedy]], layout);
  return error instanceof InvalidConfig ? [...lines, ...error.problems.flatMap((problem) => problemText(problem, layout))] : lines;
}

function problemText(problem: ConfigProblem, layout: TextLayout): readonly string[] {
  return [
    '',
    `  ${layout.style.name(printableText(problem.path))}${layout.style.muted(problem.origin === undefined ? '' : ` (${printableText(problem.origin)})`)}`,
    ...wrapText(withFullStop(problem.message), layout.width - 4).map((line) => `    ${line}`),
    ...partLines([
      ['Received', problem.received === undefined ? 'nothing' : renderValue(problem.received)],
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

/** An error as a script reads it. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** @default - no single value is at fault */
    readonly received?: string;
    readonly remedy: string;
    /** @default - the error is not about the configuration */
    readonly problems?: readonly ConfigProblem[];
    /** @default - given with `--verbose` only */
    readonly stack?: string;
  };
}

/** Makes the JSON that stands in the place of the result. */
export function errorDocument(error: unknown, isVerbose: boolean): ErrorDocument {
  const stack = isVerbose ? { stack: errorStack(error) } : {};
  if (!(error instanceof LabError)) {
    return { error: { code: DEFECT_CODE, message: defectMessage(error), remedy: DEFECT_REMEDY, ...stack } };
  }
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.received === undefined ? {} : { received: receivedText(error.received) }),
      remedy: error.remedy,
      ...(error instanceof InvalidConfig ? { problems: error.problems } : {}),
      ...stack,
    },
  };
}

/** Ends the CDK app on an error: says it on stderr as `lab` does, and sets the exit code. Only a defect shows its stack. */
export function reportFailure(error: unknown): void {
  const lines = errorText(error, !(error instanceof LabError), streamLayout(process.stderr, process.env));
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = errorExitCode(error);
}
