import { EndpointAccess } from 'aws-cdk-lib/aws-eks-v2';

/**
 * Who reaches the Kubernetes API: always the VPC, and from outside only the given CIDRs.
 *
 * @param apiAccess CIDRs; with none, the endpoint has no public side at all, because EKS reads
 *   "no CIDRs" as "everyone".
 */
export function endpointAccessFor(apiAccess: readonly string[]): EndpointAccess {
  return apiAccess.length === 0
    ? EndpointAccess.PRIVATE
    : EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...apiAccess);
}
