import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { JsonObject } from '../assembly/json';
import { LabError } from '../lab-error';
import type { Connection } from './connection';

/** A request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'WATCH';
  /** Without the server and the query. */
  readonly path: string;
  /** Parameters; those that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** @default - none */
  readonly body?: JsonObject;
  /** @default 'application/json' */
  readonly contentType?: string;
}

/** How a request is sent. */
export interface SendOptions {
  /** @default - it cannot be aborted */
  readonly signal?: AbortSignal;
  /** Seconds for the whole answer. @default - as long as it takes */
  readonly timeoutSeconds?: number;
}

/** An answer whose body has not been read yet. */
export interface ApiAnswer {
  readonly status: number;
  /** When the server answered, by its own clock: ISO 8601 in whole seconds. */
  readonly at: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The whole body. */
  readonly text: () => Promise<string>;
}

/**
 * Sends a request.
 *
 * @throws LabError `KubernetesUnreachable` when no answer comes; the reason of the signal when it is aborted
 */
export async function sendRequest(connection: Connection, request: ApiRequest, { signal, timeoutSeconds }: SendOptions): Promise<ApiAnswer> {
  signal?.throwIfAborted();
  const url = new URL(`${connection.server.replace(/\/$/, '')}${request.path}`);
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, value);
  }
  const text = request.body === undefined ? undefined : JSON.stringify(request.body);
  const timeout = timeoutSeconds === undefined ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
  const signals = [signal, timeout].filter((each) => each !== undefined);
  const authenticated = await connection.authenticate();
  const options: RequestOptions = {
    ...authenticated,
    method: request.method,
    signal: AbortSignal.any(signals),
    headers: {
      ...authenticated.headers,
      accept: 'application/json',
      ...(text === undefined ? {} : { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(text) }),
    },
  };

  const failure = (cause: unknown): unknown => {
    if (signal?.aborted === true) return signal.reason;
    return unreachable(connection.server, timeout?.aborted === true ? `no answer within ${timeoutSeconds ?? 0} s` : cause);
  };
  try {
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const send = url.protocol === 'https:' ? requestHttps : requestHttp;
      const sent = send(url, options, resolve);
      sent.on('error', reject);
      sent.end(text);
    });
    const chunks = guarded(message, failure);
    return { status: message.statusCode ?? 0, at: new Date(message.headers.date ?? Date.now()).toISOString(), chunks, text: () => wholeText(chunks) };
  } catch (error) {
    throw failure(error);
  }
}

async function* guarded(message: IncomingMessage, failure: (cause: unknown) => unknown): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of message) yield chunk as Uint8Array;
  } catch (error) {
    throw failure(error);
  }
}

async function wholeText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

function unreachable(server: string, cause: unknown): LabError {
  const why = cause instanceof Error ? cause.message || ('code' in cause ? String(cause.code) : cause.name) : String(cause);
  return new LabError({
    code: 'KubernetesUnreachable',
    message: `The Kubernetes API does not answer: ${why}.`,
    received: server,
    remedy: 'Check that the cluster runs and that this machine may reach its endpoint: lab rehearse --status, or apiAccess in lab.yaml.',
    cause,
  });
}
