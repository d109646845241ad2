import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt, parseJson, textAt } from '../json';
import { type RunContext, runContext } from '../run-context';
import { type ApiRequest, requestRefused, sendRequest } from './api-request';
import { type Connection, connectionOf } from './connection';
import { type ObjectReference, type ResourceKind, resourcePath } from './objects';

/** Where an action reaches Kubernetes. */
export interface KubernetesApiOptions {
  /** Absolute path of the kubeconfig. Its current context names the cluster and the user. */
  readonly kubeconfig: string;
  /**
   * Name under which the API server notes what is changed: the `manager` of `metadata.managedFields`.
   *
   * @default 'karpenter-lab'
   */
  readonly fieldManager?: string;
}

/** Which objects of a kind are meant. */
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
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

/** What a watch sends: an object that changed, or a mark up to where it has told everything. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly body: JsonObject;
}

/** How long a list or a change may take. Longer answers are watches and logs. */
const REQUEST_TIMEOUT_SECONDS = 30;

/** How long the API server holds a watch open before it is resumed. */
const WATCH_TIMEOUT_SECONDS = 240;

/** Seconds after that in which its end must come: a connection that was lost without a word tells nothing for ever. */
const WATCH_MARGIN_SECONDS = 30;

/** Objects a page of a list. */
const PAGE_SIZE = 500;

/**
 * The Kubernetes API, as far as the lab uses it: objects of any kind, by the kubeconfig's own credentials.
 *
 * The kubeconfig, with its certificates, tokens and credential plugins, is read by the official client. The requests are
 * made here, because the official watch loses the reason of a refusal and the exceptions of its callback, and every of
 * its requests makes a TLS connection of its own, which a class of a hundred students feels.
 */
export class KubernetesApi {
  /**
   * Reads a kubeconfig. It makes no request yet.
   *
   * @throws LabError `KubeconfigUnreadable`
   */
  static async connect(options: KubernetesApiOptions, run: Partial<RunContext> = {}): Promise<KubernetesApi> {
    return new KubernetesApi(await connectionOf(options.kubeconfig), runContext(run).signal, options.fieldManager);
  }

  /**
   * @param signal aborts every request, watch and log of this API
   * @param fieldManager see {@link KubernetesApiOptions.fieldManager}
   */
  constructor(private readonly connection: Connection, readonly signal: AbortSignal = runContext().signal, readonly fieldManager = 'karpenter-lab') {}

  /** The same API by the same connection, whose requests another signal aborts. It must not be closed on its own. */
  boundTo(signal: AbortSignal): KubernetesApi {
    return new KubernetesApi(this.connection, signal, this.fieldManager);
  }

  /** URL of the API server. */
  get server(): string {
    return this.connection.server;
  }

  /** Name of the cluster's entry in the kubeconfig; undefined where the connection comes from none. */
  get clusterEntry(): string | undefined {
    return this.connection.clusterEntry;
  }

  /** Ends all connections. Watches that still run end with them. */
  close(): void {
    this.connection.close();
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
   * Changes of a selection since a moment, until the server ends the watch. It is for {@link LiveList}, which resumes it.
   *
   * @throws LabError `KubernetesRequestRefused` with status 410 when the moment is too long ago
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

  /** Makes an object what the body says, as `kubectl apply --server-side` does: made, or changed where it differs. */
  async apply(kind: ResourceKind<unknown>, body: JsonObject): Promise<void> {
    const path = resourcePath(kind, { namespace: textAt(body, 'metadata', 'namespace'), name: textAt(body, 'metadata', 'name') ?? '' });
    await this.ask({ method: 'PATCH', path, query: { fieldManager: this.fieldManager, force: 'true' }, body, contentType: 'application/apply-patch+yaml' });
  }

  /** Changes some fields of an object, and leaves the others. A null removes a field. */
  async patch<T>(kind: ResourceKind<T>, reference: ObjectReference, change: JsonObject): Promise<T> {
    const answer = await this.ask({
      method: 'PATCH', path: resourcePath(kind, reference), query: { fieldManager: this.fieldManager }, body: change, contentType: 'application/merge-patch+json',
    });
    return kind.read(objectAt(answer));
  }

  /**
   * Sets how many pods a Deployment has, as `kubectl scale` does.
   *
   * @returns when, by the API server's clock, as ISO 8601 in whole seconds: the object itself does not keep it
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
   * Asks for an object's deletion. It does not wait until finalizers are done.
   *
   * @returns whether there was anything to delete
   */
  async delete(kind: ResourceKind<unknown>, reference: ObjectReference): Promise<boolean> {
    const answer = await this.ask({
      method: 'DELETE', path: resourcePath(kind, reference), query: { propagationPolicy: 'Background' }, acceptsMissing: true,
    });
    return answer !== undefined;
  }

  /**
   * Lines that a container wrote, and, with `follow`, those that it will write until the API's signal is aborted.
   *
   * @throws LabError `KubernetesRequestRefused`
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
    });
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
  /** Whether a 404 is an answer like another. @default false */
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

/** Characters of a body that is no JSON which its reader gets to see. */
const QUOTED_CHARACTERS = 200;

/** A body as JSON. One that is none, such as the page of a proxy, becomes a status with its text for a message. */
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
