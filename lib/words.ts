/**
 * How numbers, lists, moments, money and words of a shell are written, the same in every room. Where there are two forms, one is for sentences
 * and one for columns of a table.
 */

/** Languages of what students and a class read: the board, the guide, the page to print. Everything else is in English. */
export const LANGUAGES = ['en', 'ko'] as const;

/** One of {@link LANGUAGES}, as BCP 47 has it. */
export type Language = (typeof LANGUAGES)[number];

/** Made once: a class of hundreds is counted in every second. */
const FIGURES = new Intl.NumberFormat('en-US');

/** A number with its thousands apart, and with its noun if it has one: `24,561`, `1 subnet`, `3 subnets`, `2 addresses`. */
export function counted(count: number, noun?: string, plural = `${noun}s`): string {
  const figure = FIGURES.format(count);
  return noun === undefined ? figure : `${figure} ${count === 1 ? noun : plural}`;
}

/** Words in a row: `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const [last, ...others] = words.toReversed();
  if (last === undefined) return 'none';
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}

/** Availability Zones of one region for a sentence, the first of them in full: `ap-northeast-2a, b and c`. */
export function listedZones(zones: readonly string[], region: string): string {
  return listed(zones.map((zone, index) => index > 0 ? zoneLetter(zone, region) : zone));
}

/** Availability Zones for a column, by the part that tells them apart: `a, b, c`. */
export function zoneLetters(zones: readonly string[], region: string): string {
  return zones.map((zone) => zoneLetter(zone, region)).join(', ');
}

function zoneLetter(zone: string, region: string): string {
  return zone.startsWith(region) ? zone.slice(region.length) : zone;
}

/** CPU for a sentence: `0.18 CPU`, `1 CPU`. */
export function cpuText(cpuMillis: number): string {
  return `${cpuMillis / 1000} CPU`;
}

/** CPU for a column, as Kubernetes writes such a quantity: `5`, `1930m`. */
export function cpuQuantity(cpuMillis: number): string {
  return cpuMillis % 1000 === 0 ? String(cpuMillis / 1000) : `${cpuMillis}m`;
}

/** Memory in the largest unit that keeps it whole: `16 GiB`, `14162 MiB`. */
export function memoryText(memoryMiB: number): string {
  return memoryMiB >= 1024 && memoryMiB % 1024 === 0 ? `${memoryMiB / 1024} GiB` : `${memoryMiB} MiB`;
}

/** US dollars per hour for a column, with the digits that a disk needs to be seen at all: `0.0025`. */
export function unitPriceText(usdPerHour: number): string {
  return usdPerHour.toFixed(4);
}

/** US dollars per hour for a sentence: `0.273 USD/h`. */
export function hourlyText(usdPerHour: number): string {
  return `${usdPerHour.toFixed(3)} USD/h`;
}

/** An amount of US dollars to pay: `1.17 USD`. */
export function amountText(usd: number): string {
  return `${usd.toFixed(2)} USD`;
}

/** A cost that may lack prices. */
export interface PartlyPriced {
  /** What has no price. @default - nothing */
  readonly unpriced?: readonly unknown[];
}

/** What to write before a total: `more than ` where a price is missing, nothing otherwise. */
export function moreThan({ unpriced = [] }: PartlyPriced): string {
  return unpriced.length === 0 ? '' : 'more than ';
}

/** A duration in two units at most: `45 s`, `8 min`, `13 min 10 s`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes > 0) return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
  return `${rest} s`;
}

/** A measured duration to a tenth of a second: `0.4 s`, `34.2 s`. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** A point in time after a start, for a column: `0:00`, `13:10`. */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** How far away a moment is, in two units at most: `2 h 5 min`, `3 d 4 h`. */
export function distanceText(millis: number): string {
  const minutes = Math.round(Math.abs(millis) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes % 1440 / 60), minutes % 60];
  const units = days > 0 ? [[days, 'd'], [hours, 'h']] as const : [[hours, 'h'], [rest, 'min']] as const;
  const shown = units.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return shown.length === 0 ? '0 min' : shown.join(' ');
}

/**
 * A moment in the reader's zone and in UTC: `2026-12-01 18:00 Asia/Seoul (09:00 UTC)`. In UTC alone where both are the same.
 *
 * @param moment as ISO 8601 has it: `2026-12-01T09:00Z`
 * @param timeZone zone of the reader; `UTC` where the text must be the same on every computer
 * @default - the zone of this computer
 */
export function momentText(moment: string, timeZone: string = zoneOfComputer()): string {
  const utc = digitsOf(moment, 'UTC');
  const local = digitsOf(moment, timeZone);
  if (local === utc) return `${utc} UTC`;
  const isSameDay = local.slice(0, 10) === utc.slice(0, 10);
  return `${local} ${timeZone} (${isSameDay ? utc.slice(11) : utc} UTC)`;
}

/** The zone of this computer, by its IANA name. */
function zoneOfComputer(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Day and time of a moment in a zone: `2026-12-01 18:00`. */
function digitsOf(moment: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(moment));
}

/** The text with a full stop, unless it ends like a sentence already. */
export function withFullStop(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

/** The text as one word of a shell command. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
