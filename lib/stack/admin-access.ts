import type { AccessEntry, Cluster } from 'aws-cdk-lib/aws-eks-v2';

/**
 * Makes IAM principals admins of the cluster, each by an access entry of its own.
 *
 * Deletion: who clears what holds a drain needs these rights, so the entries go after the drain. They leave nothing behind.
 *
 * @param admins ARNs of IAM roles or users
 */
export function grantAdmins(cluster: Cluster, admins: readonly string[]): readonly AccessEntry[] {
  // An id of the principal's own: taking one admin away must not replace the others' entries.
  return admins.map((principal) => cluster.grantClusterAdmin(`Admin-${principal.replace(/[^A-Za-z0-9]+/g, '-')}`, principal));
}
