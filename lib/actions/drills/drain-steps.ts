import type { ObjectMetadata } from '../../kubernetes/object-metadata';
import type { Conditioned } from '../../kubernetes/condition';
import { EC2_NODE_CLASSES } from '../../kubernetes/ec2-node-class';
import { LiveList } from '../../kubernetes/live-list';
import { NAMESPACES } from '../../kubernetes/namespace';
import { NODE_CLAIMS } from '../../kubernetes/node-claim';
import { NODE_POOLS } from '../../kubernetes/node-pool';
import type { ResourceKind } from '../../kubernetes/resource-kind';
import { waitFor } from '../../kubernetes/wait-for';
import type { ExerciseContext } from '../exercise/exercise-context';
import type { RunningStep } from '../exercise/step-recorder';
import { counted, listed } from '../plan/phrases';
import type { DrillDeadlines } from './drill-deadlines';

/** What a drain works with. */
export type DrainContext = Pick<ExerciseContext, 'api' | 'recorder' | 'signal'> & { readonly deadlines: Pick<DrillDeadlines, 'deletedSeconds'> };

/**
 * Drains Karpenter while its controller lives: namespaces with workloads, then all NodePools, students' among them, until no
 * NodeClaim is left, then the EC2NodeClasses. Each step waits until its objects are gone; nothing is forced.
 *
 * @param namespaces those that go, with all that is in them; one that does not exist is left out
 */
export async function drainSteps(context: DrainContext, namespaces: readonly string[]): Promise<void> {
  const { recorder } = context;
  await recorder.step({ title: 'Delete the workloads', command: `kubectl delete namespace ${namespaces.join(' ')}` }, (step) =>
    deleteAll(context, step, { kind: NAMESPACES, isMeant: ({ name }) => namespaces.includes(name) }));
  await recorder.step({ title: 'Delete all NodePools, and with them their nodes', command: 'kubectl delete nodepools --all' }, async (step) => {
    const { items: before } = await context.api.list(NODE_CLAIMS, {}, context.signal);
    await deleteAll(context, step, { kind: NODE_POOLS, isMeant: () => true });
    await allGone(context, step, { kind: NODE_CLAIMS, isMeant: () => true });
    step.note(`${counted(before.length, 'NodeClaim')} before, 0 after`);
  });
  await recorder.step({ title: 'Delete all EC2NodeClasses', command: 'kubectl delete ec2nodeclasses --all' }, (step) =>
    deleteAll(context, step, { kind: EC2_NODE_CLASSES, isMeant: () => true }));
}

/** Some of the objects of a kind. */
interface Meant<T> {
  readonly kind: ResourceKind<T>;
  readonly isMeant: (metadata: ObjectMetadata) => boolean;
}

type Removable = Conditioned & { readonly metadata: ObjectMetadata };

async function deleteAll<T extends Removable>(context: DrainContext, step: RunningStep, meant: Meant<T>): Promise<void> {
  const { api, signal } = context;
  const { items } = await api.list(meant.kind, {}, signal);
  const names = items.filter(({ metadata }) => meant.isMeant(metadata)).map(({ metadata }) => metadata.name);
  for (const name of names) await api.delete(meant.kind, { name }, signal);
  await allGone(context, step, meant);
  step.note(names.length === 0 ? `There was no ${meant.kind.kind}` : `${meant.kind.kind} ${listed(names)} deleted`);
}

async function allGone<T extends Removable>({ api, deadlines, signal }: DrainContext, step: RunningStep, { kind, isMeant }: Meant<T>): Promise<void> {
  const list = await LiveList.start(api, kind, {}, signal);
  const left = (): readonly T[] => list.items.filter(({ metadata }) => isMeant(metadata));
  try {
    await waitFor(() => left().length === 0, {
      what: `every ${kind.kind} is gone`,
      deadlineSeconds: deadlines.deletedSeconds,
      on: [list],
      describeMissing: () => left().map(stillThereLine(kind.kind)),
      onProgress: () => step.news(counted(left().length, kind.kind)),
      remedy: 'Do not remove finalizers while instances run. See what holds the object, then run the same command again.',
      signal,
    });
  } finally {
    list.stop();
  }
}

function stillThereLine(kind: string): (object: Removable) => string {
  return ({ metadata, conditions }) => {
    const reasons = conditions.filter(({ status, message }) => status !== 'False' && message !== '').map(({ message }) => message);
    return `${kind} ${metadata.name} is still there, held by ${listed(metadata.finalizers)}${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`;
  };
}
