import { Agent, request as startRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { AwsFault } from './aws-fault';
import type { AwsRequest } from './aws-request';

/** Headers that are between one client and one server, not part of the request. @see RFC 9110, section 7.6.1 */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect',
]);

/** A connection each: moto closes them, and one that it closes just then would lose a request. */
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
