import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { LOOPBACK } from '../../../../lib/rehearsal/process/loopback';

const NO_STACKS = '<ListStacksResponse><ListStacksResult><StackSummaries/></ListStacksResult></ListStacksResponse>';

/** An account in front of moto that has no stack: moto's own CloudFormation needs packages that a rehearsal does without. */
export async function withoutStacks(moto: string): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      if (body.includes('Action=ListStacks')) return response.writeHead(200, { 'content-type': 'text/xml' }).end(NO_STACKS);
      const answer = await fetch(`${moto}${request.url}`, { method: request.method, headers: forwarded(request.headers), ...(body.length > 0 && { body: new Uint8Array(body) }) });
      return response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, LOOPBACK, resolve);
  });
  return { url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}

/** Headers that say what is asked; the rest is fetch's own. */
function forwarded(headers: IncomingHttpHeaders): Record<string, string> {
  const names = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'];
  return Object.fromEntries(names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])));
}
