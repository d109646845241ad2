import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type JsonObject, parseJson } from '../../json';

/** An error that AWS would answer with. It goes to the caller's SDK, not to the user of the lab. */
export class AwsFault extends Error {
  /** AWS's name of the error, such as `ParameterNotFound`. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;

  /** @param status HTTP status; SDKs repeat the request after 500, 502, 503 and 504 */
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.status = status;
  }
}

/**
 * How a service's requests and answers are written:
 *
 * - `query`: a form with `Action`, answered in XML (EC2, IAM, STS);
 * - `json`: JSON with the header `X-Amz-Target` (Pricing, SSM, SQS);
 * - `rest`: a method and a path, answered in JSON (EKS).
 */
export type AwsProtocol = 'query' | 'json' | 'rest';

/** A request to AWS as it came in, and what it asks. */
export interface AwsRequest {
  readonly method: string;
  /** Path and query string, as received. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly protocol: AwsProtocol;
  /** Name by which the request is signed, such as `ec2`; empty for a request that is not signed. */
  readonly service: string;
  /** Key by which it is signed, in the header or in the query; empty for a request that is not signed. */
  readonly accessKeyId: string;
  /** Region for which it is signed; empty for a request that is not signed. */
  readonly region: string;
  /** Such as `DescribeSubnets`; method and path where the protocol is `rest`. */
  readonly operation: string;
  /** Parameters of the protocol `query`; empty in the others. */
  readonly parameters: URLSearchParams;
}

/** What came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query string. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * What an AWS signature says of itself: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, in a header or, escaped, in a query.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
const CREDENTIAL = /Credential=([^/,&]+)\/\d+\/([^/,&]+)\/([^/,&]+)\//;

const FORM = 'application/x-www-form-urlencoded';

/** Reads what a request asks. */
export function readAwsRequest(received: ReceivedRequest): AwsRequest {
  const credential = received.headers.authorization ?? (received.target.includes('X-Amz-Credential=') ? decodeURIComponent(received.target) : '');
  const [, accessKeyId = '', region = '', service = ''] = CREDENTIAL.exec(credential) ?? [];
  const signed = { ...received, accessKeyId, region, service };
  const jsonTarget = received.headers['x-amz-target'];
  if (typeof jsonTarget === 'string') {
    // "AmazonSSM.GetParameter"
    const operation = jsonTarget.slice(jsonTarget.lastIndexOf('.') + 1);
    return { ...signed, protocol: 'json', operation, parameters: new URLSearchParams() };
  }

  const parameters = queryParameters(received);
  const action = parameters.get('Action');
  return action === null
    ? { ...signed, protocol: 'rest', operation: `${received.method} ${received.target}`, parameters: new URLSearchParams() }
    : { ...signed, protocol: 'query', operation: action, parameters };
}

/** The same request with other parameters of the protocol `query`, all of them in the body. */
export function withParameters(request: AwsRequest, parameters: URLSearchParams): AwsRequest {
  const [path = '/'] = request.target.split('?');
  return { ...request, method: 'POST', target: path, headers: { ...request.headers, 'content-type': FORM }, body: Buffer.from(parameters.toString()), parameters };
}

function queryParameters({ target, headers, body }: ReceivedRequest): URLSearchParams {
  const parameters = new URLSearchParams(target.includes('?') ? target.slice(target.indexOf('?') + 1) : '');
  if (headers['content-type']?.startsWith(FORM) === true) {
    for (const [name, value] of new URLSearchParams(body.toString('utf8'))) parameters.append(name, value);
  }
  return parameters;
}

/**
 * The body of a request of the protocol `json`.
 *
 * @throws AwsFault `SerializationException` where it is not a JSON object
 */
export function jsonBody(request: AwsRequest): JsonObject {
  let body;
  try {
    body = parseJson(request.body.toString('utf8'));
  } catch {
    throw new AwsFault('SerializationException', 'The body is not JSON.');
  }
  if (!isJsonObject(body)) throw new AwsFault('SerializationException', 'The body is not a JSON object.');
  return body;
}
