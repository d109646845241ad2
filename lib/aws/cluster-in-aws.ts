import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { asking, isAwsError } from './aws-failure';

/** A cluster as EKS has it. */
export interface ClusterInAws {
  readonly name: string;
  /** Such as `ACTIVE` or `DELETING`. */
  readonly status: string;
  /** URL of its API server. @default - it has none yet, or no more */
  readonly endpoint?: string;
}

/**
 * The cluster of a name.
 *
 * @returns undefined where there is none
 * @throws LabError what `awsFailure` says
 */
export async function clusterInAws(eks: EKSClient, name: string, signal?: AbortSignal): Promise<ClusterInAws | undefined> {
  return asking('eks:DescribeCluster', async () => {
    try {
      const { cluster } = await eks.send(new DescribeClusterCommand({ name }), { abortSignal: signal });
      return cluster === undefined ? undefined : { name, status: cluster.status ?? '', endpoint: cluster.endpoint };
    } catch (error) {
      if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  });
}
