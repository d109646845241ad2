import { Address4, Address6 } from 'ip-address';
import { LabError } from '../lab-error';
import type { Violation } from './values';

/** Largest VPC that AWS allows. @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const LARGEST_VPC_PREFIX_LENGTH = 16;

/** Smallest VPC that holds the subnets: a quarter of it, a /22, has room for three public /24. */
const SMALLEST_VPC_PREFIX_LENGTH = 20;

/** A public subnet holds a NAT gateway and, at most, load balancers: 251 addresses are plenty. */
const PUBLIC_SUBNET_PREFIX_LENGTH = 24;

/** Ranges a VPC may lie in: RFC 1918 and the shared address space of RFC 6598. */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'] as const;

/**
 * Docker's default bridge, which a student's desk may route to instead of the VPC.
 *
 * The ranges that EKS takes Service addresses from, 10.100.0.0/16 and 172.20.0.0/16, need no such
 * rule: EKS picks the one that does not overlap the VPC.
 */
const DOCKER_BRIDGE_RANGE = '172.17.0.0/16';

/** Ranges that no client of the public endpoint can come from. */
const NOT_PUBLIC_RANGES = [...PRIVATE_RANGES, '127.0.0.0/8', '169.254.0.0/16'] as const;

/**
 * Ranges that nobody has an address in: this network, benchmarks, multicast and what is reserved.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
 */
