import type { Violation } from './violation';

/** Form of a region's name. Whether AWS has it is known only to AWS. */
export const REGION_PATTERN = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** Form of an Availability Zone's name: its region's and one letter. */
export const ZONE_PATTERN = /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/;

/** Fewest zones: EKS wants its control plane in two. */
export const MIN_ZONES = 2;

/** Most zones: the network has three quarters for private subnets. */
export const MAX_ZONES = 3;

/** Zone letters of the regions that are known for sure. */
const ZONE_LETTERS: Readonly<Record<string, string>> = {
  'ap-northeast-2': 'abcd',
};

/** Zone letters of any other region: none has more than six. */
const ANY_ZONE_LETTERS = 'abcdef';

/** Refuses zones that are not of the region. Local Zones and Wavelength Zones have other names and no EKS control plane. */
export function zonesOfRegionViolation(zones: readonly string[], region: string): Violation | undefined {
  const known = zonesOf(region);
  const strangers = zones.filter((zone) => !known.includes(zone));
  if (strangers.length === 0) {
    return undefined;
  }
  const proposal = known.slice(0, Math.min(Math.max(zones.length, MIN_ZONES), MAX_ZONES)).join(', ');
  return {
    allowed: `zones of ${region}: ${known.join(', ')}`,
    remedy: `Set availabilityZones to [${proposal}], or region to that of ${strangers.join(', ')}.`,
  };
}

function zonesOf(region: string): readonly string[] {
  return [...ZONE_LETTERS[region] ?? ANY_ZONE_LETTERS].map((letter) => `${region}${letter}`);
}
