/** A number with its noun: `1 subnet`, `3 subnets`, `49,137 addresses`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}

/** Words in a row: `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const [last, ...others] = words.toReversed();
  if (last === undefined) return 'none';
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}

/** CPU as Kubernetes' users say it: `0.18 CPU`, `1 CPU`. */
export function cpu(millis: number): string {
  return `${millis / 1000} CPU`;
}

/** Availability Zones of one region, named in full once: `ap-northeast-2a, b and c`. */
export function listedZones(zones: readonly string[], region: string): string {
  return listed(zones.map((zone, index) => index > 0 && zone.startsWith(region) ? zone.slice(region.length) : zone));
}

/** A moment of UTC, as `2026-12-01T09:00Z`, for reading: `2026-12-01 09:00 UTC`. */
export function momentPhrase(moment: string): string {
  return moment.replace('T', ' ').replace(/Z$/, ' UTC');
}

/** US dollars an hour, without trailing zeros. */
export function hourly(price: number): string {
  return `${Number(price.toFixed(5))} USD/h`;
}

/** CPU as Kubernetes writes it: `5`, `1930m`. */
export function cpuText(cpuMillis: number): string {
  return cpuMillis % 1000 === 0 ? String(cpuMillis / 1000) : `${cpuMillis}m`;
}

/** Memory in the largest unit that keeps it whole: `16 GiB`, `14162 MiB`. */
export function memoryText(memoryMiB: number): string {
  return memoryMiB >= 1024 && memoryMiB % 1024 === 0 ? `${memoryMiB / 1024} GiB` : `${memoryMiB} MiB`;
}

/** A whole number with its thousands apart: `24,561`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun: `1 node`, `2 nodes`. */
export function countedText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** A price per hour, with the digits that a disk needs to be seen at all: `0.0025`. */
export function unitPriceText(usdPerHour: number): string {
  return usdPerHour.toFixed(4);
}

/** Something of whose cost a part may be unknown. */
export interface PartlyPriced {
  /** What has no price. @default - nothing */
  readonly unpriced?: readonly unknown[];
}

/** Goes before a total that lacks something: `more than `. */
export function moreThan({ unpriced = [] }: PartlyPriced): string {
  return unpriced.length === 0 ? '' : 'more than ';
}

/** A price per hour for reading aloud: `0.273 USD/h`. */
export function hourlyText(usdPerHour: number): string {
  return `${usdPerHour.toFixed(3)} USD/h`;
}

/** An amount to pay: `1.17 USD`. */
export function amountText(usd: number): string {
  return `${usd.toFixed(2)} USD`;
}

/** A duration in two units at most: `45 s`, `8 min`, `13 min 10 s`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  if (hours > 0) {
    return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  }
  if (minutes > 0) {
    return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
  }
  return `${rest} s`;
}

/** A measured duration to a tenth of a second: `0.4 s`, `34.2 s`. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** A point in time after a start, for columns: `0:00`, `13:10`. */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

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

/** The text with a full stop, unless it ends like a sentence already. */
export function withFullStop(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

/** Availability Zones by the part that tells them apart: `a, b, c`. */
export function zoneLettersText(zones: readonly string[], region: string): string {
  return zones.map((zone) => zone.startsWith(region) ? zone.slice(region.length) : zone).join(', ');
}
