import type { LabView } from '../../assembly/lab-view';
import { readRoster } from '../../config/roster';
import { CLASS_NAMESPACE } from '../../config/seats';
import { KubernetesRequestRefused } from '../../kubernetes/api-request';
import { CONFIG_MAPS, PODS } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { reported } from '../../progress';
import type { RunContext } from '../../run-context';
import { onLab } from '../connected-lab';
import type { ClassConnection } from './class-keeper';
import { applySeat, classOf, openUntil, requireSeats, studentAccounts } from './class-seats';
import { contentOf, emptySeat } from './empty-seat';

/** What a seat holds before it is reset. */
export interface SeatContent {
  readonly cluster: string;
  readonly seat: string;
  /** @default - the roster names nobody for it */
  readonly student?: string;
  /** Such as `Deployment inflate`, without what belongs to that. */
  readonly made: readonly string[];
  /** Pods that run or wait in it. */
  readonly pods: number;
}

/** Which seat to reset, and how far. */
export interface ResetSeatOptions {
  readonly seat: string;
  /** Whether what the student has reached is forgotten, too. */
  readonly forgetsMark: boolean;
  /** Called before anything is changed. */
  readonly confirm: (content: SeatContent) => Promise<boolean>;
}

/** A seat that was reset. */
export interface ResetSeatResult {
  /** `declined`: the user said no, and nothing was changed. */
  readonly outcome: 'reset' | 'declined';
  readonly cluster: string;
  readonly seat: string;
  /** @default - the roster names nobody for it */
  readonly student?: string;
  /** What the student had made, such as `Deployment inflate`. */
  readonly removed: readonly string[];
  /** How long it took. */
  readonly seconds: number;
  /** Whether the student has a kubeconfig that is good now. */
  readonly isOpen: boolean;
  /** Whether what the student had reached was forgotten. */
  readonly isMarkForgotten: boolean;
}

/**
 * Empties a seat, and makes it again as the stack has it. The student's kubeconfig stays good, and other seats are not touched.
 * Karpenter removes the nodes that are empty then.
 *
 * @throws what {@link onLab} and {@link readRoster} throw, and LabError `ClassNotConfigured` or `SeatUnknown` before anything is changed;
 * `DeadlinePassed` with what does not go; `KubernetesRequestRefused`
 */
export async function resetSeat(options: ResetSeatOptions & ClassConnection, run: RunContext): Promise<ResetSeatResult> {
  return onLab(options, run, ({ lab, api }) => resetOn(api, lab, options, run));
}

/** {@link resetSeat} on a cluster that is already connected. */
export async function resetOn(
  api: KubernetesApi, lab: LabView, { seat, forgetsMark, confirm, projectDirectory }: ResetSeatOptions & Pick<ClassConnection, 'projectDirectory'>, run: RunContext,
): Promise<ResetSeatResult> {
  const view = classOf(lab);
  requireSeats(view, [seat]);
  const whose = { cluster: lab.cluster.name, seat, student: (await readRoster({ ...view, projectDirectory })).get(seat) };
  const toEmpty = { seat, objects: view.objectsBySeat.get(seat) ?? [] };
  const { items: pods } = await api.list(PODS, { namespace: seat });
  if (!await confirm({ ...whose, made: await contentOf(api, toEmpty), pods: pods.length })) {
    return { outcome: 'declined', ...whose, removed: [], seconds: 0, isOpen: await isOpen(api, seat), isMarkForgotten: false };
  }

  const begin = run.clock.nowMillis();
  const removed = await reported(run, `Empty seat ${seat}`, () => emptySeat(api, toEmpty, run));
  await reported(run, `Make seat ${seat} ready`, () => applySeat(api, view, seat));
  if (forgetsMark) await forgetMark(api, seat);
  return {
    outcome: 'reset', ...whose, removed, seconds: (run.clock.nowMillis() - begin) / 1000, isOpen: await isOpen(api, seat), isMarkForgotten: forgetsMark,
  };
}

async function isOpen(api: KubernetesApi, seat: string): Promise<boolean> {
  return openUntil((await studentAccounts(api)).get(seat), await api.serverTime()) !== undefined;
}

/** Forgets what the student of a seat has reached. */
async function forgetMark(api: KubernetesApi, seat: string): Promise<void> {
  try {
    await api.patch(CONFIG_MAPS, { namespace: CLASS_NAMESPACE, name: 'marks' }, { data: { [seat]: null } });
  } catch (error) {
    // Nothing was remembered yet.
    if (!(error instanceof KubernetesRequestRefused) || error.status !== 404) throw error;
  }
}
