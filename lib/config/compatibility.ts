import type { Violation } from './values';
import { compareVersions, versions } from './versions';

/** A Kubernetes minor version on EKS, and what it asks of Karpenter. */
interface KubernetesRelease {
  /** First Karpenter release that upstream states works with it. */
  readonly minimumKarpenter: string;
  /** Last day of EKS standard support; from then on the control plane costs six times as much. */
  readonly endOfStandardSupport: string;
  /** Day of its first AL2023 image that is known, or a day on which there was none yet. */
  readonly firstImage: string;
}

/**
 * Kubernetes versions that EKS has in standard support, as of 2026-11-23.
 *
 * @see https://karpenter.sh/v1.14/upgrading/compatibility/ for the first Karpenter release
 * @see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html for the last day
 *
 * The first image is a bound: no earlier one was seen in public, and EKS offered 1.34 from 2025-10-02, 1.35 from 2026-01-27 and
 * 1.36 from 2026-06-02, some days after its images. Whether a release has an image at all is what preflight asks AWS.
 * @see https://github.com/awslabs/amazon-eks-ami/releases
 */
export const KUBERNETES_RELEASES: Readonly<Record<string, KubernetesRelease>> = {
  '1.34': { minimumKarpenter: '1.6.0', endOfStandardSupport: '2026-12-02', firstImage: '2025-09-20' },
  '1.35': { minimumKarpenter: '1.9.0', endOfStandardSupport: '2027-03-27', firstImage: '2026-01-20' },
  '1.36': { minimumKarpenter: '1.13.0', endOfStandardSupport: '2027-08-02', firstImage: '2026-05-29' },
};

/**
 * Last day of EKS standard support of a Kubernetes version, as YYYY-MM-DD.
 *
 * @returns undefined for a version that is not in the table
 */
export function standardSupportEnd(version: string): string | undefined {
  return KUBERNETES_RELEASES[version]?.endOfStandardSupport;
}

/** Form of a Karpenter version: chart versions have no `v` in front. */
export const KARPENTER_VERSION_PATTERN = /^\d+\.\d+\.\d+$/;

/** What {@link karpenterVersionViolation} accepts. */
export const KARPENTER_VERSION_ALLOWED = `a release up to ${minorOf(versions.karpenter)}.x, such as ${versions.karpenter}`;

/** What {@link kubernetesVersionViolation} accepts. */
export const KUBERNETES_VERSION_ALLOWED = `"${versions.kubernetes}", in quotes`;

/** Refuses a Kubernetes version that is not in standard support on EKS. */
export function kubernetesVersionViolation(value: string): Violation | undefined {
  return Object.hasOwn(KUBERNETES_RELEASES, value) ? undefined : {
    allowed: KUBERNETES_VERSION_ALLOWED,
    remedy: `Take ${versions.kubernetes}. In standard support on EKS are ${Object.keys(KUBERNETES_RELEASES).join(', ')}.`,
  };
}

/** Refuses a Kubernetes version that the project holds no pins for. */
export function kubernetesPinsViolation(value: string): Violation | undefined {
  return value === versions.kubernetes ? undefined : {
    allowed: KUBERNETES_VERSION_ALLOWED,
    remedy: `Take ${versions.kubernetes}. For ${value}, first change the pins in lib/config/versions.ts: add-ons and node image belong to one Kubernetes version.`,
  };
}

/** Refuses what is no Karpenter release, or one newer than the permissions and CRDs that this project carries. */
export function karpenterVersionViolation(value: string): Violation | undefined {
  const allowed = KARPENTER_VERSION_ALLOWED;
  if (!KARPENTER_VERSION_PATTERN.test(value)) {
    return { allowed, remedy: `Write three numbers without a v, such as ${versions.karpenter}.` };
  }
  return compareVersions(minorOf(value), minorOf(versions.karpenter)) > 0
    ? { allowed, remedy: `Take ${versions.karpenter}. For a newer minor version, first compare the permissions in lib/stack/controller-policies.ts with its reference, then change lib/config/versions.ts.` }
    : undefined;
}

/** Refuses a Karpenter release that upstream does not state to work with the Kubernetes version. */
export function karpenterPairViolation(kubernetesVersion: string, karpenterVersion: string): Violation | undefined {
  const minimum = KUBERNETES_RELEASES[kubernetesVersion]?.minimumKarpenter;
  return minimum === undefined || compareVersions(karpenterVersion, minimum) >= 0 ? undefined : {
    allowed: `${minimum} or later with Kubernetes ${kubernetesVersion}`,
    remedy: `Set karpenter.version to ${versions.karpenter}, or remove the key.`,
  };
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** The AL2023 alias with a release date. */
export const AMI_ALIAS_PATTERN = /^al2023@v(\d{4})(\d{2})(\d{2})$/;

/** What {@link amiAliasViolation} accepts. */
export const AMI_ALIAS_ALLOWED = `al2023@vYYYYMMDD, such as ${versions.amiAlias}`;

/** Refuses an image alias that is not one AL2023 release. */
export function amiAliasViolation(value: string): Violation | undefined {
  const allowed = AMI_ALIAS_ALLOWED;
  if (value.endsWith('@latest')) {
    return { allowed, remedy: `Pin a release, such as ${versions.amiAlias}: with latest, Karpenter replaces every node the day AWS publishes an image, in the middle of a class.` };
  }
  const date = AMI_ALIAS_PATTERN.exec(value);
  if (date === null) {
    return { allowed, remedy: `Write the family al2023, @v and the release's date, such as ${versions.amiAlias}.` };
  }
  return isCalendarDay(Number(date[1]), Number(date[2]), Number(date[3])) ? undefined : {
    allowed,
    remedy: 'Correct the date: it is no day of the calendar. Releases are listed on https://github.com/awslabs/amazon-eks-ami/releases.',
  };
}

/** Refuses an image that is older than the first one for the Kubernetes version: Karpenter would find none, and launch nothing. */
export function imageOfKubernetesViolation(kubernetesVersion: string, amiAlias: string): Violation | undefined {
  const first = KUBERNETES_RELEASES[kubernetesVersion]?.firstImage;
  const [, year, month, day] = AMI_ALIAS_PATTERN.exec(amiAlias) ?? [];
  return first === undefined || `${year}-${month}-${day}` >= first ? undefined : {
    allowed: `a release of ${first} or later, from when on there are images for Kubernetes ${kubernetesVersion}`,
    remedy: `Set karpenter.amiAlias to ${versions.amiAlias}, or remove the key: without an image Karpenter launches no node.`,
  };
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  // A day that the month does not have rolls over into another month.
  return new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1;
}
