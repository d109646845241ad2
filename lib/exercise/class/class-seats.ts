import { resolve } from 'node:path';
import type { ClassView } from '../../assembly/class-view';
import type { LabView } from '../../assembly/lab-view';
import { STUDENT_ACCOUNT, TOKEN_END_ANNOTATION } from '../../config/seats';
import { SERVICE_ACCOUNTS, type ServiceAccount } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { kindOf } from '../../kubernetes/objects';
import { LabError } from '../../lab-error';
import { reported } from '../../progress';
import type { RunContext } from '../../run-context';
import { forEachBounded } from '../../wait-for';
import { listed } from '../../words';

/** Seats that are worked on at once: enough to be quick, few enough not to slow the API server down for Karpenter and the scheduler. */
export const SEATS_AT_ONCE = 6;

/** Does something for each seat, as one step that says how many are done. After the first failure no further seat is begun. */
export async function forEachSeat<Seat>(run: RunContext, step: string, seats: readonly Seat[], work: (seat: Seat) => Promise<unknown>): Promise<void> {
  await reported(run, step, async (news) => {
    let left = seats.length;
    await forEachBounded(seats, SEATS_AT_ONCE, async (seat) => {
      await work(seat);
      left -= 1;
      news(left, seats.length);
    });
  });
}

/** Where the kubeconfigs of a class are by default: in `class` of the project, which Git ignores. */
export function classFolder({ folder, projectDirectory }: { readonly folder?: string; readonly projectDirectory: string }): string {
  return folder ?? resolve(projectDirectory, 'class');
}

/**
 * The class of a lab.
 *
 * @throws LabError `ClassNotConfigured`
 */
export function classOf({ class: view, stack }: LabView): ClassView {
  if (view !== undefined) return view;
  throw new LabError({
    code: 'ClassNotConfigured',
    message: 'This lab has no class: nobody but its instructor has a seat.',
    received: stack.stackName,
    remedy: 'Set class.students in lab.yaml, and deploy. A lab that was deployed with -c class.students=N needs the same -c in this command.',
  });
}

/**
 * Makes sure that a class has some seats.
 *
 * @throws LabError `SeatUnknown`
 */
export function requireSeats({ seats }: ClassView, asked: readonly string[]): void {
  const unknown = asked.filter((seat) => !seats.includes(seat));
  if (unknown.length === 0) return;
  throw new LabError({
    code: 'SeatUnknown',
    message: `The class has no seat ${listed(unknown)}.`,
    received: unknown.join(', '),
    remedy: `The seats are ${seats.length === 1 ? seats[0] ?? '' : `${seats[0] ?? ''} to ${seats.at(-1) ?? ''}`}. For more, raise class.students in lab.yaml and deploy.`,
  });
}

/** Creates the objects of a seat, or makes them again as the stack has them. What the student has made stays. */
export async function applySeat(api: KubernetesApi, { objectsBySeat }: ClassView, seat: string): Promise<void> {
  for (const body of objectsBySeat.get(seat) ?? []) await api.apply(kindOf(body), body);
}

/** The ServiceAccounts of the students, by seat. A student can come in once a token was made for it, see {@link openUntil}. */
export async function studentAccounts(api: KubernetesApi): Promise<ReadonlyMap<string, ServiceAccount>> {
  const { items } = await api.list(SERVICE_ACCOUNTS, { fieldSelector: `metadata.name=${STUDENT_ACCOUNT}` });
  return new Map(items.map((account) => [account.metadata.namespace ?? '', account]));
}

/** When the student's last token ends, as ISO 8601 in UTC; undefined where it has ended, or none was made: the seat is not open. */
export function openUntil(account: ServiceAccount | undefined, now: Date): string | undefined {
  if (account === undefined || account.metadata.deletedAt !== undefined) return undefined;
  const end = account.metadata.annotations[TOKEN_END_ANNOTATION];
  return end !== undefined && Date.parse(end) > now.getTime() ? new Date(end).toISOString() : undefined;
}
