import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { Agent } from 'node:https';
import { asking, isAwsError } from '../../aws/aws-failure';
import type { Connection } from '../../kubernetes/connection';
import { LabError } from '../../lab-error';

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
    authenticate: async () => ({ agent, headers: { authorization: `Bearer ${await clusterToken(eks, clusterName, new Date())}` } }),
    close: () => agent.destroy(),
  };
}

/** SHA-256 as the signer asks for it, by Node.js itself: an implementation in JavaScript would make the bundle larger for nothing. */
class NodeSha256 {
  private hash: Hash | Hmac;

  /** @param secret key of an HMAC @default - a plain hash */
  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.begun();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    this.hash = this.begun();
  }

  private begun(): Hash | Hmac {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret));
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/**
 * A token that the API of a cluster takes for the AWS credentials of a client: a URL by which EKS asks STS who signed it, for
 * this cluster alone.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function clusterToken(eks: EKSClient, clusterName: string, at: Date): Promise<string> {
  const region = await eks.config.region();
  const hostname = `sts.${region}.amazonaws.com`;
  const signer = new SignatureV4({ service: 'sts', region, credentials: await eks.config.credentials(), sha256: NodeSha256 });
  const { query = {} } = await signer.presign({
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: hostname, [CLUSTER_HEADER]: clusterName },
  }, { signingDate: at, expiresIn: TOKEN_SECONDS });
  const parameters = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${parameters.join('&')}`).toString('base64url')}`;
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
