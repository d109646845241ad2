/**
 * Last day of EKS standard support by Kubernetes version, as YYYY-MM-DD. Checked 2026-11-23.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
const STANDARD_SUPPORT_ENDS: Readonly<Record<string, string>> = {
  '1.34': '2026-12-02',
  '1.35': '2027-03-27',
  '1.36': '2027-08-02',
};

/**
 * Last day of EKS standard support of a Kubernetes version.
 *
 * @returns undefined for a version that is not in the table
 */
export function standardSupportEnd(version: string): string | undefined {
  return STANDARD_SUPPORT_ENDS[version];
}
