import type { ProgressEvent } from '../../progress';
import type { Clock } from '../clock';
import { clockText, durationText } from '../format/duration-text';
import type { OutputStream } from '../host';
import { printableText } from '../text/printable-text';
import type { ProgressView } from './progress-view';
import { RunningSteps, type RunningStep, stepFigures } from './running-steps';

const TICK_MILLIS = 1_000;

/** A step that goes on is told again after this long. */
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

/** What an event is worth saying at once, if it is. */
function eventText(event: ProgressEvent, before: RunningStep | undefined, nowMillis: number): string | undefined {
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

function runningText(step: RunningStep): string {
  const news = [...stepFigures(step, durationText), ...(step.detail === undefined ? [] : [step.detail])];
  return news.length === 0 ? `${step.name} goes on` : `${step.name}: ${news.join(', ')}`;
}
