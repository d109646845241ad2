// Not the official client's informer: this list reports when it is cut off and when it is back, gives up after a time that the
// caller sets, and ends with the run.
import { textAt } from '../json';
import type { ObjectMetadata, ResourceKind } from './objects';
import { pause, type Watched } from '../wait-for';
import type { KubernetesApi, Selection } from './kubernetes-api';
import { isPassing } from '../passing-failure';
import { KubernetesRequestRefused } from './api-request';

/** A change of a {@link LiveList}. */
export interface ListChange<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  /** The object as it is now; a deleted one as it was last. */
  readonly item: T;
}

/** Status by which the API server says that a resource version is too old to continue from. */
const GONE = 410;

/** Seconds between two tries to resume a watch, and seconds after which the list gives up. */
const RESUME_PAUSE_SECONDS = 0.5;
const RESUME_DEADLINE_SECONDS = 60;

/**
 * Objects of a selection as they are now: listed once, then kept up to date by a watch. The watch is resumed where it
 * ended; where that moment is too long ago, or the server was out of reach, the objects are listed again.
 */
export class LiveList<T extends { readonly metadata: ObjectMetadata }> implements Watched {
  /**
   * Lists the objects and begins to watch them.
   *
   * @param api its signal ends the watch; the list then fails with the signal's reason
   * @param patienceSeconds how long the API server may be out of reach before the list gives up; Infinity: it never gives up
   */
  static async start<T extends { readonly metadata: ObjectMetadata }>(
    api: KubernetesApi, kind: ResourceKind<T>, selection: Selection = {}, patienceSeconds = RESUME_DEADLINE_SECONDS,
  ): Promise<LiveList<T>> {
    const list = new LiveList(api, kind, selection, patienceSeconds);
    await list.relist();
    list.keepUp();
    return list;
  }

  private readonly objects = new Map<string, T>();
  private readonly listeners = new Set<(change: ListChange<T> | undefined) => void>();
  private readonly stopped = new AbortController();
  private readonly api: KubernetesApi;
  private resourceVersion = '';
  private givenUp: unknown;
  private cutOffBy: unknown;

  private constructor(
    api: KubernetesApi, private readonly kind: ResourceKind<T>, private readonly selection: Selection, private readonly patienceSeconds: number,
  ) {
    this.api = api.boundTo(AbortSignal.any([api.signal, this.stopped.signal]));
  }

  /** The objects, in the order of their first appearance. */
  get items(): readonly T[] {
    return [...this.objects.values()];
  }

  get failure(): unknown {
    return this.givenUp;
  }

  /** Why the watch is cut off, while it tries to reconnect. Undefined while it is connected. Listeners hear when it begins and ends. */
  get interruption(): unknown {
    return this.cutOffBy;
  }

  onChange(listener: () => void): () => void {
    return this.onEach(() => listener());
  }

  /**
   * Calls back with every change.
   *
   * @param listener gets undefined when the watch fails, is cut off or reconnects
   * @returns a function that unsubscribes
   */
  onEach(listener: (change: ListChange<T> | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ends the watch. The objects stay as they were last. */
  stop(): void {
    this.stopped.abort();
  }

  private keepUp(): void {
    this.follow().catch((error: unknown) => {
      if (this.stopped.signal.aborted) return;
      this.givenUp = error;
      this.tell(undefined);
    });
  }

  private async follow(): Promise<void> {
    let failingSince: number | undefined;
    let isOutdated = false;
    for (;;) {
      this.api.signal.throwIfAborted();
      try {
        if (isOutdated) await this.relist();
        isOutdated = false;
        this.setInterruption(undefined);
        for await (const { type, body } of this.api.watch(this.kind, this.selection, this.resourceVersion)) {
          failingSince = undefined;
          this.resourceVersion = textAt(body, 'metadata', 'resourceVersion') ?? this.resourceVersion;
          if (type !== 'BOOKMARK') this.take(type === 'DELETED' ? 'deleted' : 'modified', this.kind.read(body));
        }
        failingSince = undefined;
      } catch (error) {
        const isOutdatedVersion = error instanceof KubernetesRequestRefused && error.status === GONE;
        if (error instanceof KubernetesRequestRefused && !isOutdatedVersion && !isPassing(error)) throw error;
        failingSince ??= performance.now();
        if (performance.now() - failingSince > this.patienceSeconds * 1000) throw error;
        // Lists again in any case: the answer proves that the server is back, and shows what was missed.
        isOutdated = true;
        if (!isOutdatedVersion) this.setInterruption(error);
        await pause(RESUME_PAUSE_SECONDS, this.api.signal);
      }
    }
  }

  private setInterruption(error: unknown): void {
    const isNews = (this.cutOffBy === undefined) !== (error === undefined);
    this.cutOffBy = error;
    if (isNews && !this.api.signal.aborted) this.tell(undefined);
  }

  private async relist(): Promise<void> {
    const { items, resourceVersion } = await this.api.list(this.kind, this.selection);
    const present = new Set(items.map(({ metadata }) => metadata.uid));
    for (const [uid, item] of this.objects) {
      if (!present.has(uid)) this.take('deleted', item);
    }
    for (const item of items) this.take('modified', item);
    this.resourceVersion = resourceVersion;
  }

  private take(type: 'modified' | 'deleted', item: T): void {
    const { uid } = item.metadata;
    const isNew = !this.objects.has(uid);
    if (type === 'deleted') this.objects.delete(uid);
    else this.objects.set(uid, item);
    this.tell({ type: type === 'modified' && isNew ? 'added' : type, item });
  }

  private tell(change: ListChange<T> | undefined): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}
