import { versions } from '../../config/versions';

/** A version of Kubernetes that EKS offers. */
export interface ClusterVersion {
  /** Such as `1.35`. */
  readonly version: string;
  /** Last day of standard support, which costs a sixth of extended support. */
  readonly endOfStandardSupport: string;
  readonly endOfExtendedSupport: string;
}

/**
 * Versions that EKS offers in standard support. Standard support ends on the days of AWS's release calendar; those of 1.35 are from
 * copies of it, because the calendar itself was not read for them. Extended support ends twelve months after standard support, as
 * AWS says for every version. Only the lab's own version can be played.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar
 */
export const OFFERED_VERSIONS: readonly ClusterVersion[] = [
  { version: '1.35', endOfStandardSupport: '2027-03-27', endOfExtendedSupport: '2028-03-27' },
  { version: '1.34', endOfStandardSupport: '2026-12-02', endOfExtendedSupport: '2027-12-02' },
];

/** The version whose control plane the rehearsal has. */
export const PLAYED_VERSION: string = versions.kubernetes;

/** A version that EKS offers; undefined for any other. */
export function offeredVersion(version: string): ClusterVersion | undefined {
  return OFFERED_VERSIONS.find((offered) => offered.version === version);
}

/** Support of a version at a moment, in EKS's words. */
export function supportOf({ endOfStandardSupport, endOfExtendedSupport }: ClusterVersion, at: Date): 'STANDARD_SUPPORT' | 'EXTENDED_SUPPORT' | 'UNSUPPORTED' {
  if (at < new Date(endOfStandardSupport)) return 'STANDARD_SUPPORT';
  return at < new Date(endOfExtendedSupport) ? 'EXTENDED_SUPPORT' : 'UNSUPPORTED';
}
