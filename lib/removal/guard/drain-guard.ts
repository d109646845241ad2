import type { KarpenterInstance } from '../../aws/karpenter-instances';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import { isPassing } from '../../passing-failure';
import { drainPass, type DrainState } from '../drain-pass';
import { studentWork, studentWorkLines } from '../student-work';

/**
 * Seconds that a drain may take before the deletion of the stack fails with the reason. CloudFormation gives a custom resource
 * one hour and says only that it did not answer; the guard must speak before.
 */
export const DRAIN_DEADLINE_SECONDS = 55 * 60;

/** Seconds between two passes. */
export const DRAIN_INTERVAL_SECONDS = 15;

/** What the stack tells the guard, as properties of its custom resource. */
export interface GuardProperties {
  /** Cluster that is drained. */
  readonly ClusterName: string;
  /** Namespace of Karpenter's Deployment. */
  readonly ControllerNamespace: string;
  /** Name of Karpenter's Deployment. */
  readonly ControllerName: string;
}

/** A request of CloudFormation, as the provider framework passes it on, as far as the guard reads it. */
export interface GuardEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** @default - the resource is being created */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: GuardProperties;
  /** When the drain began, as ISO 8601: what {@link onEvent} answered. @default - it is not a deletion */
  readonly DrainStartedAt?: string;
}

/** What the guard answers when it hears of a request. */
export interface GuardBegun {
  readonly PhysicalResourceId: string;
  /** Passed on to every later call by the framework. @default - it is not a deletion */
  readonly DrainStartedAt?: string;
}

/** Never another id: CloudFormation would delete the old resource after an update, and the class would be drained. */
const PHYSICAL_ID = 'drain-guard';

/** Answers the first call for a request. Only a deletion has something to do, and its time counts from now. */
export function begin({ RequestType, PhysicalResourceId = PHYSICAL_ID }: GuardEvent, now: Date): GuardBegun {
  return RequestType === 'Delete' ? { PhysicalResourceId, DrainStartedAt: now.toISOString() } : { PhysicalResourceId };
}

/** The cluster and the instances that the guard looks at. */
export interface GuardedLab {
  /** A connection to the cluster; undefined when the cluster does not exist. */
  readonly connect: (clusterName: string, signal: AbortSignal) => Promise<KubernetesApi | undefined>;
  /** Instances that Karpenter launched for the cluster and that are not gone yet. */
  readonly instances: (clusterName: string, signal: AbortSignal) => Promise<readonly KarpenterInstance[]>;
  readonly now: () => Date;
  /** Writes what a call finds to the guard's log. */
  readonly tell: (fact: GuardFact) => void;
}

/** What a call of the guard finds: what students have made, before it goes; how far the drain is, or why it failed. */
export type GuardFact = DrainState | { readonly failure: string } | { readonly studentWork: readonly string[] };

/** Seconds that one call may take: the function has a little more. */
const PASS_SECONDS = 90;

/** A refusal ends the guard only after this time, because somebody may be changing rights just then. */
const REFUSAL_SECONDS = 120;

/** Characters of the reason that CloudFormation gets to see: its answer holds 4,096 bytes in all. */
const REASON_CHARACTERS = 1500;

/**
 * One call of the guard: a pass of the drain, when it is a deletion, and whether the stack may go on.
 *
 * A pass that fails is repeated at the next call: not knowing what is left is no reason to let go. What is refused, and does
 * not pass, is no reason to wait until the time is over.
 *
 * @throws LabError `ClusterNotDrained` when the time is over, or when the guard may not do what it must
 */
export async function guardedPass(event: GuardEvent, lab: GuardedLab): Promise<{ readonly IsComplete: boolean }> {
  if (event.RequestType !== 'Delete') return { IsComplete: true };
  const elapsedSeconds = (lab.now().getTime() - Date.parse(event.DrainStartedAt ?? lab.now().toISOString())) / 1000;
  const isOver = elapsedSeconds >= DRAIN_DEADLINE_SECONDS;
  try {
    const state = await passOf(event, lab);
    lab.tell(state);
    if (!state.isDrained && isOver) throw notDrained(state.remaining);
    return { IsComplete: state.isDrained };
  } catch (error) {
    if (error instanceof LabError && error.code === NOT_DRAINED) throw error;
    const failure = error instanceof LabError ? `${error.message} ${error.remedy}` : String(error);
    lab.tell({ failure });
    if (isOver || (error instanceof LabError && !isPassing(error) && elapsedSeconds >= REFUSAL_SECONDS)) throw notDrained([failure], error);
    return { IsComplete: false };
  }
}

async function passOf({ ResourceProperties }: GuardEvent, lab: GuardedLab): Promise<DrainState> {
  const { ClusterName: clusterName, ControllerNamespace: namespace, ControllerName: name } = ResourceProperties;
  const signal = AbortSignal.timeout(PASS_SECONDS * 1000);
  const api = await lab.connect(clusterName, signal);
  try {
    const work = api === undefined ? [] : studentWorkLines(await studentWork(api));
    if (work.length > 0) lab.tell({ studentWork: work });
    return await drainPass({
      api,
      instances: () => lab.instances(clusterName, signal),
      controller: { namespace, name },
    });
  } finally {
    api?.close();
  }
}

const NOT_DRAINED = 'ClusterNotDrained';

function notDrained(reasons: readonly string[], cause?: unknown): LabError {
  const remedy = 'Karpenter still runs and nothing that it needs was removed. Clear what holds these, then delete the stack again: it goes on where it stopped.';
  const error = new LabError({ code: NOT_DRAINED, message: `${NOT_DRAINED}: ${shortened(reasons, remedy.length)} ${remedy}`, remedy, cause });
  // CloudFormation shows the stack of an error, and lines of code would leave no room for the reason.
  error.stack = error.message;
  return error;
}

/** As many reasons as CloudFormation has room for. */
function shortened(reasons: readonly string[], taken: number): string {
  const room = REASON_CHARACTERS - taken;
  const told: string[] = [];
  for (const reason of reasons) {
    if (told.join(' ').length + reason.length > room) break;
    told.push(reason);
  }
  const left = reasons.length - told.length;
  if (told.length === 0) return reasons.join(' ').slice(0, room);
  return left === 0 ? told.join(' ') : `${told.join(' ')} And ${left} more.`;
}
