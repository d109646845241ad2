import { type AwsRequest, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { REGION } from './simulated-access';

/** Keys that sign requests. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The same request, signed by other keys. Nobody checks the signature itself. */
export function signedBy(request: AwsRequest, { accessKeyId, sessionToken }: Keys): AwsRequest {
  return { ...request, accessKeyId, headers: { ...request.headers, 'x-amz-security-token': sessionToken } };
}

/** Configuration of an SDK client that is only asked how it writes a request. */
export interface WritingConfiguration {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Keys;
  readonly maxAttempts: 1;
  readonly requestHandler: { handle(request: WrittenRequest): Promise<never> };
}

/** A request as an SDK hands it to its connection. */
interface WrittenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

class Written extends Error {
  constructor(readonly request: WrittenRequest) {
    super('written');
  }
}

/**
 * The request that the AWS SDK would send.
 *
 * @param send sends it with a client that has this configuration
 */
export async function wireRequest(send: (configuration: WritingConfiguration) => Promise<unknown>, credentials: Keys = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' }): Promise<AwsRequest> {
  const handle = (request: WrittenRequest): Promise<never> => Promise.reject(new Written(request));
  try {
    await send({ region: REGION, endpoint: 'http://127.0.0.1:9', credentials, maxAttempts: 1, requestHandler: { handle } });
  } catch (error) {
    if (!(error instanceof Written)) throw error;
    const { method, path, query, headers, body = '' } = error.request;
    const search = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value ?? ''))}`).join('&');
    return readAwsRequest({ method, target: search === '' ? path : `${path}?${search}`, headers, body: typeof body === 'string' ? Buffer.from(body) : Buffer.concat([body]) });
  }
  throw new Error('nothing was sent');
}
