import { NAMESPACES } from '../../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { type Conditioned, MADE_FOR_LABEL, type ObjectMetadata, type ResourceKind } from '../../kubernetes/objects';
import { pollFor, waitFor } from '../../wait-for';
import { counted, listed } from '../../words';
import type { DrillResult } from '../exercise-result';
import { ExerciseWatch } from '../exercise-watch';
import { deploymentStep } from '../preparation-steps';
import { type ExerciseContext, exerciseFailed, type RunningStep } from '../step-recorder';
import { drillContext, type DrillContext, type DrillDeadlines, drillResult, scaleOut, type TeardownDrillOptions } from './drill-stage';

/** Seconds between two counts of instances. */
const COUNT_EVERY_SECONDS = 2;

/**
 * Takes the lab's Kubernetes half down in the order that leaves nothing behind: workloads, all NodePools, EC2NodeClasses.
 * Where there is no node it scales the exercise out first, for a teardown of nothing proves nothing. It ends with no
 * NodeClaim and no instance, and puts nothing back: after it the lab is deployed, or rehearsed, again.
 */
export async function teardownDrill(api: KubernetesApi, options: TeardownDrillOptions): Promise<DrillResult> {
  const context = drillContext(api, options);
  const { expectations } = context;
  await ensureNode(context);
  const instancesBefore = await beforeStep(context, options);
  const { items } = await api.list(NAMESPACES, { labelSelector: MADE_FOR_LABEL });
  await drainSteps(context, [expectations.namespace, ...items.map(({ metadata }) => metadata.name)]);
  await noInstanceStep(context, options, instancesBefore);
  return drillResult('teardown', context);
}

async function ensureNode(context: DrillContext): Promise<void> {
  const { api, expectations } = context;
  const deployment = await deploymentStep(context);
  if (deployment === undefined) return;
  const watch = await ExerciseWatch.start(api, deployment, expectations);
  try {
    if (watch.nodeClaims.items.every(({ metadata }) => metadata.deletedAt !== undefined)) await scaleOut(context, watch, deployment);
  } finally {
    watch.stop();
  }
}

async function beforeStep({ api, recorder }: DrillContext, { countInstances }: TeardownDrillOptions): Promise<number> {
  let instances = 0;
  await recorder.step({ title: 'Count what there is to remove', command: 'kubectl get nodeclaims' }, async (step) => {
    const { items } = await api.list(NODE_CLAIMS, {});
    instances = await countInstances();
    step.note(`${counted(items.length, 'NodeClaim')}, ${counted(instances, 'instance')}`);
    if (items.length === 0 || instances === 0) {
      throw exerciseFailed('There is no node with an instance, so that its removal would prove nothing.', 'Scale the exercise out, and run the drill again.');
    }
  });
  return instances;
}

async function noInstanceStep({ recorder, deadlines, signal }: DrillContext, { countInstances }: TeardownDrillOptions, before: number): Promise<void> {
  await recorder.step({ title: 'No instance is left' }, async (step) => {
    let count = before;
    await pollFor(async () => {
      count = await countInstances();
      step.news(counted(count, 'instance'));
      return count === 0;
    }, {
      what: 'no instance that Karpenter launched exists',
      deadlineSeconds: deadlines.deletedSeconds,
      everySeconds: COUNT_EVERY_SECONDS,
      describeMissing: () => [`${counted(count, 'instance')} still there`],
    }, { signal });
    step.note(`${counted(before, 'instance')} before, 0 after`);
  });
}

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
    const { items: before } = await context.api.list(NODE_CLAIMS, {});
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
  const { api } = context;
  const { items } = await api.list(meant.kind, {});
  const names = items.filter(({ metadata }) => meant.isMeant(metadata)).map(({ metadata }) => metadata.name);
  for (const name of names) await api.delete(meant.kind, { name });
  await allGone(context, step, meant);
  step.note(names.length === 0 ? `There was no ${meant.kind.kind}` : `${meant.kind.kind} ${listed(names)} deleted`);
}

async function allGone<T extends Removable>({ api, deadlines, signal }: DrainContext, step: RunningStep, { kind, isMeant }: Meant<T>): Promise<void> {
  const list = await LiveList.start(api, kind, {});
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
