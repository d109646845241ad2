import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt, parseJson, textAt } from '../json';
import { runContext } from '../run-context';
import { type ApiRequest, requestRefused, sendRequest } from './api-request';
import type { ApiEndpoint, Connection } from './connection';
import { type ObjectReference, type ResourceKind, resourcePath } from './objects';

/** Selects objects of a kind. */
export interface Selection {
  /** @default - all namespaces */
  readonly namespace?: string;
  /** Such as `app=inflate`. @default - whatever their labels */
  readonly labelSelector?: string;
  /** Such as `metadata.name=inflate`. @default - whatever their fields */
  readonly fieldSelector?: string;
}

/** Objects as they were at one moment. */
export interface ObjectList<T> {
  readonly items: readonly T[];
  /** Version from which a watch continues. */
  readonly resourceVersion: string;
}

/** An event of a watch: an object that changed, or a bookmark that says how far the watch has come. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly body: JsonObject;
}

/** Seconds that a request may take; a watch, and a log that is followed, take longer. */
const REQUEST_TIMEOUT_SECONDS = 30;

/** Seconds that the API server holds a watch open. Then the watch is resumed. */
const WATCH_TIMEOUT_SECONDS = 240;

/** Seconds after that until a watch counts as lost: a broken connection may never report its end. */
const WATCH_MARGIN_SECONDS = 30;

/** Objects per page of a list. */
const PAGE_SIZE = 500;

/**
 * The Kubernetes API, as far as the lab uses it: objects of any kind, with the kubeconfig's own credentials.
 *
 * The official client reads the kubeconfig, with its certificates, tokens and credential plugins. This class makes the requests
 * itself: the official watch loses the reason of a refusal and the exceptions of its callback, and the official client opens a
 * TLS connection for every request, which is slow for a class of a hundred students.
 *
 * @example
 * const api = await apiByKubeconfig({ kubeconfig: '/home/kim/.kube/config' }, run);
 * const { items: nodePools } = await api.list(NODE_POOLS);
 * api.close();
 */
export class KubernetesApi {
  /**
   * @param signal aborts every request, watch and log of this API
   * @param fieldManager name under which the API server notes what is changed: the `manager` of `metadata.managedFields`
   */
  constructor(private readonly connection: Connection, readonly signal: AbortSignal = runContext().signal, readonly fieldManager = 'karpenter-lab') {}

  /** The same API on the same connection, with another signal to abort its requests. Close only the first one. */
  boundTo(signal: AbortSignal): KubernetesApi {
    return new KubernetesApi(this.connection, signal, this.fieldManager);
  }

  /** URL of the API server. */
  get server(): string {
    return this.connection.server;
  }

  /** Where others reach the same API server. */
  get endpoint(): ApiEndpoint {
    const { server, certificateAuthority, tlsServerName } = this.connection;
    return { server, certificateAuthority, tlsServerName };
  }

  /** Name of the cluster's entry in the kubeconfig; undefined where the connection comes from none. */
  get clusterEntry(): string | undefined {
    return this.connection.clusterEntry;
  }

  /** Ends all connections. Watches that still run end with them. */
  close(): void {
    this.connection.close();
  }

  /** The moment by the API server's own clock, in whole seconds. */
  async serverTime(): Promise<Date> {
    return new Date((await this.exchange({ method: 'GET', path: '/version' })).at);
  }

  /**
   * One object.
   *
   * @returns undefined where there is none
   */
  async get<T>(kind: ResourceKind<T>, reference: ObjectReference): Promise<T | undefined> {
    const answer = await this.ask({ method: 'GET', path: resourcePath(kind, reference), acceptsMissing: true });
    return answer === undefined ? undefined : kind.read(objectAt(answer));
  }

  /** All objects of a selection. */
  async list<T>(kind: ResourceKind<T>, selection: Selection = {}): Promise<ObjectList<T>> {
    const { items, resourceVersion } = await this.listBodies(kind, selection);
    return { items: items.map((item) => kind.read(item)), resourceVersion };
  }

