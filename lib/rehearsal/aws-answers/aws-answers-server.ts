import { Agent, createServer, type IncomingMessage, type OutgoingHttpHeaders, request as startRequest, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../lab-error';
import type { PlayedService } from '../account';
import { LOOPBACK, requireLoopback } from '../process/loopback';
import { type AwsAnswer, faultAnswer, type Handling } from './aws-answer';
import { AwsFault, type AwsRequest, readAwsRequest } from './aws-request';

/** What the server answers with, and where. */
export interface AwsAnswersOptions {
  /** Loopback URL of moto, which answers what no service does. */
  readonly moto: string;
  /** Those that answer before moto. They are asked in their order, and may be added to while the server runs. */
  readonly services: readonly PlayedService[];
  /**
   * Judges each signed request before anything answers it.
   *
   * @default - everything is allowed
   * @throws AwsFault the service's own refusal
   */
  readonly judge?: (request: AwsRequest) => Promise<void>;
  /**
   * TCP port on 127.0.0.1.
   *
   * @default 0, a free one
   */
  readonly port?: number;
  /** Called for each request once it is over. */
  readonly log: RequestLog;
}

/** A server that runs. */
export interface AwsAnswersServer {
  readonly port: number;
  /** Such as `http://127.0.0.1:40123`: what goes into `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Stops it. Requests under way are broken off. */
  close(): Promise<void>;
}

/**
 * Milliseconds for which a connection may be idle: longer than Karpenter's SDK keeps one (90 s),
 * so that the server never closes a connection on which a request is just coming in.
 */
const KEEP_ALIVE_MS = 120_000;

/**
 * Answers AWS calls on loopback as `docs/rehearsal-aws-answers.md` says.
 *
 * @throws LabError `EndpointNotLocal` when moto's URL leads elsewhere
 * @throws LabError `AwsAnswersNotStarted` when the port cannot be had
 */
export async function startAwsAnswers(options: AwsAnswersOptions): Promise<AwsAnswersServer> {
  const upstream = requireLoopback(options.moto);
  const turns = new Turns();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    const exchange = new Exchange(incoming, outgoing, upstream, turns, options);
    void exchange.run();
  });
  await listen(server, options.port ?? 0);

  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, url: `http://${LOOPBACK}:${port}`, close: () => close(server) };
}

/**
 * Requests to IAM go to moto one after the other: it walks through its books without a lock, so that one request fails while another
 * writes ("dictionary changed size during iteration"). Other services are not asked in parallel about the same thing, or wait for
 * messages.
 */
class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>({ service }: AwsRequest, pass: () => Promise<T>): Promise<T> {
    if (service !== 'iam') return pass();
    const turn = this.last.then(pass);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

/** One request and its answer. */
class Exchange {
  private readonly startedAt = new Date();
  private readonly callerGone = new AbortController();
  private entry: Pick<RequestLogEntry, 'service' | 'action' | 'answeredBy' | 'note'> = { service: '', action: '', answeredBy: 'lab' };

  constructor(
    private readonly incoming: IncomingMessage,
    private readonly outgoing: ServerResponse,
    private readonly upstream: URL,
    private readonly turns: Turns,
    private readonly options: AwsAnswersOptions,
  ) {
    outgoing.on('close', () => {
      this.callerGone.abort();
      this.writeLog();
    });
  }

  /** Never rejects: a failure becomes the answer, and a note in the log. */
  async run(): Promise<void> {
    let request: AwsRequest | undefined;
    try {
      request = readAwsRequest({
        method: this.incoming.method ?? 'GET',
        target: this.incoming.url ?? '/',
        headers: this.incoming.headers,
        body: await buffer(this.incoming),
      });
      this.entry = { ...this.entry, service: request.service, action: request.operation };
      if (request.accessKeyId !== '') await this.options.judge?.(request);
      await this.carryOut(await this.handlingOf(request));
    } catch (error) {
      this.fail(request, error);
    }
  }

  private handlingOf(request: AwsRequest): Handling | Promise<Handling> {
    for (const service of this.options.services) {
      const handler = service.handlerOf(request);
      if (handler !== undefined) return handler(request);
    }
    if (this.options.judge !== undefined && request.accessKeyId === '') throw new AwsFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    return { forward: request };
  }

