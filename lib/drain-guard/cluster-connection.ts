import { Agent } from 'node:https';
import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { asking, isAwsError } from '../aws/aws-failure';
import type { Connection } from '../kubernetes/connection';
import { LabError } from '../lab-error';
import { presignedIdentityUrl } from './presigned-identity';

/** What EKS reads as the name of the cluster that a token is for. */
const CLUSTER_HEADER = 'x-k8s-aws-id';

/** Seconds for which the URL inside a token is good. EKS takes a token for 15 minutes after it was signed, whatever stands here. */
const TOKEN_SECONDS = 60;

/**
 * The way to a cluster's API for whoever the AWS credentials belong to, as `aws eks get-token` makes it: EKS names the
 * endpoint and its certificate authority, and a presigned question to STS is the token.
 *
 * @returns undefined when the cluster does not exist
 * @throws LabError `ClusterEndpointMissing`, and what `awsFailure` says
 */
export async function clusterConnection(eks: EKSClient, clusterName: string, signal?: AbortSignal): Promise<Connection | undefined> {
  const cluster = await describedCluster(eks, clusterName, signal);
  if (cluster === undefined) return undefined;
  const { endpoint, certificateAuthority, status } = cluster;
  if (endpoint === undefined || certificateAuthority?.data === undefined) {
    throw new LabError({
      code: 'ClusterEndpointMissing',
      message: `EKS names no endpoint of the cluster: it is ${status ?? 'in an unknown state'}.`,
      received: clusterName,
      remedy: 'Wait until the cluster is ACTIVE or gone: aws eks describe-cluster.',
    });
  }
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(certificateAuthority.data, 'base64') });
  return {
    server: endpoint,
    authenticate: async () => ({ agent, headers: { authorization: `Bearer ${await clusterToken(eks, clusterName, new Date())}` } }),
    close: () => agent.destroy(),
  };
}

/** A token that the API of a cluster takes for the AWS credentials of a client. */
export async function clusterToken(eks: EKSClient, clusterName: string, at: Date): Promise<string> {
  const url = presignedIdentityUrl({
    credentials: await eks.config.credentials(),
    region: await eks.config.region(),
    headers: { [CLUSTER_HEADER]: clusterName },
    expiresSeconds: TOKEN_SECONDS,
    at,
  });
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}

async function describedCluster(eks: EKSClient, name: string, signal: AbortSignal | undefined) {
  return asking('eks:DescribeCluster', async () => {
    try {
      return (await eks.send(new DescribeClusterCommand({ name }), { abortSignal: signal })).cluster;
    } catch (error) {
      if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  });
}
