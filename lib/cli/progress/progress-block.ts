import type { ProgressEvent } from '../../progress';
import type { Clock } from '../clock';
import { durationText } from '../format/duration-text';
import type { OutputStream } from '../host';
import { cutText } from '../text/cut-text';
import { eraseLines } from '../text/erase-lines';
import { printableText } from '../text/printable-text';
import type { TextLayout } from '../text/text-layout';
import type { ProgressView } from './progress-view';
import { RunningSteps, type RunningStep, stepFigures } from './running-steps';

const REDRAW_MILLIS = 200;
const MOST_STEPS = 6;
const BAR_COLUMNS = 20;
const DEFAULT_COLUMNS = 80;

/** Progress for a terminal: a block of the steps under way that is drawn anew, below a line for each that has ended. */
export function progressBlock(stream: OutputStream, layout: TextLayout, clock: Clock): ProgressView {
  const steps = new RunningSteps();
  let drawnLines = 0;
  const erase = (): void => {
    if (drawnLines > 0) stream.write(eraseLines(drawnLines));
    drawnLines = 0;
  };
  const draw = (): void => {
    const lines = blockLines(steps.all, clock.nowMillis(), (stream.columns ?? DEFAULT_COLUMNS) - 1, layout);
    stream.write(`${eraseLines(drawnLines)}${lines.map((line) => `${line}\n`).join('')}`);
    drawnLines = lines.length;
  };
  const around = (write: () => void): void => {
    erase();
    write();
    draw();
  };
  const stopTicking = clock.every(REDRAW_MILLIS, draw);
  return {
    report: (event) => {
      const before = steps.apply(event, clock.nowMillis());
      const line = endedLine(event, before, clock.nowMillis(), layout);
      if (line !== undefined) {
        around(() => stream.write(`${line}\n`));
      } else if (before === undefined) {
        draw();
      }
    },
    around,
    end: () => {
      stopTicking();
      erase();
      for (const { name, startedMillis } of steps.all) {
        stream.write(`${layout.style.bad('not done')}  ${printableText(name)} ${layout.style.muted(`after ${elapsedText(startedMillis, clock.nowMillis())}`)}\n`);
      }
    },
  };
}

/** The line that stays when a step has ended. */
function endedLine(event: ProgressEvent, before: RunningStep | undefined, nowMillis: number, { style }: TextLayout): string | undefined {
  if (event.state === 'started' || event.state === 'running') return undefined;
  const facts = [
    ...(before === undefined || event.state === 'skipped' ? [] : [elapsedText(before.startedMillis, nowMillis)]),
    ...(event.detail === undefined ? [] : [printableText(event.detail)]),
  ];
  const mark = event.state === 'finished' ? style.good('done') : style.muted('skip');
  return `${mark}  ${printableText(event.step)}${facts.length === 0 ? '' : ` ${style.muted(facts.join(', '))}`}`;
}

function blockLines(steps: readonly RunningStep[], nowMillis: number, columns: number, layout: TextLayout): readonly string[] {
  const hidden = steps.length - MOST_STEPS;
  return [
    ...steps.slice(0, MOST_STEPS).flatMap((step) => stepLines(step, nowMillis, columns, layout)),
    ...(hidden > 0 ? [layout.style.muted(`      and ${hidden} more`)] : []),
  ];
}

function stepLines(step: RunningStep, nowMillis: number, columns: number, { style }: TextLayout): readonly string[] {
  const figures = [elapsedText(step.startedMillis, nowMillis), ...stepFigures(step, durationText)].join(', ');
  return [
    cutText(`...   ${printableText(step.name)}  ${figures}`, columns),
    ...(step.fraction === undefined ? [] : [`      ${bar(step.fraction, style.bar, style.rule)}`]),
    ...(step.detail === undefined ? [] : [style.muted(cutText(`      ${printableText(step.detail)}`, columns))]),
  ];
}

function bar(fraction: number, filled: string, empty: string): string {
  const columns = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_COLUMNS);
  return filled.repeat(columns) + empty.repeat(BAR_COLUMNS - columns);
}

function elapsedText(sinceMillis: number, nowMillis: number): string {
  return durationText((nowMillis - sinceMillis) / 1000);
}
