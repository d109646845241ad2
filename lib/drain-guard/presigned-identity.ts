import { createHash, createHmac } from 'node:crypto';

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
