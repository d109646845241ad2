import { type Pod, selectsPod } from '../kubernetes/core-kinds';
import { NODE_POOLS, type NodePool } from '../kubernetes/karpenter-kinds';
import { waitFor, type Watched } from '../wait-for';
import { listed } from '../words';
import type { RunningStep, WatchedExercise } from './exercise-context';
import { exerciseCommands } from './exercise-commands';

/**
 * What happens after pods have gone: their nodes are empty, and Karpenter removes them when they have been so for as long as
 * the NodePool's `consolidateAfter` says.
 */

const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Seconds after which a NodePool's empty node is removed; undefined where it never is. */
export function idleSecondsOf(nodePool: Pick<NodePool, 'consolidateAfter'> | undefined): number | undefined {
  // As Karpenter writes it: `30s`, `1h30m` or `Never`.
  const parts = [...nodePool?.consolidateAfter.matchAll(/(\d+)([hms])/g) ?? []];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ''] ?? 0), 0);
}

/** Nodes, or NodeClaims, that Karpenter is to remove. */
export interface EmptyNodes {
  /** What is waited for, as a sentence without its end: `the 3 nodes of the class are consolidated away`. */
  readonly what: string;
  /** Where they are watched. */
  readonly on: Watched;
  /** Names of those that are still there. */
  readonly left: () => readonly string[];
  readonly deadlineSeconds: number;
  /** Is called while some are left. */
  readonly onLeft: (left: readonly string[]) => void;
  /** What is known of why they stay, line by line. @default - nothing */
  readonly why?: readonly string[];
  /** What the user can do when they stay. @default - look and run again */
  readonly remedy?: string;
}

/**
 * Follows nodes until Karpenter has removed them.
 *
 * @throws LabError `DeadlinePassed` with the names of those that are still there
 */
export async function untilConsolidated({ what, on, left, deadlineSeconds, onLeft, why = [], remedy }: EmptyNodes): Promise<void> {
  await waitFor(() => left().length === 0, {
    what,
    deadlineSeconds,
    on: [on],
    describeMissing: () => [...why, `Still there: ${listed(left())}`],
    onProgress: () => onLeft(left()),
    remedy,
  });
}

/** A step that follows the exercise's nodes until they are gone. */
export interface ConsolidationStep extends Pick<EmptyNodes, 'left'> {
  readonly title: string;
  /** Seconds to wait at most. @default - the deadline of the exercise, and `consolidateAfter` besides */
  readonly timeoutSeconds?: number;
  /** Adds to the step what came of it. */
  readonly conclude: (step: RunningStep) => Promise<void> | void;
}

/** Does {@link untilConsolidated} as a step, and skips it where the NodePool never removes an empty node. */
export async function consolidationStep(
  { api, cluster, expectations, recorder, deadlines }: WatchedExercise, { title, left, timeoutSeconds, conclude }: ConsolidationStep,
): Promise<void> {
  const { nodePoolName } = expectations;
  const asked = { title, command: exerciseCommands(expectations).nodes };
  const nodePool = await api.get(NODE_POOLS, { name: nodePoolName });
  const idleSeconds = idleSecondsOf(nodePool);
  if (idleSeconds === undefined) {
    recorder.skip(asked, `NodePool ${nodePoolName} never removes a node for being empty: its consolidateAfter is ${nodePool?.consolidateAfter ?? 'unknown'}.`);
    return;
  }
  await recorder.step(asked, async (step) => {
    await untilConsolidated({
      what: `the empty nodes are removed, ${idleSeconds} s after their last pod`,
      on: cluster,
      left,
      deadlineSeconds: timeoutSeconds ?? deadlines.consolidatedSeconds + idleSeconds,
      onLeft: (names) => step.news(`${listed(names)} ${names.length === 1 ? 'is' : 'are'} empty and still there`),
      remedy: 'See what keeps Karpenter from removing it: kubectl get events -A --field-selector involvedObject.kind=NodeClaim; kubectl get pods -A -o wide.',
    });
    await conclude(step);
  });
}

/** Pods of the exercise's Deployment, those that end among them. */
export function exercisePods({ cluster, deployment }: Pick<WatchedExercise, 'cluster' | 'deployment'>): readonly Pod[] {
  return cluster.pods.filter((pod) => selectsPod(deployment, pod));
}

/** Pods that are to go. */
export interface GoingPods {
  /** What is waited for, as a sentence without its end: `the pods of inflate are gone`. */
  readonly what: string;
  /** Pods that stay. @default 0 */
  readonly replicas?: number;
  readonly deadlineSeconds: number;
  /** Is told how many are there, while there are too many. @default - nobody is */
  readonly onLeft?: (left: number) => void;
}

/** Follows the pods of the exercise until no more are left than are to stay. */
export async function untilPodsGone(exercise: Pick<WatchedExercise, 'cluster' | 'deployment'>, { what, replicas = 0, deadlineSeconds, onLeft }: GoingPods): Promise<void> {
  const left = (): readonly Pod[] => exercisePods(exercise);
  await waitFor(() => left().length <= replicas, {
    what,
    deadlineSeconds,
    on: [exercise.cluster],
    describeMissing: () => left()
      .filter(({ metadata }) => replicas === 0 || metadata.deletedAt !== undefined)
      .map(({ metadata, phase }) => `Pod ${metadata.name} is ${phase}${metadata.deletedAt === undefined ? '' : `, and asked to go since ${metadata.deletedAt}`}`),
    onProgress: () => onLeft?.(left().length),
  });
}
