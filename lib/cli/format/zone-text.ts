/** Availability Zones by the part that tells them apart: `a, b, c`. */
export function zoneLettersText(zones: readonly string[], region: string): string {
  return zones.map((zone) => zone.startsWith(region) ? zone.slice(region.length) : zone).join(', ');
}
