import type { Violation } from './values';

/** A moment that cannot be misread: ISO 8601 to the minute or second, with its offset from UTC or Z. */
const MOMENT_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** The same form, with names for its parts. */
const PARTS = /^(?<day>\d{4}-\d{2}-\d{2})T(?<clock>\d{2}:\d{2})(?::(?<second>\d{2}))?(?<zone>Z|[+-]\d{2}:\d{2})$/;

/** Farthest from UTC that a zone of the Earth is, in minutes: 14 hours. */
const MOST_OFFSET_MINUTES = 14 * 60;

/**
 * Reads a moment such as `2026-12-01T18:00+09:00`.
 *
 * @returns undefined for text of another form, without a zone, or of a day or an hour that no calendar has. `Date` alone
 *   would take the first as the zone of this computer, and make March of 30 February.
 */
export function parseMoment(text: string): Date | undefined {
  const { day, clock, second = '00', zone } = PARTS.exec(text)?.groups ?? {};
  if (day === undefined || clock === undefined || zone === undefined) return undefined;
  const offsetMinutes = offsetOf(zone);
  const local = new Date(`${day}T${clock}:${second}Z`);
  if (offsetMinutes === undefined || Number.isNaN(local.getTime())) return undefined;
  // `Date` makes 2 March of 30 February. Then the digits differ.
  if (local.toISOString().slice(0, 19) !== `${day}T${clock}:${second}`) return undefined;
  return new Date(local.getTime() - offsetMinutes * 60_000);
}

/** A moment as the lab writes it into a file or a command line: in UTC, to the second, and to the minute where that is all. */
export function momentInUtc(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace(/:00$/, '')}Z`;
}

function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  const offset = hours * 60 + minutes;
  if (minutes > 59 || offset > MOST_OFFSET_MINUTES) return undefined;
  return zone.startsWith('-') ? -offset : offset;
}

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
  // Near the change to or from summer time the first offset may be the wrong one. So the offset is taken again at the moment found.
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

/** The form of a moment, or nothing. */
export const EXPIRES_AT_PATTERN = new RegExp(`^(${MOMENT_PATTERN.source.slice(1, -1)})?$`);

/** What {@link expiresAtViolation} accepts. */
export const EXPIRES_AT_ALLOWED = 'a date and time with its offset from UTC, such as 2026-12-01T18:00+09:00 or 2026-12-01T09:00Z, or ""';

/**
 * Refuses a moment that could be misread, and one that does not exist. The plan and the deployment say whether it has passed:
 * the configuration is read without a clock.
 */
export function expiresAtViolation(value: string): Violation | undefined {
  return value === '' || parseMoment(value) !== undefined ? undefined : { allowed: EXPIRES_AT_ALLOWED, remedy: remedyFor(value) };
}

function remedyFor(value: string): string {
  const asSeoul = [value, `${value}T18:00`].map((start) => `${start}+09:00`).find((moment) => parseMoment(moment) !== undefined);
  if (asSeoul !== undefined) {
    return `Say which zone is meant: ${asSeoul} is in Seoul. Without a zone it would be the one of each computer.`;
  }
  return MOMENT_PATTERN.test(value)
    ? 'Correct it: no calendar has this day, no clock this time, or no place this offset.'
    : 'Write date, T, time and offset, without spaces: 2026-12-01T18:00+09:00 is six in the evening in Seoul.';
}
