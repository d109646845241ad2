/** How much of the internet a list of ranges is: at least half of it, at least one part of 256, or less. */
export type ApiReach = 'world' | 'wide' | 'named';

/** How many IPv4 addresses there are. */
const ALL_ADDRESSES = 2 ** 32;

/** From this share on the difference to the whole internet protects nobody. */
const WORLD_ADDRESSES = ALL_ADDRESSES / 2;

/** A /8: no school and no company sends its class from so many. */
const WIDE_ADDRESSES = 2 ** 24;

/** An IPv4 range in numbers, without its end. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** How much of the internet reaches what is open to these CIDRs, all together: two halves are the whole. */
export function apiReach(cidrs: readonly string[]): ApiReach {
  // IPv6 counts as its prefix would in IPv4: ::/0 is the world.
  const addresses = unionSize(cidrs.map(rangeOf));
  if (addresses >= WORLD_ADDRESSES) return 'world';
  return addresses >= WIDE_ADDRESSES ? 'wide' : 'named';
}

function rangeOf(cidr: string): Range {
  const [address = '', prefixLength = '32'] = cidr.split('/');
  const size = Math.max(1, 2 ** (32 - Number(prefixLength)));
  const start = address.includes(':') ? 0 : address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { start, end: start + size };
}

/** Addresses in at least one of the ranges. */
function unionSize(ranges: readonly Range[]): number {
  let counted = 0;
  let reached = 0;
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    counted += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return counted;
}
