/** The part of an SDK client that sends a request and receives its answer. */
interface RequestHandler {
  handle(request: never, options?: object): Promise<unknown>;
}

/** A client of the SDK, as far as it is bound here. */
interface BindableClient {
  readonly config: { requestHandler: RequestHandler };
}

/**
 * Binds a client of the SDK to a signal: it aborts every request of the client, its retries and the pages of its lists too.
 * So no function that asks AWS takes a signal of its own, and none can forget to pass it on.
 *
 * @returns the client itself
 */
export function boundTo<Client extends BindableClient>(signal: AbortSignal, client: Client): Client {
  const { requestHandler } = client.config;
  client.config.requestHandler = Object.assign(Object.create(requestHandler) as RequestHandler, {
    handle: (request: never, options?: object) => requestHandler.handle(request, { ...options, abortSignal: signal }),
  });
  return client;
}
