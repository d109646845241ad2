// No library does this: the same events as a block on a terminal, lines in a log and JSON for a program, with notes and questions in between.
import type { ProgressEvent, ProgressListener } from '../../progress';
import { clockText, durationText } from '../../words';
import type { Clock } from '../../run-context';
import type { OutputStream } from '../host';
import { cutText, eraseLines, printableText, type TextLayout } from './text-layout';

/** Shows the progress of an action on one stream. */
export interface ProgressView {
  readonly report: ProgressListener;
  /** Writes something else to the terminal, above what the view keeps up to date. */
  readonly around: (write: () => void) => void;
  /** Ends the view. It erases what it kept up to date; final lines stay. */
  readonly end: () => void;
}

/** A step that has begun and not ended. */
interface ShownStep {
  readonly name: string;
  readonly startedMillis: number;
  /** @default - it has no news */
  readonly detail?: string;
  /** @default - not known */
  readonly fraction?: number;
  /** @default - not known */
  readonly remainingSeconds?: number;
}

/** The steps under way, in the order in which they began. Several can be at once. */
class RunningSteps {
  private readonly steps = new Map<string, ShownStep>();

  /** Steps that have not ended. */
  get all(): readonly ShownStep[] {
    return [...this.steps.values()];
  }

  /**
   * Applies an event.
   *
   * @returns the step as it was before the event; undefined where the event is the first of its step
   */
  apply(event: ProgressEvent, nowMillis: number): ShownStep | undefined {
    const known = this.steps.get(event.step);
    if (event.state === 'finished' || event.state === 'skipped') {
      this.steps.delete(event.step);
      return known;
    }
    this.steps.set(event.step, {
      name: event.step,
      startedMillis: known?.startedMillis ?? nowMillis,
      detail: event.detail ?? known?.detail,
      fraction: event.fraction ?? known?.fraction,
      remainingSeconds: event.remainingSeconds ?? known?.remainingSeconds,
    });
    return known;
  }
}

/** How far a step is, as far as that is known: `45 %`, `about 2 min left`. */
function stepFigures(step: ShownStep): readonly string[] {
  return [
    ...(step.fraction === undefined ? [] : [`${Math.round(step.fraction * 100)} %`]),
    ...(step.remainingSeconds === undefined ? [] : [`about ${durationText(step.remainingSeconds)} left`]),
  ];
}

const REDRAW_MILLIS = 200;
const MOST_STEPS = 6;
const BAR_COLUMNS = 20;
const DEFAULT_COLUMNS = 80;

/** Progress for a terminal: a line for each step that has ended, and below them a block of the running steps that is drawn anew. */
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
function endedLine(event: ProgressEvent, before: ShownStep | undefined, nowMillis: number, { style }: TextLayout): string | undefined {
  if (event.state === 'started' || event.state === 'running') return undefined;
  const facts = [
    ...(before === undefined || event.state === 'skipped' ? [] : [elapsedText(before.startedMillis, nowMillis)]),
    ...(event.detail === undefined ? [] : [printableText(event.detail)]),
  ];
  const mark = event.state === 'finished' ? style.good('done') : style.muted('skip');
  return `${mark}  ${printableText(event.step)}${facts.length === 0 ? '' : ` ${style.muted(facts.join(', '))}`}`;
}

function blockLines(steps: readonly ShownStep[], nowMillis: number, columns: number, layout: TextLayout): readonly string[] {
  const hidden = steps.length - MOST_STEPS;
  return [
    ...steps.slice(0, MOST_STEPS).flatMap((step) => stepLines(step, nowMillis, columns, layout)),
    ...(hidden > 0 ? [layout.style.muted(`      and ${hidden} more`)] : []),
  ];
}

function stepLines(step: ShownStep, nowMillis: number, columns: number, { style }: TextLayout): readonly string[] {
  const figures = [elapsedText(step.startedMillis, nowMillis), ...stepFigures(step)].join(', ');
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

const TICK_MILLIS = 1_000;

/** A step that still runs gets a line again after this long. */
const REMINDER_MILLIS = 15_000;

const CLOCK_COLUMNS = 6;

/** Progress for a pipe or a log: a line when a step begins, one when it ends, and one now and then while it lasts. */
export function progressLines(stream: OutputStream, clock: Clock): ProgressView {
  const beginning = clock.nowMillis();
  const steps = new RunningSteps();
  const toldMillis = new Map<string, number>();
  const tell = (step: string, text: string): void => {
    toldMillis.set(step, clock.nowMillis());
    const elapsed = clockText((clock.nowMillis() - beginning) / 1000).padStart(CLOCK_COLUMNS);
    stream.write(`${elapsed}  ${printableText(text)}\n`);
  };
  const remind = (): void => {
    for (const step of steps.all) {
      if (clock.nowMillis() - (toldMillis.get(step.name) ?? 0) >= REMINDER_MILLIS) tell(step.name, runningText(step));
    }
  };
  const stopTicking = clock.every(TICK_MILLIS, remind);
  return {
    report: (event) => {
      const before = steps.apply(event, clock.nowMillis());
      const text = eventText(event, before, clock.nowMillis());
      if (text !== undefined) tell(event.step, text);
    },
    around: (write) => write(),
    end: stopTicking,
  };
}

/** The line for an event; undefined where the event needs none. */
function eventText(event: ProgressEvent, before: ShownStep | undefined, nowMillis: number): string | undefined {
  switch (event.state) {
    case 'started': return `${event.step} ...`;
    case 'running': return before === undefined ? `${event.step} ...` : undefined;
    case 'finished': return [
      before === undefined ? `${event.step}: done` : `${event.step}: done in ${durationText((nowMillis - before.startedMillis) / 1000)}`,
      ...(event.detail === undefined ? [] : [event.detail]),
    ].join(', ');
    case 'skipped': return [`${event.step}: skipped`, ...(event.detail === undefined ? [] : [event.detail])].join(', ');
  }
}

function runningText(step: ShownStep): string {
  const news = [...stepFigures(step), ...(step.detail === undefined ? [] : [step.detail])];
  return news.length === 0 ? `${step.name} goes on` : `${step.name}: ${news.join(', ')}`;
}

/** Progress for a program: each event as one line of JSON. */
export function progressJson(stream: OutputStream): ProgressView {
  return {
    report: (event) => void stream.write(`${JSON.stringify({ progress: event })}\n`),
    around: (write) => write(),
    end: () => undefined,
  };
}
