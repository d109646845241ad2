import { parseMoment } from './moment';

/** The zone that {@link atExpression} is written in: one without summer time, and the same for everybody. */
export const SCHEDULE_TIME_ZONE = 'UTC';

/**
 * A moment as a one-time expression of EventBridge Scheduler, in {@link SCHEDULE_TIME_ZONE}: `at(2026-12-01T09:00:00)`.
 *
 * Not by the CDK's own helper: `ScheduleExpression.at()` writes the UTC digits of the date beside whatever zone it is given,
 * so that a lab of Seoul would live nine hours too short.
 */
export function atExpression(moment: Date): string {
  return `at(${moment.toISOString().slice(0, 19)})`;
}

/**
 * The moment of a one-time expression.
 *
 * @param timeZone zone that the digits are of, by its IANA name
 * @default - UTC, as EventBridge Scheduler has it
 * @returns undefined for an expression that repeats, or a zone that nobody knows
 */
export function momentOfExpression(expression: string, timeZone: string = SCHEDULE_TIME_ZONE): Date | undefined {
  const digits = /^at\((?<digits>[^)]+)\)$/.exec(expression)?.groups?.['digits'];
  const asUtc = digits === undefined ? undefined : parseMoment(`${digits}Z`);
  if (asUtc === undefined || timeZone === SCHEDULE_TIME_ZONE) return asUtc;
  return momentInZone(asUtc, timeZone);
}

/** The moment at which clocks of a zone show the digits that `asUtc` has in UTC. */
function momentInZone(asUtc: Date, timeZone: string): Date | undefined {
  const first = offsetMillis(asUtc, timeZone);
  if (first === undefined) return undefined;
  // Near a change of the clocks the offset at the digits is not that of the moment: ask again at the moment itself.
  const guess = new Date(asUtc.getTime() - first);
  return new Date(asUtc.getTime() - (offsetMillis(guess, timeZone) ?? first));
}

/** How far the clocks of a zone are ahead of UTC at a moment. */
function offsetMillis(moment: Date, timeZone: string): number | undefined {
  try {
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(moment);
    return new Date(`${shown.replace(' ', 'T')}Z`).getTime() - moment.getTime();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
