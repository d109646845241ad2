import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import type { LabView } from '../assembly/lab-view';
import { asking } from '../aws/aws-failure';
import { type DeployedResource, deployedResources, deployedStack, type DeployedStack } from '../aws/deployed-lab';
import { karpenterInstances } from '../aws/karpenter-instances';
import type { LabAws } from '../aws/lab-aws';
import { findLeftovers, labNames, removeLeftovers } from '../aws/leftovers/find-leftovers';
import type { Leftover, LeftoverKindName } from '../aws/leftovers/leftover';
import { firstCause, isEnd, type StackEvent, StackFollower } from '../aws/stack-events';
import { LabError } from '../lab-error';
import { CONCERNS, concernsOf, resourceLabels } from '../plan/concern-of-resource';
import type { ProgressListener } from '../progress';
import type { RunContext } from '../run-context';
import { FunctionInterfaces } from './function-interfaces';

/** Which stack to delete. */
export interface DeleteStackOptions {
  readonly aws: LabAws;
  readonly lab: LabView;
  /** As it was found. */
  readonly stack: DeployedStack;
  /** Resources of the stack that are not deleted, as they were found. */
  readonly resources: readonly DeployedResource[];
  /** Whether the guard in the stack drains it first: then instances may run when the deletion begins. */
  readonly isGuarded: boolean;
  /** Seconds between two looks. */
  readonly everySeconds: number;
  /** Called with what kept the stack's network and was removed on the way. */
  readonly onUnblocked: (removed: readonly Leftover[]) => void;
}

/**
 * Deletes the stack, or joins a deletion that is under way, and follows it to its end. What the deletion leaks, and then waits
 * for, is removed on the way. Where CloudFormation gives up all the same, and something held its network, it waits until that is
 * gone, and tries once more.
 *
 * @throws LabError `InstancesRemained` while Karpenter's instances run: the stack would take Karpenter away from them
 * @throws LabError `StackDeletionFailed` with the first cause; what `awsFailure` says
 */
export async function deleteStack(options: DeleteStackOptions, run: RunContext): Promise<void> {
  const { aws, lab, stack, resources, everySeconds, onUnblocked } = options;
  const interfaces = new FunctionInterfaces({ aws, lab, resources, onRemoved: onUnblocked }, run);
  let wasHeld = false;
  const failure = await deleteOnce(options, async (events) => {
    wasHeld = await unblock(options, deletedIn(events), 0, run) || wasHeld;
    const ending = new Set(events.filter(({ status }) => status.startsWith('DELETE_')).map(({ logicalId }) => logicalId));
    const there = new Set(resources.map(({ logicalId }) => logicalId));
    await interfaces.look((id) => ending.has(id) || !there.has(id));
  }, run);
  if (failure === undefined) return;
  const stillThere = new Set((await deployedResources(aws.cloudFormation, stack.id)).map(({ logicalId }) => logicalId));
  const deleted = new Set([...lab.stack.resources.keys()].filter((id) => !stillThere.has(id)));
  run.onProgress({ step: CLEAR_STEP, state: 'started' });
  wasHeld = await unblock(options, deleted, UNBLOCK_SECONDS, run) || wasHeld;
  run.onProgress({ step: CLEAR_STEP, state: 'finished' });
  wasHeld = await interfaces.untilGone((id) => deleted.has(id), everySeconds * LOOKS_BETWEEN_INTERFACES) || wasHeld;
  const lastFailure = wasHeld ? await deleteOnce(options, async (events) => void await unblock(options, deletedIn(events), 0, run), run) : failure;
  if (lastFailure !== undefined) throw lastFailure;
}

const CLEAR_STEP = 'Clear the way for the deletion of the network';

/** Seconds that an endpoint of GuardDuty takes to go, with room. */
const UNBLOCK_SECONDS = 600;

/** Interfaces of functions go within minutes, so they are looked at more seldom than the stack. */
const LOOKS_BETWEEN_INTERFACES = 5;

/**
 * @param whileDeleting called after each look, with the events so far
 * @returns why CloudFormation gave up; undefined when the stack is gone
 */
