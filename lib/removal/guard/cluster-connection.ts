import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { Agent } from 'node:https';
import { asking, isAwsError } from '../../aws/aws-failure';
import { clusterToken } from '../../aws/cluster-token';
import type { Connection } from '../../kubernetes/connection';
import { LabError } from '../../lab-error';

/**
 * The way to a cluster's API for whoever the AWS credentials belong to, as `aws eks get-token` makes it: EKS names the
 * endpoint and its certificate authority, and a presigned question to STS is the token.
 *
 * @returns undefined when the cluster does not exist
 * @throws LabError `ClusterEndpointMissing`, and what `awsFailure` says
 */
export async function clusterConnection(eks: EKSClient, clusterName: string): Promise<Connection | undefined> {
  const cluster = await describedCluster(eks, clusterName);
  if (cluster === undefined) return undefined;
  const { endpoint, certificateAuthority, status } = cluster;
  if (endpoint === undefined || certificateAuthority?.data === undefined) {
    throw new LabError({
      code: 'ClusterEndpointMissing',
      message: `EKS names no endpoint of the cluster: it is ${status ?? 'in an unknown state'}.`,
      received: clusterName,
      remedy: 'Wait until the cluster is ACTIVE or gone: aws eks describe-cluster.',
      isPassing: true,
    });
  }
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(certificateAuthority.data, 'base64') });
  return {
    server: endpoint,
    authenticate: async () => ({ agent, headers: { authorization: `Bearer ${await clusterToken(eks.config, clusterName, new Date())}` } }),
    close: () => agent.destroy(),
  };
}

async function describedCluster(eks: EKSClient, name: string) {
  return asking('eks:DescribeCluster', async () => {
    try {
      return (await eks.send(new DescribeClusterCommand({ name }))).cluster;
    } catch (error) {
      if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  });
}
