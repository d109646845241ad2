const MILLIS_OF_MINUTE = 60_000;

/** The zone of this computer, by its IANA name. */
function zoneOfComputer(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * A moment where the reader is, and in UTC: `2026-12-01 18:00 Asia/Seoul (09:00 UTC)`. Where the reader is on UTC, once.
 *
 * @param timeZone zone of the reader
 * @default - the zone of this computer
 */
export function momentText(moment: Date, timeZone: string = zoneOfComputer()): string {
  const utc = digitsOf(moment, 'UTC');
  const local = digitsOf(moment, timeZone);
  if (local === utc) return `${utc} UTC`;
  const isSameDay = local.slice(0, 10) === utc.slice(0, 10);
  return `${local} ${timeZone} (${isSameDay ? utc.slice(11) : utc} UTC)`;
}

/** How far a moment is off, to the minute: `2 h 5 min`, `3 d 4 h`. */
export function distanceText(millis: number): string {
  const minutes = Math.round(Math.abs(millis) / MILLIS_OF_MINUTE);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes % 1440 / 60), minutes % 60];
  const units = days > 0 ? [[days, 'd'], [hours, 'h']] as const : [[hours, 'h'], [rest, 'min']] as const;
  const shown = units.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return shown.length === 0 ? '0 min' : shown.join(' ');
}

/** Day and time of a moment on the clocks of a zone. */
function digitsOf(moment: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(moment);
}
