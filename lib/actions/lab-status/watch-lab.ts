import type { LabView } from '../../assembly/lab-view';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { Ticker } from '../../kubernetes/ticker';
import { onLab, type LabConnection } from '../connected-lab';
import { clusterBegan, labSelections } from './lab-objects';
import type { StatusOptions } from './lab-status';
import type { LabStatus } from './lab-status-result';
import { LiveLab } from './live-lab';
import { changesBetween, type LabChange } from './status-changes';
import { statusOf } from './status-of';

/** What to watch, and until when. */
export interface WatchOptions extends StatusOptions {
  /** Ends when so many pods of the exercise run. @default - when the user interrupts */
  readonly untilRunning?: number;
  /** Seconds after which the state is told again although nothing has changed: ages and costs go on. */
  readonly intervalSeconds: number;
  /** Is told the first state, every change, and the state again after each interval. */
  readonly onNews: (news: LabNews) => void;
}

/** The state of a lab, and what has changed since the news before. */
export interface LabNews {
  readonly status: LabStatus;
  /** Empty for the first news, and where only time has passed. */
  readonly changes: readonly LabChange[];
}

/** What a watch came to. */
export interface WatchResult {
  readonly endedBy: 'interruption' | 'running pods';
  readonly status: LabStatus;
}

/** Changes that come together, such as the five pods of a scaling, are told together. */
const SETTLING_MILLIS = 100;

/**
 * Watches the state of the lab, by watches of the API server and not by asking again and again. A connection that is lost is
 * told and taken up again.
 *
 * @throws what {@link onLab} throws; `KubernetesRequestRefused` where the user may not look; the reason of the signal when it
 * is aborted before as many pods run as were waited for
 */
export async function watchLab(options: WatchOptions & LabConnection): Promise<WatchResult> {
  return onLab(options, ({ lab, api }) => watchOn(api, lab, options));
}

/** {@link watchLab} on a cluster that is already connected. */
export async function watchOn(api: KubernetesApi, lab: LabView, options: WatchOptions): Promise<WatchResult> {
  const { namespace, now, signal, untilRunning, onNews, intervalSeconds } = options;
  const began = await clusterBegan(api, signal);
  const live = await LiveLab.start(api, labSelections(lab, namespace), signal);
  try {
    const look = (): LabStatus => statusOf(live.objects, lab, began, now());
    let status = look();
    let isCutOff = false;
    onNews({ status, changes: [] });
    const tell = (isTick: boolean): void => {
      const after = look();
      const changes = [...connectionChanges(live, isCutOff, after), ...changesBetween(status, after)];
      status = after;
      isCutOff = live.interruption !== undefined;
      if (changes.length > 0 || isTick) onNews({ status, changes });
    };
    const isDone = (): boolean => untilRunning !== undefined && runningPods(status) >= untilRunning;
    const endedBy = await untilEnd({ live, intervalSeconds, signal, tell, isDone });
    if (endedBy === 'interruption' && untilRunning !== undefined) signal?.throwIfAborted();
    return { endedBy, status };
  } finally {
    live.stop();
  }
}

/** Pods of the exercise that run. */
export function runningPods({ pods }: LabStatus): number {
  return pods.filter(({ state }) => state === 'running').length;
}

interface Watching {
  readonly live: LiveLab;
  readonly intervalSeconds: number;
  readonly signal?: AbortSignal;
  /** Looks, and tells what is new; with `isTick` also that nothing is. */
  readonly tell: (isTick: boolean) => void;
  readonly isDone: () => boolean;
}

async function untilEnd({ live, intervalSeconds, signal, tell, isDone }: Watching): Promise<WatchResult['endedBy']> {
  if (isDone()) return 'running pods';
  return new Promise((resolve, reject) => {
    let settling: NodeJS.Timeout | undefined;
    const endings: (() => void)[] = [];
    const end = (settle: () => void): void => {
      clearTimeout(settling);
      for (const each of endings.splice(0)) each();
      settle();
    };
    const tellNow = (isTick: boolean): void => {
      settling = undefined;
      const failed = live.all.find(({ failure }) => failure !== undefined);
      if (failed !== undefined) {
        end(() => reject(failed.failure instanceof Error ? failed.failure : new Error(String(failed.failure))));
        return;
      }
      try {
        tell(isTick);
      } catch (error) {
        end(() => reject(error instanceof Error ? error : new Error(String(error))));
        return;
      }
      if (isDone()) end(() => resolve('running pods'));
    };
    const abort = (): void => end(() => resolve('interruption'));
    if (signal?.aborted === true) return abort();
    signal?.addEventListener('abort', abort, { once: true });
    endings.push(
      () => signal?.removeEventListener('abort', abort),
      new Ticker(intervalSeconds).onChange(() => tellNow(true)),
      ...live.all.map((watched) => watched.onChange(() => {
        settling ??= setTimeout(() => tellNow(false), SETTLING_MILLIS);
      })),
    );
    // What came while the first state was told.
    settling = setTimeout(() => tellNow(false), SETTLING_MILLIS);
  });
}

function connectionChanges({ interruption }: LiveLab, wasCutOff: boolean, { at, cluster }: LabStatus): readonly LabChange[] {
  const isCutOff = interruption !== undefined;
  if (isCutOff === wasCutOff) return [];
  const detail = isCutOff ? `${interruption instanceof Error ? interruption.message : 'The Kubernetes API does not answer.'} It is tried again.` : 'What was missed is told now.';
  return [{ at, kind: 'connection', name: cluster, state: isCutOff ? 'lost' : 'back', detail }];
}
