import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/** Header that EKS reads as the name of the cluster that a token is for. */
export const CLUSTER_HEADER = 'x-k8s-aws-id';

/** Seconds for which the URL inside a token is good. EKS takes a token for 15 minutes after it was signed, whatever stands here. */
const TOKEN_SECONDS = 60;

/** How every token begins. */
export const TOKEN_PREFIX = 'k8s-aws-v1.';

/** Who signs a token, and in which region: the configuration of any AWS SDK client has both. */
export interface TokenSigner {
  readonly region: () => Promise<string>;
  readonly credentials: () => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }>;
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

/** The question that stands in a token. */
export interface SignedQuestion {
  readonly clusterName: string;
  /** When it is signed. */
  readonly at: Date;
  /** URL of STS, without a path. @default - STS of the signer's region */
  readonly sts?: string;
  /** Seconds for which STS answers it. @default 60 */
  readonly seconds?: number;
}

/**
 * A token that the API of a cluster takes for AWS credentials: a URL by which EKS asks STS who signed it, for this cluster
 * alone.
 */
export async function clusterToken(by: TokenSigner, clusterName: string, at: Date): Promise<string> {
  return `${TOKEN_PREFIX}${Buffer.from(await signedQuestion(by, { clusterName, at })).toString('base64url')}`;
}

/**
 * The URL that is the token.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signedQuestion(by: TokenSigner, { clusterName, at, sts, seconds = TOKEN_SECONDS }: SignedQuestion): Promise<string> {
  const region = await by.region();
  const { protocol, host, hostname, origin } = new URL(sts ?? `https://sts.${region}.amazonaws.com`);
  const signer = new SignatureV4({ service: 'sts', region, credentials: await by.credentials(), sha256: NodeSha256 });
  const { query = {} } = await signer.presign({
    method: 'GET',
    protocol,
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, [CLUSTER_HEADER]: clusterName },
  }, { signingDate: at, expiresIn: seconds });
  const parameters = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return `${origin}/?${parameters.join('&')}`;
}
