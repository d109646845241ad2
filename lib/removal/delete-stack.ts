import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { CONCERNS, concernsOf, resourceLabels } from '../plan/concern-of-resource';
import type { LabView } from '../assembly/lab-view';
import { asking } from '../aws/aws-failure';
import { deployedStack, type DeployedStack } from '../aws/deployed-lab';
import { karpenterInstances } from '../aws/karpenter-instances';
import type { LabAws } from '../aws/lab-aws';
import { deletionEvents, firstFailure, type DeletionEvent } from '../aws/stack-events';
import { pause } from '../wait-for';
import { LabError } from '../lab-error';
import { Patience } from '../passing-failure';
import type { ProgressListener } from '../progress';

/** Which stack to delete. */
export interface DeleteStackOptions {
  readonly aws: LabAws;
  readonly lab: LabView;
  /** As it was found. */
  readonly stack: DeployedStack;
  /** Whether the guard in the stack drains it first: then instances may run when the deletion begins. */
  readonly isGuarded: boolean;
  /** Seconds between two questions. */
  readonly everySeconds: number;
  /**
   * Called after every look with the logical ids of what is deleted so far: what the deletion leaks and then waits for can
   * be removed meanwhile.
   */
  readonly onDeleted: (deleted: ReadonlySet<string>) => Promise<void>;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What became of a deletion. */
export type StackDeletion =
  | { readonly isDeleted: true }
  | { readonly isDeleted: false; readonly failure: LabError };

const DELETING = 'DELETE_IN_PROGRESS';

/**
 * Deletes the stack, or joins a deletion that is under way, and follows it to its end.
 *
 * @throws LabError `InstancesRemained` while Karpenter's instances run: the stack would take Karpenter away from them
 * @throws LabError what `awsFailure` says
 */
export async function deleteStack(options: DeleteStackOptions): Promise<StackDeletion> {
  const { aws, lab, stack, isGuarded } = options;
  // Asked anew: while the cluster was drained, the deadline or somebody else may have begun to delete it.
  const now = await deployedStack(aws.cloudFormation, stack.id);
  if (now === undefined) return { isDeleted: true };
  if (now.status === DELETING) return follow(options, undefined);
  const [earlier] = await deletionEvents(aws.cloudFormation, stack.id);
  if (!isGuarded) await requireNoInstances(aws, lab.cluster.name);
  await asking('cloudformation:DeleteStack', () => aws.cloudFormation.send(new DeleteStackCommand({ StackName: stack.id })));
  return follow(options, earlier?.id);
}

/** @param earlier id of the event with which an earlier deletion began: its failure is not this one's */
async function follow(options: DeleteStackOptions, earlier: string | undefined): Promise<StackDeletion> {
  const { aws, lab, stack, everySeconds, onDeleted, onProgress, signal } = options;
  const report = deletionReporter(lab, onProgress);
  const patience = new Patience();
  for (;;) {
    signal?.throwIfAborted();
    const deletion = await patience.attempt(async (): Promise<StackDeletion | undefined> => {
      const now = await deployedStack(aws.cloudFormation, stack.id);
      const all = await deletionEvents(aws.cloudFormation, stack.id);
      const events = all[0]?.id === earlier ? [] : all;
      report(events, now === undefined);
      if (now === undefined) return { isDeleted: true };
      if (now.status === 'DELETE_FAILED' && events.length > 0) return { isDeleted: false, failure: deletionFailed(lab, events, now) };
      await onDeleted(deletedIn(events));
      return undefined;
    });
    if (deletion !== undefined) return deletion;
    await pause(everySeconds, signal);
  }
}

async function requireNoInstances(aws: LabAws, clusterName: string): Promise<void> {
  const instances = await karpenterInstances(aws.ec2, clusterName);
  if (instances.length === 0) return;
  throw new LabError({
    code: 'InstancesRemained',
    message: `Karpenter's instances still run, so the stack, and Karpenter with it, stays: ${instances.map(({ id, state }) => `${id} is ${state}`).join(', ')}.`,
    received: clusterName,
    remedy: 'Run the same command again: it drains them first.',
  });
}

function deletedIn(events: readonly DeletionEvent[]): ReadonlySet<string> {
  return new Set(events.filter(({ status }) => status === 'DELETE_COMPLETE' || status === 'DELETE_SKIPPED').map(({ logicalId }) => logicalId));
}

function deletionReporter(lab: LabView, onProgress: ProgressListener): (events: readonly DeletionEvent[], isOver: boolean) => void {
  const concerns = concernsOf(lab);
  const labels = resourceLabels(lab);
  const idsOf = CONCERNS.map((concern) => [concern, [...concerns.keys()].filter((id) => concerns.get(id) === concern)] as const)
    .filter(([, ids]) => ids.length > 0);
  const states = new Map<string, 'started' | 'finished'>();
  return (events, isOver) => {
    const deleted = deletedIn(events);
    const newest = new Map(events.map((event) => [concerns.get(event.logicalId) ?? 'Other', event]));
    for (const [concern, ids] of idsOf) {
      const step = `Delete ${concern}`;
      const gone = ids.filter((id) => deleted.has(id)).length;
      const event = newest.get(concern);
      if (states.get(concern) === 'finished' || (event === undefined && !isOver)) continue;
      if (!states.has(concern)) onProgress({ step, state: 'started' });
      states.set(concern, isOver || gone === ids.length ? 'finished' : 'started');
      if (states.get(concern) === 'finished') onProgress({ step, state: 'finished', detail: `${ids.length} resources` });
      else onProgress({ step, state: 'running', detail: event === undefined ? undefined : `${labels.get(event.logicalId) ?? event.logicalId} ${event.status}`, fraction: gone / ids.length });
    }
  };
}

function deletionFailed(lab: LabView, events: readonly DeletionEvent[], { status, statusReason }: DeployedStack): LabError {
  const cause = firstFailure(events);
  const what = cause === undefined ? lab.stack.stackName : `${resourceLabels(lab).get(cause.logicalId) ?? cause.type} (${cause.logicalId})`;
  return new LabError({
    code: 'StackDeletionFailed',
    message: `CloudFormation could not delete ${what}: ${(cause?.reason ?? statusReason ?? 'it gives no reason').replace(/\.$/, '')}.`,
    received: status,
    remedy: 'Remove what the reason names, then run the same command again: it goes on where it stands.',
  });
}
