import { type Pod, selectsPod } from '../kubernetes/core-kinds';
import { NODE_POOLS, type NodePool } from '../kubernetes/karpenter-kinds';
import { waitFor, type Watched } from '../wait-for';
import { listed } from '../words';
import type { RunningStep, WatchedExercise } from './exercise-context';
import { exerciseCommands } from './exercise-commands';

/** Seconds of the units in a duration such as `1h30m`. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Seconds that a NodePool's node must be empty before Karpenter removes it: `consolidateAfter`. Undefined where it never does. */
export function idleSecondsOf(nodePool: Pick<NodePool, 'consolidateAfter'> | undefined): number | undefined {
  // As Karpenter writes it: `30s`, `1h30m` or `Never`.
  const parts = [...nodePool?.consolidateAfter.matchAll(/(\d+)([hms])/g) ?? []];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ''] ?? 0), 0);
}

/** Nodes, or NodeClaims, that Karpenter is to remove. */
export interface EmptyNodes {
  /** What is waited for, as a sentence without its full stop: `the 3 nodes of the class are consolidated away`. */
  readonly what: string;
  /** Where they are watched. */
  readonly on: Watched;
  /** Names of those that are still there. */
  readonly left: () => readonly string[];
  readonly deadlineSeconds: number;
  /** Is called while some are left. */
  readonly onLeft: (left: readonly string[]) => void;
  /** Known reasons why they stay, line by line. @default - none */
  readonly why?: readonly string[];
  /** What the user can do when they stay. @default - look at what is missing, and run the command again */
  readonly remedy?: string;
}

/**
 * Waits until Karpenter has removed nodes.
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

/** A step that waits until the exercise's nodes are gone. */
export interface ConsolidationStep extends Pick<EmptyNodes, 'left'> {
  readonly title: string;
  /** Seconds to wait at most. @default - the exercise's deadline plus `consolidateAfter` */
  readonly timeoutSeconds?: number;
  /** Adds the result to the step when the nodes are gone. */
  readonly conclude: (step: RunningStep) => Promise<void> | void;
}

/** Runs {@link untilConsolidated} as a step. The step is skipped where the NodePool never removes an empty node. */
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

/** Pods of the exercise's Deployment, those that are being deleted included. */
export function exercisePods({ cluster, deployment }: Pick<WatchedExercise, 'cluster' | 'deployment'>): readonly Pod[] {
  return cluster.pods.filter((pod) => selectsPod(deployment, pod));
}

/** A wait for pods to go. */
export interface GoingPods {
  /** What is waited for, as a sentence without its full stop: `the pods of inflate are gone`. */
  readonly what: string;
  /** Pods that stay. @default 0 */
  readonly replicas?: number;
  readonly deadlineSeconds: number;
  /** Is called with the number of pods while there are too many. @default - nothing */
  readonly onLeft?: (left: number) => void;
}

/** Waits until the exercise has no more pods than should stay. */
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
