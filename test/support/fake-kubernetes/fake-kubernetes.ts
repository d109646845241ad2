import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from '../../../lib/json';
import { KubernetesApi } from '../../../lib/kubernetes/kubernetes-api';
import { resourcePath, type ObjectReference, type ResourceKind } from '../../../lib/kubernetes/objects';
import { merged } from './merge';
import { matches, selectionOf, type ObjectFilter } from './selection';

/** A change, as the history keeps it. */
interface Change {
  readonly version: number;
  readonly collection: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: JsonObject;
  readonly before?: JsonObject;
}

/** Requests that are refused. */
export interface Refusal {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  readonly message: string;
  /** The API server's own word for it. @default 'Refused' */
  readonly reason?: string;
  /** How often. @default - always */
  readonly times?: number;
}

/** Where a path leads. */
interface Target {
  /** Path of all objects of the kind, of all namespaces. */
  readonly collection: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** An API server in memory. What it does stands in README.md beside this file. */
export class FakeKubernetes {
  /** Starts it on a free port of loopback. */
  static async start(): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** Requests it got, such as `GET /api/v1/nodes`. */
  readonly requests: string[] = [];

  private readonly server = createServer((request, response) => void this.answer(request, response));
  private readonly agent = new Agent({ keepAlive: true });
  private readonly objects = new Map<string, JsonObject>();
  private readonly history: Change[] = [];
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly streams = new Set<() => void>();
  private readonly logs = new Map<string, string[]>();
  private readonly logListeners = new Set<() => void>();
  private readonly refusals: { readonly refusal: Refusal; left: number }[] = [];
  private areLogsEndless = false;
  private version = 0;
  private oldest = 0;

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A client of it. */
  api(): KubernetesApi {
    return new KubernetesApi({ server: this.url, authenticate: () => Promise.resolve({ agent: this.agent, headers: {} }), close: () => undefined });
  }

