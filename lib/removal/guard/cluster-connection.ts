import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { createHash, createHmac } from 'node:crypto';
import { Agent } from 'node:https';
import { asking, isAwsError } from '../../aws/aws-failure';
import type { Connection } from '../../kubernetes/connection';
import { LabError } from '../../lab-error';

/** Credentials as the SDK gives them, as far as a signature needs them. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** @default - they are a user's, not a role's */
  readonly sessionToken?: string;
}

/** What is signed. */
export interface IdentityRequest {
  readonly credentials: SigningCredentials;
  /** Region whose STS answers. */
  readonly region: string;
  /** Headers that whoever uses the URL must send, by their names in lower case, besides `host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds for which the URL is good. */
  readonly expiresSeconds: number;
  readonly at: Date;
}

/**
 * A URL by which somebody else can ask STS who its signer is: `GetCallerIdentity`, presigned with Signature Version 4.
 *
 * The SDK presigns by packages that it does not promise to functions, whose runtime brings its own build of the SDK. The guard
 * must work years after it was deployed, so these lines need nothing but Node.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function presignedIdentityUrl({ credentials, region, headers, expiresSeconds, at }: IdentityRequest): string {
  const host = `sts.${region}.amazonaws.com`;
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/sts/aws4_request`;
  const signedHeaders = Object.entries({ ...headers, host }).toSorted(([a], [b]) => compare(a, b));
  const names = signedHeaders.map(([name]) => name).join(';');
  const query = Object.entries({
    'Action': 'GetCallerIdentity',
    'Version': '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': names,
    ...(credentials.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': credentials.sessionToken }),
  }).map(([key, value]) => `${encodeURIComponent(key)}=${encoded(value)}`).toSorted(compare).join('&');

  const canonicalRequest = ['GET', '/', query, ...signedHeaders.map(([name, value]) => `${name}:${value}`), '', names, sha256('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest)].join('\n');
  const key = scope.split('/').reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  return `https://${host}/?${query}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}`;
}

/** By code points, as AWS sorts, and not by the language of the computer. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Percent-encoded but for letters, digits and `-._~`. */
function encoded(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

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