  /** {@link list}, with the objects as the API server sends them. */
  async listBodies(kind: ResourceKind<unknown>, selection: Selection = {}): Promise<ObjectList<JsonObject>> {
    const items: JsonObject[] = [];
    let continueToken: string | undefined;
    let resourceVersion = '';
    do {
      const answer = await this.ask({
        method: 'GET',
        path: resourcePath(kind, { namespace: selection.namespace }),
        query: { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector, limit: String(PAGE_SIZE), continue: continueToken },
      });
      const found = objectAt(answer)['items'];
      items.push(...(isJsonArray(found) ? found.filter(isJsonObject) : []));
      resourceVersion = textAt(answer, 'metadata', 'resourceVersion') ?? '';
      const next = textAt(answer, 'metadata', 'continue') ?? '';
      continueToken = next === '' ? undefined : next;
    } while (continueToken !== undefined);
    return { items, resourceVersion };
  }

  /**
   * Watches a selection from a resource version until the server ends the watch. Use {@link LiveList}, which resumes it.
   *
   * @throws LabError `KubernetesRequestRefused` with status 410 when the version is too old
   */
  async * watch(kind: ResourceKind<unknown>, selection: Selection, resourceVersion: string): AsyncGenerator<WatchEvent> {
    const lines = await this.stream({
      method: 'GET',
      path: resourcePath(kind, { namespace: selection.namespace }),
      query: {
        watch: 'true',
        resourceVersion,
        labelSelector: selection.labelSelector,
        fieldSelector: selection.fieldSelector,
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(WATCH_TIMEOUT_SECONDS),
      },
    }, WATCH_TIMEOUT_SECONDS + WATCH_MARGIN_SECONDS);
    for await (const line of lines) {
      const event = JSON.parse(line) as { readonly type: WatchEvent['type'] | 'ERROR'; readonly object: JsonObject };
      if (event.type === 'ERROR') throw requestRefused({ method: 'WATCH', path: resourcePath(kind, { namespace: selection.namespace }) }, undefined, event.object);
      yield { type: event.type, body: event.object };
    }
  }

  /**
   * Creates an object.
   *
   * @throws LabError `KubernetesRequestRefused`, with status 409 where it exists already
   */
  async create<T>(kind: ResourceKind<T>, body: JsonObject): Promise<T> {
    const path = resourcePath(kind, { namespace: textAt(body, 'metadata', 'namespace') });
    return kind.read(objectAt(await this.ask({ method: 'POST', path, query: { fieldManager: this.fieldManager }, body })));
  }

  /**
   * Creates a subresource of an object, such as the `token` of a ServiceAccount.
   *
   * @returns what the API server answers
   * @throws LabError `KubernetesRequestRefused`, with status 404 where there is no such object
   */
  async createSubresource(kind: ResourceKind<unknown>, reference: ObjectReference, subresource: string, body: JsonObject): Promise<JsonObject> {
    return objectAt(await this.ask({ method: 'POST', path: `${resourcePath(kind, reference)}/${subresource}`, body }));
  }

  /** Creates an object, or changes it to match the body, as `kubectl apply --server-side --force-conflicts` does. */
  async apply(kind: ResourceKind<unknown>, body: JsonObject): Promise<void> {
    const path = resourcePath(kind, { namespace: textAt(body, 'metadata', 'namespace'), name: textAt(body, 'metadata', 'name') ?? '' });
    await this.ask({ method: 'PATCH', path, query: { fieldManager: this.fieldManager, force: 'true' }, body, contentType: 'application/apply-patch+yaml' });
  }

  /** Changes the given fields of an object. A null removes a field. */
  async patch<T>(kind: ResourceKind<T>, reference: ObjectReference, change: JsonObject): Promise<T> {
    const answer = await this.ask({
      method: 'PATCH', path: resourcePath(kind, reference), query: { fieldManager: this.fieldManager }, body: change, contentType: 'application/merge-patch+json',
    });
    return kind.read(objectAt(answer));
  }

  /** Changes the given fields of an object's status. A null removes a field. */
  async patchStatus<T>(kind: ResourceKind<T>, reference: ObjectReference, change: JsonObject): Promise<T> {
    const answer = await this.ask({
      method: 'PATCH',
      path: `${resourcePath(kind, reference)}/status`,
      query: { fieldManager: this.fieldManager },
      body: { status: change },
      contentType: 'application/merge-patch+json',
    });
    return kind.read(objectAt(answer));
  }