const NOBODYS_RANGES = ['0.0.0.0/8', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'] as const;

/** Form of an IPv4 CIDR, for editors. Values are checked by their meaning. */
export const CIDR_PATTERN = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;

/** What {@link vpcCidrViolation} accepts. */
export const VPC_CIDR_ALLOWED = `a private IPv4 range from /${LARGEST_VPC_PREFIX_LENGTH} to /${SMALLEST_VPC_PREFIX_LENGTH}, in ${PRIVATE_RANGES.join(', ')}`;

/** What {@link apiAccessViolation} accepts. */
export const API_ACCESS_ALLOWED = 'a public IPv4 range such as 203.0.113.7/32';

/**
 * Prefix length of a private subnet: a quarter of the VPC each, for at most three Availability
 * Zones. Every pod takes an address there. The last quarter is for the public subnets.
 */
export function privateSubnetPrefixLength(vpcCidr: string): number {
  return new Address4(vpcCidr).subnetMask + 2;
}

/** Prefix length of a public subnet: a /24, but never more than a quarter of the VPC's last quarter. */
export function publicSubnetPrefixLength(vpcCidr: string): number {
  return Math.max(PUBLIC_SUBNET_PREFIX_LENGTH, privateSubnetPrefixLength(vpcCidr) + 2);
}

/**
 * Refuses a VPC range that AWS, the subnets or a student's desk could not use. It names all that is wrong with the range at once,
 * and one range that would be accepted.
 */
export function vpcCidrViolation(value: string): Violation | undefined {
  const range = parseCidr(value);
  if (range === undefined) {
    return { allowed: VPC_CIDR_ALLOWED, remedy: 'Write an address and a prefix length, such as 10.11.0.0/16.' };
  }
  const prefixLength = Math.min(Math.max(range.subnetMask, LARGEST_VPC_PREFIX_LENGTH), SMALLEST_VPC_PREFIX_LENGTH);
  const resized = network(`${range.correctForm()}/${prefixLength}`);
  const isPrivate = isWithin(resized, PRIVATE_RANGES);
  const isOfDocker = isWithin(resized, [DOCKER_BRIDGE_RANGE]);
  const reasons = [
    hasHostBits(range) && HOST_BITS_REASON,
    range.subnetMask > SMALLEST_VPC_PREFIX_LENGTH
      && `each private subnet is a quarter of the VPC, and a quarter holds the public /${PUBLIC_SUBNET_PREFIX_LENGTH} subnets`,
    range.subnetMask < LARGEST_VPC_PREFIX_LENGTH && `AWS has no VPC larger than /${LARGEST_VPC_PREFIX_LENGTH}`,
    !isPrivate && 'public addresses in a VPC hide their owners from it',
    isOfDocker && `Docker on a student's desk routes ${DOCKER_BRIDGE_RANGE} to its own bridge`,
  ].filter((reason) => reason !== false);
  if (reasons.length === 0) return undefined;
  const proposal = isPrivate && !isOfDocker ? resized : network(`10.11.0.0/${prefixLength}`);
  return {
    allowed: isOfDocker ? `${VPC_CIDR_ALLOWED}, but not in ${DOCKER_BRIDGE_RANGE}` : VPC_CIDR_ALLOWED,
    remedy: `Write ${proposal.networkForm()}: ${reasons.join('; ')}.`,
  };
}

/** Refuses a range that no client of the public endpoint can come from. 0.0.0.0/0 is allowed: the plan warns of it. */
export function apiAccessViolation(value: string): Violation | undefined {
  const allowed = API_ACCESS_ALLOWED;
  const range = parseCidr(value) ?? parseCidr(`${value}/32`);
  if (range === undefined) {
    return { allowed, remedy: 'Write an IPv4 address and a prefix length, such as 203.0.113.7/32; 0.0.0.0/0 opens the endpoint to the world.' };
  }
  if (isWithin(range, NOBODYS_RANGES)) {
    return { allowed, remedy: 'Remove it: nobody has an address in it. Take the address your network has on the internet.' };
  }
  if (isWithin(range, NOT_PUBLIC_RANGES)) {
    return { allowed, remedy: 'Remove it: the private endpoint serves the VPC, and a private address never reaches the public one. Take the address your network has on the internet.' };
  }
  if (!value.includes('/')) {
    return { allowed, remedy: `Add the prefix length: ${range.networkForm()} is this one address.` };
  }
  return hasHostBits(range) ? { allowed, remedy: `Write ${range.networkForm()}: ${HOST_BITS_REASON}.` } : undefined;
}

const HOST_BITS_REASON = 'the bits after the prefix must be zero';

function parseCidr(value: string): Address4 | undefined {
  if (!CIDR_PATTERN.test(value) || !Address4.isValid(value)) {
    return undefined;
  }
  const range = new Address4(value);
  // A leading zero reads as octal elsewhere, so it is no valid spelling here.
  return value === `${range.correctForm()}/${range.subnetMask}` ? range : undefined;
}

function hasHostBits(range: Address4): boolean {
  return range.correctForm() !== range.startAddress().correctForm();
}

/** A range without its host bits. */
function network(cidr: string): Address4 {
  return new Address4(new Address4(cidr).networkForm());
}

function isWithin(range: Address4, outer: readonly string[]): boolean {
  return outer.some((candidate) => range.isInSubnet(new Address4(candidate)));
}

/**
 * Addresses in an IPv4 range, the first and the last among them.
 *
 * @example
 * addressCount('10.11.0.0/24'); // 256
 */
export function addressCount(cidr: string): number {
  const range = new Address4(cidr);
  return Number(range.endAddress().bigInt() - range.startAddress().bigInt()) + 1;
}

/** How much of the internet a list of ranges covers: at least half of it, at least one part of 256, or less. */
export type ApiReach = 'world' | 'wide' | 'named';

/** Half of the internet. So much open is as good as all of it. */
const WORLD_ADDRESSES = addressCount('0.0.0.0/1');

/** No school and no company has so many addresses for its class. */
const WIDE_ADDRESSES = addressCount('0.0.0.0/8');

/**
 * How much of the internet reaches what is open to these CIDRs, all together: two halves are the whole.
 *
 * @throws LabError `AssemblyUnreadable` for one that is no CIDR: `lab.yaml` cannot hold it, a template that was edited can
 */
export function apiReach(cidrs: readonly string[]): ApiReach {
  const addresses = unionSize(cidrs.map(countedRange));
  if (addresses >= WORLD_ADDRESSES) return 'world';
  return addresses >= WIDE_ADDRESSES ? 'wide' : 'named';
}

/** IPv6 counts as its prefix would in IPv4: ::/0 is the world. */
function countedRange(cidr: string): Address4 {
  if (Address4.isValid(cidr)) return new Address4(cidr);
  if (Address6.isValid(cidr)) return new Address4(`0.0.0.0/${Math.min(new Address6(cidr).subnetMask, 32)}`);
  throw new LabError({
    code: 'AssemblyUnreadable',
    message: 'The template opens the Kubernetes API to something that is no range of addresses.',
    received: cidr,
    remedy: 'Write the ranges to `apiAccess` in lab.yaml, each as an address and a prefix length such as 203.0.113.7/32, and run npm run synth.',
  });
}

/** Addresses in at least one of the ranges. */
function unionSize(ranges: readonly Address4[]): number {
  let counted = 0n;
  let reached = 0n;
  const limits = ranges.map((range) => ({ start: range.startAddress().bigInt(), end: range.endAddress().bigInt() + 1n }));
  for (const { start, end } of limits.toSorted((a, b) => Number(a.start - b.start))) {
    const from = start > reached ? start : reached;
    if (end > from) {
      counted += end - from;
      reached = end;
    }
  }
  return Number(counted);
}

/** Form of a region's name. Whether AWS has it is known only to AWS. */
export const REGION_PATTERN = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** What {@link REGION_PATTERN} accepts. */
export const REGION_ALLOWED = 'the name of an AWS region, such as ap-northeast-2';

/** Partitions of AWS by how the names of their regions begin. All other regions are of `aws`. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['us-gov-', 'aws-us-gov'],
  ['cn-', 'aws-cn'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
];

/** The partition of a region, the second part of each ARN there: `aws` but for a few. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** Form of an Availability Zone's name: its region's and one letter. */
export const ZONE_PATTERN = /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/;

/** What {@link ZONE_PATTERN} accepts. */
export const ZONE_ALLOWED = 'a zone of the region, named by its letter, such as ap-northeast-2a';

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
