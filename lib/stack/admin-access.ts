import type { Cluster } from 'aws-cdk-lib/aws-eks-v2';

/**
 * Makes IAM principals admins of the cluster, each by an access entry of its own.
 *
 * @param admins ARNs of IAM roles or users
 */
export function grantAdmins(cluster: Cluster, admins: readonly string[]): void {
  for (const principal of admins) {
    // An id of the principal's own: taking one admin away must not replace the others' entries.
    cluster.grantClusterAdmin(`Admin-${principal.replace(/[^A-Za-z0-9]+/g, '-')}`, principal);
  }
}
