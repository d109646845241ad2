import type { LabView } from '../../assembly/lab-view';
import { isPassing } from '../../passing-failure';
import { deadlineIn, type RunContext } from '../../run-context';
import { pause } from '../../wait-for';
import { AwsRequestFailed } from '../aws-failure';
import type { LabAws } from '../lab-aws';
import { CLASSIC_LOAD_BALANCERS } from './classic-load-balancers';
import { INSTANCE_PROFILES, INSTANCES, LAUNCH_TEMPLATES, VOLUMES } from './compute-leftovers';
import { GUARD_DUTY_ENDPOINTS, GUARD_DUTY_SECURITY_GROUPS } from './guard-duty-leftovers';
import { type LabNames, type Leftover, LEFTOVER_KINDS, type LeftoverKind, type LeftoverKindName, type Removal } from './leftover';
import { LOAD_BALANCERS, TARGET_GROUPS } from './load-balancer-leftovers';
import { LOG_GROUPS } from './log-groups';
import { NETWORK_INTERFACES, SECURITY_GROUPS } from './network-leftovers';

/** The names by which the lab's leftovers are known, from its assembly. */
export function labNames({ cluster, stack }: Pick<LabView, 'cluster' | 'stack'>): LabNames {
  return { clusterName: cluster.name, stackName: stack.stackName, region: stack.region };
}

/** How each kind is found and removed. */
export const KINDS: Readonly<Record<LeftoverKindName, LeftoverKind>> = {
  loadBalancer: LOAD_BALANCERS,
  classicLoadBalancer: CLASSIC_LOAD_BALANCERS,
  targetGroup: TARGET_GROUPS,
  instance: INSTANCES,
  launchTemplate: LAUNCH_TEMPLATES,
  instanceProfile: INSTANCE_PROFILES,
  volume: VOLUMES,
  guardDutyEndpoint: GUARD_DUTY_ENDPOINTS,
  networkInterface: NETWORK_INTERFACES,
  securityGroup: SECURITY_GROUPS,
  guardDutySecurityGroup: GUARD_DUTY_SECURITY_GROUPS,
  logGroup: LOG_GROUPS,
};

/** Which leftovers to find. */
export interface FindLeftoversOptions {
  readonly aws: LabAws;
  readonly lab: LabNames;
  /** @default - all there are */
  readonly kinds?: readonly LeftoverKindName[];
}

/**
 * Everything in AWS that is the lab's and in no template, in the order in which it can be removed. Changes nothing.
 *
 * @throws LabError what `awsFailure` says: a list that lacks a kind would be no list
 */
export async function findLeftovers({ aws, lab, kinds = LEFTOVER_KINDS }: FindLeftoversOptions): Promise<readonly Leftover[]> {
  const wanted = LEFTOVER_KINDS.filter((kind) => kinds.includes(kind));
  const found = await Promise.all(wanted.map((kind) => KINDS[kind].find(aws, lab)));
  return found.flat();
}

/** Identifies a leftover among all others. */
export function leftoverKey({ kind, id }: Pick<Leftover, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

/** What to remove, and how long to try. */
export interface RemoveLeftoversOptions {
  readonly aws: LabAws;
  /** As they were found. Nothing else is touched. */
  readonly leftovers: readonly Leftover[];
  /** Seconds after which what is still in use is left. */
  readonly deadlineSeconds: number;
  /** Seconds between two tries. @default 5 */
  readonly everySeconds?: number;
  /** Called when one is gone. @default - nothing */
  readonly onRemoved?: (leftover: Leftover) => void;
  /** Called before a pause with what is still in use. @default - nothing */
  readonly onWaiting?: (kept: readonly KeptLeftover[]) => void;
}

/** A leftover that could not be removed. */
export interface KeptLeftover {
  readonly leftover: Leftover;
  /** Why, as AWS says it. */
  readonly reason: string;
}

/** What became of leftovers. */
export interface RemovedLeftovers {
  readonly removed: readonly Leftover[];
  readonly kept: readonly KeptLeftover[];
}

/**
 * Removes leftovers: all are tried in the order of their kinds, and those that others still use again, until all are gone
 * or the deadline has passed. One that AWS refuses to remove does not keep the others.
 *
 * @throws LabError `AwsCredentialsRefused`; the reason of the signal
 */
export async function removeLeftovers(options: RemoveLeftoversOptions, run: RunContext): Promise<RemovedLeftovers> {
  const { aws, leftovers, deadlineSeconds, everySeconds = 5, onRemoved, onWaiting } = options;
  const deadline = deadlineIn(run, deadlineSeconds);
  const removed: Leftover[] = [];
  const refused: KeptLeftover[] = [];
  let pending = leftovers.toSorted((a, b) => LEFTOVER_KINDS.indexOf(a.kind) - LEFTOVER_KINDS.indexOf(b.kind));
  for (;;) {
    const waiting = new Map<string, KeptLeftover>();
    for (const leftover of pending) {
      run.signal.throwIfAborted();
      const removal = await tryOnce(aws, leftover, run);
      if (removal.isGone) {
        removed.push(leftover);
        onRemoved?.(leftover);
      } else if (removal.isFinal) {
        refused.push({ leftover, reason: removal.reason });
      } else {
        waiting.set(leftoverKey(leftover), { leftover, reason: removal.reason });
      }
    }
    if (waiting.size === 0 || deadline.isPassed) return { removed, kept: [...refused, ...waiting.values()] };
    onWaiting?.([...waiting.values()]);
    await pause(everySeconds, run.signal);
    pending = pending.filter((leftover) => waiting.has(leftoverKey(leftover)));
  }
}

async function tryOnce(aws: LabAws, leftover: Leftover, { signal }: RunContext): Promise<Removal> {
  try {
    return await KINDS[leftover.kind].remove(aws, leftover);
  } catch (error) {
    signal.throwIfAborted();
    // Without credentials nothing else can be removed either.
    if (!(error instanceof AwsRequestFailed) || error.code === 'AwsCredentialsRefused') throw error;
    return { isGone: false, reason: error.message, isFinal: !isPassing(error) };
  }
}