  private async carryOut(handling: Handling): Promise<void> {
    if ('answer' in handling) {
      this.answer(handling.answer);
      return;
    }
    this.entry = { ...this.entry, answeredBy: 'moto', note: handling.note };
    const response = await this.turns.take(handling.forward, () => passOn(handling.forward, this.upstream, this.callerGone.signal));
    if (handling.change !== undefined && response.statusCode === 200) {
      const body = handling.change((await buffer(response)).toString('utf8'));
      this.outgoing.writeHead(200, { ...endToEndHeaders(response.headers), 'content-length': Buffer.byteLength(body) });
      this.outgoing.end(body);
      return;
    }
    this.outgoing.writeHead(response.statusCode ?? 502, endToEndHeaders(response.headers));
    await pipeline(response, this.outgoing);
  }

  private answer({ status, headers, body, note }: AwsAnswer): void {
    this.entry = { ...this.entry, answeredBy: 'lab', note };
    this.outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    this.outgoing.end(body);
  }

  private fail(request: AwsRequest | undefined, error: unknown): void {
    // It is too late for another answer; the log says that this one was broken off.
    if (request === undefined || this.outgoing.headersSent || this.outgoing.destroyed) {
      this.outgoing.destroy();
      return;
    }
    const fault = error instanceof AwsFault ? error : new AwsFault('InternalFailure', `The rehearsal's AWS failed: ${messageOf(error)}`, 500);
    this.answer(faultAnswer(request, fault));
  }

  private writeLog(): void {
    const { headersSent, writableFinished } = this.outgoing;
    this.options.log({
      time: this.startedAt.toISOString(),
      service: this.entry.service,
      action: this.entry.action,
      status: headersSent ? this.outgoing.statusCode : 0,
      ms: Date.now() - this.startedAt.getTime(),
      answeredBy: this.entry.answeredBy,
      note: writableFinished ? this.entry.note : 'broken off',
    });
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new LabError({
      code: 'AwsAnswersNotStarted',
      message: `The rehearsal's AWS could not listen on ${LOOPBACK}: ${cause.message}.`,
      received: port,
      remedy: 'Give a port that is free, or 0 for any.',
      cause,
    })));
    server.listen(port, LOOPBACK, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    // Karpenter waits up to 20 s for messages of its queue.
    server.closeAllConnections();
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A request and what became of it. */
export interface RequestLogEntry {
  /** When the request came in, as ISO 8601 in UTC. */
  readonly time: string;
  /** Name by which the request was signed, such as `ec2`; empty where it was not. */
  readonly service: string;
  /** Such as `DescribeSubnets`, or method and path. */
  readonly action: string;
  /** HTTP status; 0 where the caller went away before there was an answer. */
  readonly status: number;
  /** Milliseconds from the request's first byte to the answer's last. */
  readonly ms: number;
  /** Who answered: this server, or moto. */
  readonly answeredBy: 'lab' | 'moto';
  /**
   * What was answered, or what went wrong.
   *
   * @default - nothing to say
   */
  readonly note?: string;
}

/** Takes each entry of the log. */
export type RequestLog = (entry: RequestLogEntry) => void;

/** Headers that belong to one connection, so that a proxy does not pass them on. @see RFC 9110, section 7.6.1 */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect',
]);

/** Each request has its own connection: moto closes idle ones, and a request sent at that moment would be lost. */
const agent = new Agent({ keepAlive: false });

/**
 * Passes a request on.
 *
 * @param signal ends the request when its caller goes away
 * @returns the head of the answer, with the body still to be read
 * @throws AwsFault `ServiceUnavailable` when moto cannot be reached
 * @throws AwsFault `NotImplemented` when moto has no answer
 */
export async function passOn(request: AwsRequest, upstream: URL, signal: AbortSignal): Promise<IncomingMessage> {
  let response;
  try {
    response = await send(request, upstream, signal);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AwsFault('ServiceUnavailable', `moto at ${upstream.origin} does not answer: ${reason}`, 503);
  }

  // The page that moto's web framework shows when moto raises an exception: an operation or a
  // service that moto does not have. SDKs repeat a request after 500, and would do so for minutes.
  if (response.statusCode === 500 && response.headers['content-type']?.startsWith('text/html') === true) {
    response.resume();
    throw new AwsFault('NotImplemented', `Neither the rehearsal nor moto answers ${request.service} ${request.operation}; moto's log says why.`, 501);
  }
  return response;
}

/** Headers without those that belong to one connection. */
export function endToEndHeaders(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.has(name)));
}

function send(request: AwsRequest, upstream: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = startRequest({
      agent,
      signal,
      host: upstream.hostname,
      port: upstream.port,
      method: request.method,
      path: request.target,
      // The Host stays: from it, moto makes the URL of a queue, which so leads back here.
      headers: { ...endToEndHeaders(request.headers), 'content-length': request.body.length },
    }, resolve);
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}
