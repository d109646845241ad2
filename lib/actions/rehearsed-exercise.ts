import { textAt } from '../assembly/json';
import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { ProgressListener } from '../progress';
import { sendSpotInterruption } from '../rehearsal/interruption/send-spot-interruption';
import { countSimulatedInstances } from '../rehearsal/karpenter/simulated-instances';
import type { RehearsalRecord } from '../rehearsal/rehearsal-record';
import { runDrills } from './drills/run-drills';
import { expectationsOf } from './exercise/expectations';
import { runExercise, withDrills } from './exercise/run-exercise';
import type { DrillName, ExerciseResult } from './exercise-result';

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

  const api = await KubernetesApi.connect({ kubeconfig });
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
      countInstances: () => countSimulatedInstances(api, karpenterNamespace, signal),
    }));
  } finally {
    api.close();
  }
}
