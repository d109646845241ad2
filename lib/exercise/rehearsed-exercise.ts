import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { textAt } from '../json';
import { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { ProgressListener } from '../progress';
import type { RehearsalRecord } from '../rehearsal/rehearsal-state';
import { sendSpotInterruption } from '../rehearsal/send-spot-interruption';
import { countSimulatedInstances } from '../rehearsal/aws-answers/simulated-instances';
import { classExpectationsOf } from './class/raised-limits';
import { runClass } from './class/run-class';
import { runDrills } from './drills/run-drills';
import type { ClassResult, DrillName, ExerciseResult } from './exercise-result';
import { expectationsOf } from './expectations';
import { runExercise, withDrills } from './run-exercise';

/** A run of the exercise on a rehearsal. */
export interface RehearsedExerciseOptions {
  readonly rehearsal: RehearsalRecord;
  /** What to do after the exercise, if it passed. */
  readonly drills: readonly DrillName[];
  readonly onProgress: ProgressListener;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/**
 * Does the exercise, then the drills, on a rehearsal: with the replicas of its assembly, or the exercise's own where that has
 * none, the rehearsal's interruption queue and its simulated instances. Drills build on the exercise, so none follows one that failed.
 */
export async function runRehearsedExercise(options: RehearsedExerciseOptions): Promise<ExerciseResult> {
  const { rehearsal, drills, onProgress, signal } = options;
  const { kubeconfig, karpenterNamespace, region, awsEndpoint } = rehearsal;
  const lab = readLab(readAssembly(rehearsal.assemblyDirectory));
  const run = {
    kubeconfig,
    expectations: expectationsOf(lab),
    onProgress,
    signal,
  };
  const result = await runExercise(run);
  if (drills.length === 0 || result.verdict === 'failed') return result;

  const api = await KubernetesApi.connect({ kubeconfig }, { signal });
  try {
    return withDrills(result, await runDrills({
      ...run,
      drills,
      interrupt: (instanceId) => sendSpotInterruption({
        endpoint: awsEndpoint,
        region,
        queueName: textAt(lab.karpenter.values, 'settings', 'interruptionQueue') ?? '',
        instanceId,
      }),
      countInstances: () => countSimulatedInstances(api, karpenterNamespace),
    }));
  } finally {
    api.close();
  }
}

/** A class that does the exercise on a rehearsal. */
export interface RehearsedClassOptions {
  readonly rehearsal: RehearsalRecord;
  readonly students: number;
  /** Whether the NodePool's limits are raised as far as the class needs, and put back after it. */
  readonly raiseLimits: boolean;
  /** vCPUs of on-demand instances that the account of the lab may run. @default - that of a new account is assumed */
  readonly vcpuQuota?: number;
  readonly onProgress: ProgressListener;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** Lets a class do the exercise at once on a rehearsal, with the replicas of its assembly or the exercise's own where that has none. */
export async function runRehearsedClass({ rehearsal, ...options }: RehearsedClassOptions): Promise<ClassResult> {
  const lab = readLab(readAssembly(rehearsal.assemblyDirectory));
  return runClass({
    ...options,
    kubeconfig: rehearsal.kubeconfig,
    expectations: classExpectationsOf(lab),
    replicasEach: lab.exercise.replicas > 0 ? lab.exercise.replicas : undefined,
  });
}
