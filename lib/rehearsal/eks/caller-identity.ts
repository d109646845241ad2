import { type OutgoingHttpHeaders, request as startRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { CLUSTER_HEADER, signedQuestion, TOKEN_PREFIX } from '../../aws/cluster-token';
import type { Account } from '../account';
import type { AwsRequest } from '../aws-answers/aws-request';

/** Who signed a token, as STS says it. */
export interface CallerIdentity {
  /** Such as `arn:aws:sts::123456789012:assumed-role/Instructor/kim`. */
  readonly arn: string;
  /** Twelve digits. */
  readonly account: string;
  /** Such as `AROA…:kim`. */
  readonly userId: string;
  readonly accessKeyId: string;
}

/** Gives the secret of a key; undefined for a key that nobody has. */
export type SecretAccessKeyOf = (accessKeyId: string) => string | undefined;

/** Why a token is refused. */
export class TokenRefused extends Error {}

/** Seconds that EKS takes a token after it was signed, and the most that its URL may be good for. */
const TOKEN_LIFE_SECONDS = 15 * 60;

/** Hosts of STS, in all partitions. */
const STS_HOST = /^sts(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/;

/** Parameters that a token's URL may have; none may change the question. */
const PARAMETERS = new Set([
  'action', 'version', 'x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-expires', 'x-amz-security-token', 'x-amz-signature', 'x-amz-signedheaders',
]);

/**
 * Who signed a token for a cluster. As EKS does, it checks the URL in the token and then asks STS by it. STS is the
 * account's own, whatever host of STS stands in the token.
 *
 * @param secretAccessKeyOf checks by the key's secret that the token was signed for this cluster
 * @throws TokenRefused
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
 */
export async function callerOfToken(account: Account, clusterName: string, token: string, secretAccessKeyOf?: SecretAccessKeyOf): Promise<CallerIdentity> {
  const url = questionIn(token);
  checkQuestion(url, account);
  const at = signedAt(url);
  const age = (account.run.clock.now().getTime() - at.getTime()) / 1000;
  if (age > TOKEN_LIFE_SECONDS) throw new TokenRefused(`the token was signed more than ${TOKEN_LIFE_SECONDS} s ago`);
  const accessKeyId = url.searchParams.get('X-Amz-Credential')?.split('/')[0] ?? '';
  if (secretAccessKeyOf !== undefined) await checkSignature(url, at, clusterName, secretAccessKeyOf(accessKeyId));
  return { ...await identityBy(account, `/${url.search}`, { host: url.host, [CLUSTER_HEADER]: clusterName }), accessKeyId };
}

function questionIn(token: string): URL {
  const text = Buffer.from(token.slice(TOKEN_PREFIX.length), 'base64url').toString('utf8');
  if (!token.startsWith(TOKEN_PREFIX) || !URL.canParse(text)) throw new TokenRefused('the token holds no URL');
  return new URL(text);
}

function checkQuestion(url: URL, account: Account): void {
  // The AWS CLI signs for the endpoint that it is given.
  const isSts = url.protocol === 'https:' && STS_HOST.test(url.hostname);
  if (!isSts && url.origin !== new URL(account.endpoint).origin) throw new TokenRefused(`the token asks ${url.origin}, which is not STS`);
  if (url.pathname !== '/' || url.searchParams.get('Action') !== 'GetCallerIdentity') throw new TokenRefused('the token does not ask STS for the caller\'s identity');
  const stranger = [...url.searchParams.keys()].find((name) => !PARAMETERS.has(name.toLowerCase()));
  if (stranger !== undefined) throw new TokenRefused(`the token's URL has the parameter ${stranger}`);
  if (!(url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';').includes(CLUSTER_HEADER)) throw new TokenRefused(`the header ${CLUSTER_HEADER} is not signed`);
  const seconds = Number(url.searchParams.get('X-Amz-Expires'));
  if (!(seconds >= 0 && seconds <= TOKEN_LIFE_SECONDS)) throw new TokenRefused(`the token's URL is good for ${seconds} s, more than ${TOKEN_LIFE_SECONDS} s`);
}

/** `20261123T090000Z` as a moment. */
function signedAt(url: URL): Date {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(url.searchParams.get('X-Amz-Date') ?? '') ?? [];
  if (year === undefined) throw new TokenRefused('the token does not say when it was signed');
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** EKS signs nothing itself: STS finds the other signature when EKS names its own cluster. */
async function checkSignature(url: URL, at: Date, clusterName: string, secretAccessKey: string | undefined): Promise<void> {
  const { searchParams: parameters } = url;
  const [accessKeyId = '', , region = ''] = parameters.get('X-Amz-Credential')?.split('/') ?? [];
  if (secretAccessKey === undefined) throw new TokenRefused('STS answers InvalidClientTokenId: The security token included in the request is invalid.');
  const credentials = { accessKeyId, secretAccessKey, sessionToken: parameters.get('X-Amz-Security-Token') ?? undefined };
  const expected = await signedQuestion(
    { region: () => Promise.resolve(region), credentials: () => Promise.resolve(credentials) },
    { clusterName, at, sts: url.origin, seconds: Number(parameters.get('X-Amz-Expires')) },
  );
  if (new URL(expected).searchParams.get('X-Amz-Signature') !== parameters.get('X-Amz-Signature')) {
    throw new TokenRefused(`STS answers SignatureDoesNotMatch: the token was signed for another cluster than ${clusterName}, or by another secret key`);
  }
}

/**
 * Who signed a request to EKS, by the key that stands in it.
 *
 * @throws TokenRefused for a key that nobody has
 */
export async function callerOfRequest(account: Account, { accessKeyId, region, headers }: AwsRequest): Promise<Omit<CallerIdentity, 'accessKeyId'>> {
  const date = account.run.clock.now().toISOString().slice(0, 10).replaceAll('-', '');
  const token = headers['x-amz-security-token'];
  return identityBy(account, '/?Action=GetCallerIdentity&Version=2011-06-15', {
    // The account knows callers by their keys alone: no signature is made for them.
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${date}/${region}/sts/aws4_request, SignedHeaders=host, Signature=none`,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  });
}

async function identityBy(account: Account, path: string, headers: OutgoingHttpHeaders): Promise<Omit<CallerIdentity, 'accessKeyId'>> {
  const { status, body } = await new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(account.endpoint);
    const outgoing = startRequest({ hostname, port, path, method: 'GET', headers, agent: false, signal: account.run.signal }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
  const arn = elementIn(body, 'Arn');
  if (status !== 200 || arn === undefined) {
    throw new TokenRefused(`STS answers ${elementIn(body, 'Code') ?? String(status)}: ${elementIn(body, 'Message') ?? body.slice(0, 200)}`);
  }
  return { arn, account: elementIn(body, 'Account') ?? '', userId: elementIn(body, 'UserId') ?? '' };
}

/** Text of an element of STS's answer, which has each of them once. */
function elementIn(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
