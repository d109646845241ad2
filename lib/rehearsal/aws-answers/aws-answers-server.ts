import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { LabError } from '../../lab-error';
import { requireLoopback } from '../loopback';
import { faultAnswer, type AwsAnswer } from './aws-answer';
import { AwsFault } from './aws-fault';
import { readAwsRequest, type AwsRequest } from './aws-request';
import type { Handler, Handling } from './handler';
import { handlersOf, type Market } from './handlers';
import type { RequestLog, RequestLogEntry } from './request-log';
import { endToEndHeaders, passOn } from './upstream';

/** What the server answers with, and where. */
export interface AwsAnswersOptions extends Market {
  /** Loopback URL of moto, which answers what this server does not. */
  readonly moto: string;
  /**
   * TCP port on 127.0.0.1.
   *
   * @default 0, a free one
   */
  readonly port?: number;
  /** Is told of each request when it is over. */
  readonly log: RequestLog;
}

/** A server that runs. */
export interface AwsAnswersServer {
  readonly port: number;
  /** Such as `http://127.0.0.1:40123`: what goes into `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Stops it, and ends requests that are under way. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

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
  const handlers = handlersOf(options);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    const exchange = new Exchange(incoming, outgoing, upstream, options.log);
    void exchange.run(handlers);
  });
  await listen(server, options.port ?? 0);

  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, url: `http://${LOOPBACK}:${port}`, close: () => close(server) };
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
    private readonly log: RequestLog,
  ) {
    outgoing.on('close', () => {
      this.callerGone.abort();
      this.writeLog();
    });
  }

  /** Never rejects: whatever goes wrong is the answer, and in the log. */
  async run(handlers: ReadonlyMap<string, Handler>): Promise<void> {
    let request: AwsRequest | undefined;
    try {
      request = readAwsRequest({
        method: this.incoming.method ?? 'GET',
        target: this.incoming.url ?? '/',
        headers: this.incoming.headers,
        body: await buffer(this.incoming),
      });
      this.entry = { ...this.entry, service: request.service, action: request.operation };
      const handling = await handlers.get(`${request.service} ${request.operation}`)?.(request) ?? { forward: request };
      await this.carryOut(handling);
    } catch (error) {
      this.fail(request, error);
    }
  }

  private async carryOut(handling: Handling): Promise<void> {
    if ('answer' in handling) {
      this.answer(handling.answer);
      return;
    }
    this.entry = { ...this.entry, answeredBy: 'moto', note: handling.note };
    const response = await passOn(handling.forward, this.upstream, this.callerGone.signal);
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
    // Too late to answer otherwise; the log says that it was broken off.
    if (request === undefined || this.outgoing.headersSent || this.outgoing.destroyed) {
      this.outgoing.destroy();
      return;
    }
    const fault = error instanceof AwsFault ? error : new AwsFault('InternalFailure', `The rehearsal's AWS failed: ${messageOf(error)}`, 500);
    this.answer(faultAnswer(request, fault));
  }

  private writeLog(): void {
    const { headersSent, writableFinished } = this.outgoing;
    this.log({
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