async function deleteOnce(options: DeleteStackOptions, whileDeleting: (events: readonly StackEvent[]) => Promise<void>, run: RunContext): Promise<LabError | undefined> {
  const { aws: { cloudFormation, ec2 }, lab, stack, isGuarded, everySeconds } = options;
  const report = deletionReporter(lab, run.onProgress);
  let isGone = false;
  const follower = new StackFollower({
    cloudFormation,
    stackName: stack.id,
    everySeconds,
    onLook: async () => {
      isGone = await deployedStack(cloudFormation, stack.id) === undefined;
      report(follower.events, isGone);
      if (!isGone && !follower.events.some(isEnd)) await whileDeleting(follower.events);
    },
  }, run);

  // Asked anew: while the cluster was drained, the deadline or somebody else may have begun to delete it.
  const now = await deployedStack(cloudFormation, stack.id);
  if (now === undefined) return undefined;
  if (now.status !== 'DELETE_IN_PROGRESS') {
    // The failure of an earlier deletion is not this one's.
    await follower.skipToNow();
    if (!isGuarded) await requireNoInstances(ec2, lab.cluster.name);
    await asking('cloudformation:DeleteStack', () => cloudFormation.send(new DeleteStackCommand({ StackName: stack.id })));
  }
  await follower.untilEnd(() => isGone);
  const end = follower.events.findLast(isEnd);
  return isGone || end === undefined || end.status === 'DELETE_COMPLETE' ? undefined : deletionFailed(lab, follower.events, end);
}

async function requireNoInstances(ec2: LabAws['ec2'], clusterName: string): Promise<void> {
  const instances = await karpenterInstances(ec2, clusterName);
  if (instances.length === 0) return;
  throw new LabError({
    code: 'InstancesRemained',
    message: `Karpenter's instances still run, so the stack, and Karpenter with it, stays: ${instances.map(({ id, state }) => `${id} is ${state}`).join(', ')}.`,
    received: clusterName,
    remedy: 'Run the same command again: it drains them first.',
  });
}

/** What keeps subnets from being deleted, and has no use without nodes. */
const KEEP_SUBNETS: readonly LeftoverKindName[] = [
  'loadBalancer', 'classicLoadBalancer', 'guardDutyEndpoint', 'networkInterface', 'guardDutySecurityGroup',
];

/**
 * Removes what keeps the network of a stack that is being deleted: load balancers, interfaces and what
 * GuardDuty made once the nodes are gone, the group that EKS made once the cluster is. Left alone, CloudFormation would wait for them until it fails.
 *
 * @param deleted logical ids of what is deleted so far
 * @param deadlineSeconds seconds after which what is still in use is left
 * @returns whether anything was in the way
 */
async function unblock({ aws, lab, everySeconds, onUnblocked }: DeleteStackOptions, deleted: ReadonlySet<string>, deadlineSeconds: number, run: RunContext): Promise<boolean> {
  const isDeleted = (type: string): boolean => lab.stack.resourcesOfType(type).every(({ logicalId }) => deleted.has(logicalId));
  if (!isDeleted('AWS::EKS::Nodegroup')) return false;
  const kinds: readonly LeftoverKindName[] = isDeleted('AWS::EKS::Cluster') ? [...KEEP_SUBNETS, 'securityGroup'] : KEEP_SUBNETS;
  const leftovers = await findLeftovers({ aws, lab: labNames(lab), kinds });
  const { removed } = await removeLeftovers({
    aws,
    leftovers,
    deadlineSeconds,
    everySeconds,
    onWaiting: ([first]) => {
      if (first !== undefined) run.onProgress({ step: CLEAR_STEP, state: 'running', detail: `${first.leftover.name}: ${first.reason}` });
    },
  }, run);
  onUnblocked(removed);
  return leftovers.length > 0;
}

function deletedIn(events: readonly StackEvent[]): ReadonlySet<string> {
  return new Set(events.filter(({ status }) => status === 'DELETE_COMPLETE' || status === 'DELETE_SKIPPED').map(({ logicalId }) => logicalId));
}

/** Reports the progress of a deletion from the events of CloudFormation: a step for each concern of which something is deleted. */
function deletionReporter(lab: LabView, onProgress: ProgressListener): (events: readonly StackEvent[], isOver: boolean) => void {
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

function deletionFailed(lab: LabView, events: readonly StackEvent[], { status, reason }: StackEvent): LabError {
  const cause = firstCause(events);
  const what = cause === undefined ? lab.stack.stackName : `${resourceLabels(lab).get(cause.logicalId) ?? cause.type} (${cause.logicalId})`;
  return new LabError({
    code: 'StackDeletionFailed',
    message: `CloudFormation could not delete ${what}: ${(cause?.reason ?? reason ?? 'it gives no reason').replace(/\.$/, '')}.`,
    received: status,
    remedy: 'Remove what the reason names, then run the same command again: it goes on where it stands.',
  });
}