  /**
   * Sets how many pods a Deployment has, as `kubectl scale` does.
   *
   * @returns the time of the change by the API server's clock, as ISO 8601 in whole seconds; the object itself does not record it
   */
  async scale(kind: ResourceKind<unknown>, reference: ObjectReference, replicas: number): Promise<string> {
    const { at } = await this.exchange({
      method: 'PATCH',
      path: `${resourcePath(kind, reference)}/scale`,
      query: { fieldManager: this.fieldManager },
      body: { spec: { replicas } },
      contentType: 'application/merge-patch+json',
    });
    return at;
  }

  /**
   * Asks for the deletion of an object. It does not wait for finalizers.
   *
   * @param graceSeconds seconds that a pod has to end; 0 removes the object of a pod that has ended. By default what the pod says
   * @returns whether there was anything to delete
   */
  async delete(kind: ResourceKind<unknown>, reference: ObjectReference, graceSeconds?: number): Promise<boolean> {
    const answer = await this.ask({
      method: 'DELETE',
      path: resourcePath(kind, reference),
      query: { propagationPolicy: 'Background', gracePeriodSeconds: graceSeconds === undefined ? undefined : String(graceSeconds) },
      acceptsMissing: true,
    });
    return answer !== undefined;
  }

  /**
   * Lines that a container wrote, and, with `follow`, those that it will write until the API's signal is aborted.
   *
   * @throws LabError `KubernetesRequestRefused`; `KubernetesUnreachable`, also while lines are read
   */
  async logs(options: LogOptions): Promise<AsyncIterable<string>> {
    return this.stream({
      method: 'GET',
      path: `/api/v1/namespaces/${options.namespace}/pods/${options.pod}/log`,
      query: {
        container: options.container,
        follow: options.follow === true ? 'true' : undefined,
        sinceSeconds: options.sinceSeconds === undefined ? undefined : String(Math.max(1, Math.ceil(options.sinceSeconds))),
      },
    }, options.follow === true ? undefined : REQUEST_TIMEOUT_SECONDS);
  }

  private async ask(request: FullRequest): Promise<JsonValue | undefined> {
    return (await this.exchange(request)).body;
  }

  private async exchange(request: FullRequest): Promise<{ readonly body?: JsonValue; readonly at: string }> {
    const answer = await sendRequest(this.connection, request, { signal: this.signal, timeoutSeconds: REQUEST_TIMEOUT_SECONDS });
    const text = await answer.text();
    if (answer.status === 404 && request.acceptsMissing === true) return { at: answer.at };
    const body = parsed(text);
    if (answer.status >= 300) throw requestRefused(request, answer.status, objectAt(body));
    return { body, at: answer.at };
  }

  private async stream(request: ApiRequest, timeoutSeconds?: number): Promise<AsyncIterable<string>> {
    const answer = await sendRequest(this.connection, request, { signal: this.signal, timeoutSeconds });
    if (answer.status >= 300) throw requestRefused(request, answer.status, objectAt(parsed(await answer.text())));
    return readLines(answer.chunks);
  }
}

/** A request whose whole answer is read. */
interface FullRequest extends ApiRequest {
  /** Whether a 404 means that there is no such object, and is no error. @default false */
  readonly acceptsMissing?: boolean;
}

/** Which lines of which container. */
export interface LogOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** @default - all that is kept */
  readonly sinceSeconds?: number;
  /** Whether to wait for further lines. @default false */
  readonly follow?: boolean;
}

/** Characters that an error message quotes of a body that is not JSON. */
const QUOTED_CHARACTERS = 200;

/** Parses a body. A body that is not JSON, such as a proxy's error page, becomes a status with that text as its message. */
function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return { message: text.slice(0, QUOTED_CHARACTERS).trim() };
  }
}

/**
 * Lines of a stream of UTF-8 bytes, without their line ends. Empty lines are left out; a last line without an end counts.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.map((line) => line.replace(/\r$/, '')).filter((line) => line !== '');
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
