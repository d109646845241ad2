import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request as the stub got it. */
export interface StubRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the stub answers. */
export type StubAnswer = (request: StubRequest, response: ServerResponse) => void;

/** Stands for moto. */
export interface StubUpstream {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /** Changes how it answers from now on. */
  answerWith(answer: StubAnswer): void;
  stop(): Promise<void>;
}

/** Answers with an XML document that the EC2 client takes for an empty one. */
export const EMPTY_XML: StubAnswer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
};

/** Starts a stub on a free port of loopback. */
export async function startStubUpstream(): Promise<StubUpstream> {
  const requests: StubRequest[] = [];
  let answer = EMPTY_XML;
  const server = createServer((incoming, response) => {
    void buffer(incoming).then((body) => {
      const request = { method: incoming.method ?? '', target: incoming.url ?? '', headers: incoming.headers, body: body.toString() };
      requests.push(request);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    requests,
    answerWith: (next) => { answer = next; },
    stop: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
