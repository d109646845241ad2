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