  async stop(): Promise<void> {
    this.endWatches();
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** An object as it is, or undefined. */
  find(kind: ResourceKind<unknown>, reference: ObjectReference): JsonObject | undefined {
    return this.objects.get(keyOf(resourcePath(kind, {}), reference.namespace, reference.name));
  }

  /** All objects of a kind. */
  all(kind: ResourceKind<unknown>): readonly JsonObject[] {
    return this.inCollection(resourcePath(kind, {}));
  }

  /** Makes an object, or merges a change into the one that is there. */
  put(kind: ResourceKind<unknown>, body: JsonObject): JsonObject {
    const reference = { namespace: textAt(body, 'metadata', 'namespace'), name: textAt(body, 'metadata', 'name') ?? '' };
    const before = this.find(kind, reference);
    const full = { apiVersion: kind.apiVersion, kind: kind.kind, ...body };
    return this.store(resourcePath(kind, {}), before === undefined ? full : merged(before, full) as JsonObject, before);
  }

  /** Asks for an object's deletion, as a client would. */
  remove(kind: ResourceKind<unknown>, reference: ObjectReference): void {
    const collection = resourcePath(kind, {});
    const object = this.find(kind, reference);
    if (object !== undefined) this.deleteObject(collection, object);
  }

  /** Writes lines into the log of a container. */
  log(pod: ObjectReference, container: string, ...lines: readonly string[]): void {
    const key = `${pod.namespace ?? ''}/${pod.name}/${container}`;
    this.logs.set(key, [...this.logs.get(key) ?? [], ...lines]);
    for (const listener of [...this.logListeners]) listener();
  }

  /** Has no log end any more, as where a node no longer answers. */
  makeLogsEndless(): void {
    this.areLogsEndless = true;
  }

  /** Has requests refused. */
  refuse(refusal: Refusal): void {
    this.refusals.push({ refusal, left: refusal.times ?? Infinity });
  }

  /** Makes it forget all changes, so that a watch from before cannot go on. */
  forgetHistory(): void {
    this.history.length = 0;
    this.oldest = this.version;
  }

  /** Ends all watches and followed logs, as a server that restarts would. */
  endWatches(): void {
    for (const end of [...this.streams]) end();
  }

  /** Calls back after every change. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const method = request.method ?? 'GET';
    this.requests.push(`${method} ${url.pathname}`);
    const text = await bodyOf(request);
    const refused = this.refusals.find(({ refusal, left }) => left > 0 && refusal.method === method && refusal.path.test(url.pathname));
    if (refused !== undefined) {
      refused.left -= 1;
      return sendStatus(response, refused.refusal.status, refused.refusal.reason ?? 'Refused', refused.refusal.message);
    }
    const target = targetOf(url.pathname);
    const body = text === '' ? {} : JSON.parse(text) as JsonObject;
    switch (method) {
      case 'GET':
        return this.read(target, url.searchParams, response);
      case 'POST':
        return target.subresource === 'token' ? sendToken(response, target, body) : this.create(target, body, response);
      case 'PATCH':
        return this.patch(target, body, request.headers['content-type'] ?? '', response);
      case 'DELETE':
        return this.delete(target, response);
      default:
        return sendStatus(response, 405, 'MethodNotAllowed', method);
    }
  }

  private read(target: Target, query: URLSearchParams, response: ServerResponse): void {
    if (target.subresource === 'log') return this.readLog(target, query, response);
    if (query.get('watch') === 'true') return this.watch(target, query, response);
    if (target.name === undefined) return this.list(target, query, response);
    const object = this.objects.get(keyOf(target.collection, target.namespace, target.name));
    return object === undefined ? sendNotFound(response, target) : send(response, 200, object);
  }

  private list(target: Target, query: URLSearchParams, response: ServerResponse): void {
    const selection = selectionOf(query, target.namespace);
    const found = this.inCollection(target.collection).filter((object) => matches(object, selection));
    const from = Number(query.get('continue') ?? 0);
    const to = from + Number(query.get('limit') ?? Infinity);
    send(response, 200, {
      kind: 'List',
      metadata: { resourceVersion: String(this.version), ...(to < found.length ? { continue: String(to) } : {}) },
      items: found.slice(from, to),
    });
  }

  private watch(target: Target, query: URLSearchParams, response: ServerResponse): void {
    const selection = selectionOf(query, target.namespace);
    const since = Number(query.get('resourceVersion') ?? 0);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const write = (type: string, object: JsonObject): void => void response.write(`${JSON.stringify({ type, object })}\n`);
    if (since < this.oldest) {
      write('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' });
      response.end();
      return;
    }
    const tell = (change: Change): void => {
      if (change.collection === target.collection && change.version > since) tellChange(change, selection, write);
    };
    for (const change of this.history) tell(change);
    this.keepOpen(response, Number(query.get('timeoutSeconds') ?? 60), (end) => {
      this.listeners.add(tell);
      return () => {
        this.listeners.delete(tell);
        end();
      };
    });
  }

  private readLog(target: Target, query: URLSearchParams, response: ServerResponse): void {
    const key = `${target.namespace ?? ''}/${target.name ?? ''}/${query.get('container') ?? ''}`;
    if (!this.logs.has(key)) return sendNotFound(response, target);
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    let written = 0;
    const writeNew = (): void => {
      const lines = this.logs.get(key) ?? [];
      for (const line of lines.slice(written)) response.write(`${line}\n`);
      written = lines.length;
    };
    writeNew();
    if (query.get('follow') !== 'true' && !this.areLogsEndless) {
      response.end();
      return;
    }
    this.keepOpen(response, 60, (end) => {
      this.logListeners.add(writeNew);
      return () => {
        this.logListeners.delete(writeNew);
        end();
      };
    });
  }

  private keepOpen(response: ServerResponse, seconds: number, begin: (end: () => void) => () => void): void {
    const stop = begin(() => {
      clearTimeout(timer);
      this.streams.delete(stop);
      response.end();
    });
    const timer = setTimeout(stop, seconds * 1000);
    this.streams.add(stop);
    response.on('close', stop);
  }

  private create(target: Target, body: JsonObject, response: ServerResponse): void {
    const name = textAt(body, 'metadata', 'name') ?? '';
    if (this.objects.has(keyOf(target.collection, target.namespace, name))) {
      return sendStatus(response, 409, 'AlreadyExists', `${target.collection.split('/').at(-1) ?? ''} "${name}" already exists`);
    }
    send(response, 201, this.store(target.collection, withNamespace(body, target.namespace)));
  }

  private patch(target: Target, change: JsonObject, contentType: string, response: ServerResponse): void {
    const before = this.objects.get(keyOf(target.collection, target.namespace, target.name ?? ''));
    if (before === undefined && !contentType.startsWith('application/apply-patch')) return sendNotFound(response, target);
    const asked = textAt(change, 'metadata', 'resourceVersion');
    if (before !== undefined && asked !== undefined && asked !== textAt(before, 'metadata', 'resourceVersion')) {
      return sendStatus(response, 409, 'Conflict', `${target.name ?? ''}: the object has been modified; please apply your changes to the latest version and try again`);
    }
    const after = merged(before ?? {}, withNamespace(change, target.namespace)) as JsonObject;
    send(response, before === undefined ? 201 : 200, this.store(target.collection, after, before));
  }

  private delete(target: Target, response: ServerResponse): void {
    const object = this.objects.get(keyOf(target.collection, target.namespace, target.name ?? ''));
    if (object === undefined) return sendNotFound(response, target);
    this.deleteObject(target.collection, object);
    send(response, 200, { kind: 'Status', status: 'Success' });
  }

  private deleteObject(collection: string, object: JsonObject): void {
    if (collection === '/api/v1/namespaces') {
      const namespace = textAt(object, 'metadata', 'name');
      for (const [key, inside] of [...this.objects]) {
        if (textAt(inside, 'metadata', 'namespace') === namespace) this.deleteObject(key.slice(0, key.indexOf('|')), inside);
      }
    }
    if (textAt(object, 'metadata', 'deletionTimestamp') === undefined && arrayAt(object, 'metadata', 'finalizers').length > 0) {
      this.store(collection, merged(object, { metadata: { deletionTimestamp: now() } }) as JsonObject, object);
    } else if (arrayAt(object, 'metadata', 'finalizers').length === 0) {
      this.objects.delete(keyOf(collection, textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name') ?? ''));
      this.version += 1;
      this.record({ version: this.version, collection, type: 'DELETED', object: withVersion(object, this.version), before: object });
    }
  }

  private store(collection: string, object: JsonObject, before?: JsonObject): JsonObject {
    this.version += 1;
    const metadata = objectAt(object, 'metadata');
    const stored = withVersion({
      ...object,
      metadata: { uid: `uid-${this.version}`, creationTimestamp: now(), ...metadata },
    }, this.version);
    if (textAt(stored, 'metadata', 'deletionTimestamp') !== undefined && arrayAt(stored, 'metadata', 'finalizers').length === 0) {
      this.deleteObject(collection, stored);
      return stored;
    }
    this.objects.set(keyOf(collection, textAt(metadata, 'namespace'), textAt(metadata, 'name') ?? ''), stored);
    this.record({ version: this.version, collection, type: before === undefined ? 'ADDED' : 'MODIFIED', object: stored, before });
    return stored;
  }

  private record(change: Change): void {
    this.history.push(change);
    for (const listener of [...this.listeners]) listener(change);
  }

  private inCollection(collection: string): readonly JsonObject[] {
    return [...this.objects].filter(([key]) => key.startsWith(`${collection}|`)).map(([, object]) => object);
  }
}

/** Tells a change to a watch: what begins or ceases to match is added or deleted for it. */
function tellChange({ type, object, before }: Change, selection: ObjectFilter, write: (type: string, object: JsonObject) => void): void {
  const did = before !== undefined && matches(before, selection);
  const does = type !== 'DELETED' && matches(object, selection);
  if (did || does) write(!does ? 'DELETED' : did ? 'MODIFIED' : 'ADDED', object);
}

function keyOf(collection: string, namespace: string | undefined, name: string): string {
  return `${collection}|${namespace ?? ''}|${name}`;
}

function targetOf(path: string): Target {
  const segments = path.split('/').slice(1);
  const rootLength = segments[0] === 'api' ? 2 : 3;
  const root = `/${segments.slice(0, rootLength).join('/')}`;
  const rest = segments.slice(rootLength);
  const isInNamespace = rest[0] === 'namespaces' && rest.length >= 3;
  const [plural, name, subresource] = isInNamespace ? rest.slice(2) : rest;
  return { collection: `${root}/${plural ?? ''}`, namespace: isInNamespace ? rest[1] : undefined, name, subresource };
}

function withNamespace(body: JsonObject, namespace: string | undefined): JsonObject {
  return namespace === undefined ? body : { ...body, metadata: { ...objectAt(body, 'metadata'), namespace } };
}

function withVersion(object: JsonObject, version: number): JsonObject {
  return { ...object, metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(version) } };
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function send(response: ServerResponse, status: number, body: JsonValue): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendToken(response: ServerResponse, { namespace = '', name = '' }: Target, body: JsonObject): void {
  const audiences = arrayAt(body, 'spec', 'audiences').flatMap((audience) => textAt(audience) ?? []);
  send(response, 201, {
    status: {
      token: ['token-of', namespace, name, ...audiences].join('-'),
      expirationTimestamp: new Date(Date.now() + Number(textAt(body, 'spec', 'expirationSeconds')) * 1000).toISOString(),
    },
  });
}

function sendStatus(response: ServerResponse, code: number, reason: string, message: string): void {
  send(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
}

function sendNotFound(response: ServerResponse, { collection, name }: Target): void {
  sendStatus(response, 404, 'NotFound', `${collection.split('/').at(-1) ?? ''} "${name ?? ''}" not found`);
}
