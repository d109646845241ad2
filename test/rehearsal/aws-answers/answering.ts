import { type AwsAnswersServer, type RequestLogEntry, startAwsAnswers } from '../../../lib/rehearsal/aws-answers/aws-answers-server';
import { type Market, marketOf } from '../../../lib/rehearsal/aws-answers/market';
import { imagesOf, SMALL_TABLE } from './small-market';
import { startStubUpstream, type StubUpstream } from './stub-upstream';

/** The server under test, with a stub in the place of moto. */
export interface Answering {
  readonly url: string;
  readonly upstream: StubUpstream;
  /** Log lines so far. A line is written when its exchange is over. */
  readonly log: readonly RequestLogEntry[];
  /** Waits until a request of this operation is in the log. */
  logged(action: string): Promise<RequestLogEntry>;
  stop(): Promise<void>;
}

/** Starts server and stub on free ports. */
export async function startAnswering(market: Partial<Market> = {}): Promise<Answering> {
  const upstream = await startStubUpstream();
  const log: RequestLogEntry[] = [];
  const waiting = new Set<() => void>();
  const server: AwsAnswersServer = await startAwsAnswers({
    services: [marketOf({ prices: SMALL_TABLE, images: imagesOf('v20260917'), ...market })],
    moto: upstream.url,
    log: (entry) => {
      log.push(entry);
      for (const look of waiting) look();
    },
  });
  return {
    url: server.url,
    upstream,
    log,
    logged: (action) => new Promise((resolve) => {
      const look = (): void => {
        const found = log.find((entry) => entry.action === action);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    }),
    stop: async () => {
      await server.close();
      await upstream.stop();
    },
  };
}

/** Configuration of an AWS SDK client that asks the server under test, once. */
export function sdkConfiguration(url: string, region = 'ap-northeast-2') {
  return { endpoint: url, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 };
}

/** Header with which an AWS SDK says for whom a request is signed. */
export function signedFor(service: string, region = 'ap-northeast-2'): Readonly<Record<string, string>> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=test/20261101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0` };
}

/** Asks an operation of a service that speaks JSON. */
export function postJson(url: string, service: string, target: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...signedFor(service), 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' }, body });
}

/** Asks an operation of EC2, or of another service that takes a form. */
export function postForm(url: string, service: string, parameters: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, { method: 'POST', headers: signedFor(service), body: new URLSearchParams(parameters) });
}

/** Code of the error that a call of an AWS SDK ends with; a call that ends otherwise fails the test. */
export async function faultOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error.name;
    throw error;
  }
  throw new Error('The call was expected to fail');
}
