import { type IncomingMessage, request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type JsonObject, textAt } from '../json';
import { proxyAdvice } from '../proxy-advice';
import { LabError } from '../lab-error';
import { isPassingStatus } from '../passing-failure';
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
  readonly signal: AbortSignal;
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
  signal.throwIfAborted();
  const url = new URL(`${connection.server.replace(/\/$/, '')}${request.path}`);
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, value);
  }
  const text = request.body === undefined ? undefined : JSON.stringify(request.body);
  const timeout = timeoutSeconds === undefined ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
  const authenticated = await connection.authenticate();
  const options: RequestOptions = {
    ...authenticated,
    method: request.method,
    signal: timeout === undefined ? signal : AbortSignal.any([signal, timeout]),
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
    remedy: `Check that the cluster runs and that this machine may reach its endpoint: lab rehearse --status, or apiAccess in lab.yaml.${proxyAdvice(server)}`,
    cause,
    isPassing: true,
  });
}

/** The API server refused a request. */
export class KubernetesRequestRefused extends LabError {
  /** HTTP status, such as 409. */
  readonly status: number;
  /** The API server's reason, such as `AlreadyExists` or `Expired`. @default - it gave none */
  readonly reason?: string;

  constructor(options: { readonly message: string; readonly remedy: string; readonly received: string; readonly status: number; readonly reason?: string }) {
    super({
      code: 'KubernetesRequestRefused', message: options.message, received: options.received, remedy: options.remedy,
      // After a conflict the same request may succeed: somebody else changed the object first.
      isPassing: isPassingStatus(options.status) || options.reason === 'Conflict',
    });
    this.status = options.status;
    this.reason = options.reason;
  }
}

/** Makes the error of a refusal from the `Status` object that the API server sends with it. */
export function requestRefused(request: Pick<ApiRequest, 'method' | 'path'>, status: number | undefined, body: JsonObject): KubernetesRequestRefused {
  const code = status ?? Number(textAt(body, 'code') ?? 500);
  const reason = textAt(body, 'reason');
  const message = textAt(body, 'message') ?? reason ?? `status ${code}`;
  return new KubernetesRequestRefused({
    message: `The Kubernetes API refused a request: ${message.replace(/\.$/, '')}.`,
    received: `${request.method} ${request.path}`,
    remedy: remedyOf(code),
    status: code,
    reason,
  });
}

function remedyOf(status: number): string {
  switch (status) {
    case 401:
      return 'Renew the credentials of the kubeconfig: aws eks update-kubeconfig, with the profile that may use the cluster.';
    case 403:
      return 'Use a kubeconfig whose user may do this: an ARN of admins in lab.yaml.';
    case 404:
      return 'Install what is missing: a kind that is not found comes with Karpenter\'s CRDs.';
    case 400:
    case 422:
      return 'Correct the field that the message names.';
    default:
      return 'Look at the object that the message names with kubectl get -o yaml, then run the same command again.';
  }
}
