import type { ProgressListener } from '../../progress';
import type { ClassExpectations } from './raised-limits';

/** A class, and the lab that it works in. */
export interface ClassOptions {
  readonly expectations: ClassExpectations;
  /** How many students do the exercise at once, each in a namespace of their own. 1 to 999. */
  readonly students: number;
  /** Pods of each student. @default 5 */
  readonly replicasEach?: number;
  /**
   * Whether the NodePool's limits are raised as far as the class needs, and put back after it.
   *
   * @default false: a class that meets a limit shows how many students it is enough for
   */
  readonly raiseLimits?: boolean;
  /** vCPUs of on-demand instances that the account of the lab may run. @default - that of a new account is assumed */
  readonly vcpuQuota?: number;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user interrupts. The namespaces are removed and the limits put back all the same. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
  /** @default - {@link CLASS_DEADLINES} */
  readonly deadlines?: Partial<ClassDeadlines>;
}

/** How long each stage of a class may take, in seconds. */
export interface ClassDeadlines {
  /** Until nodes of before the class are gone; the NodePool's `consolidateAfter` is added. */
  readonly clearedSeconds: number;
  /** Until all pods run. */
  readonly runningSeconds: number;
  /** Without any news, while nodes boot: then the rest will not come. */
  readonly bootStallSeconds: number;
  /** Without any news, while no node boots: then a limit is met. */
  readonly idleStallSeconds: number;
  /** Until all namespaces are deleted. A hundred take a minute and a half. */
  readonly deletedSeconds: number;
  /** Until the class's nodes are gone; the NodePool's `consolidateAfter` is added. */
  readonly consolidatedSeconds: number;
}

/** Deadlines for a class of a hundred. */
export const CLASS_DEADLINES: ClassDeadlines = {
  clearedSeconds: 120,
  runningSeconds: 900,
  bootStallSeconds: 180,
  idleStallSeconds: 45,
  deletedSeconds: 600,
  consolidatedSeconds: 300,
};

/** How much is left of how much. */
export type RemainderListener = (left: number, of: number) => void;

/** Does a step of which one can count what is left, and reports it. One that fails has ended as well. */
export async function reported(onProgress: ProgressListener, step: string, work: (news: RemainderListener) => Promise<unknown>): Promise<void> {
  onProgress({ step, state: 'started' });
  let lastLeft = -1;
  try {
    await work((left, of) => {
      if (left === lastLeft) return;
      lastLeft = left;
      onProgress({ step, state: 'running', detail: `${of - left} of ${of}`, fraction: of === 0 ? 1 : (of - left) / of });
    });
  } catch (error) {
    onProgress({ step, state: 'skipped', detail: 'not done to its end' });
    throw error;
  }
  onProgress({ step, state: 'finished' });
}
