/** A moment that cannot be misread: ISO 8601 to the minute or second, with its offset from UTC or Z. */
export const MOMENT_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

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
  // What rolls over into another day or hour is no date.
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
