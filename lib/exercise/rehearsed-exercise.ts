import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { connectAws } from '../aws/lab-aws';
import { classExpectationsOf } from './class/class-context';
import { runClass } from './class/run-class';
import type { DrillMeans } from './drills/drill-stage';
import type { ClassResult, DrillName, ExerciseResult } from './exercise-result';
import { expectationsOf } from './expectations';
import { runDrills, runExercise, withDrills } from './run-exercise';
import { textAt } from '../json';
import { KubernetesApi } from '../kubernetes/kubernetes-api';
import { teardownIn } from '../removal/teardown';
import type { RunContext } from '../run-context';
import type { RehearsalRecord } from '../rehearsal/rehearsal-state';
import { LOCAL_CREDENTIALS } from '../rehearsal/seed/seeding';
import { sendSpotInterruption, type SendSpotInterruptionOptions } from '../rehearsal/send-spot-interruption';
import { countSimulatedInstances } from '../rehearsal/aws-answers/simulated-instances';

/** A run of the exercise on a rehearsal. */
export interface RehearsedExerciseOptions {
  readonly rehearsal: RehearsalRecord;
  /** What to do after the exercise, if it passed. */
  readonly drills: readonly DrillName[];
}

/**
 * Runs the exercise, then the drills, on a rehearsal: with the replicas of its assembly, or the exercise's five where that has 0.
 * Drills build on the exercise, so none runs after an exercise that failed.
 *
 * @throws LabError `KubeconfigUnreadable` or `KubernetesUnreachable`; the reason of the signal
 */
export async function runRehearsedExercise({ rehearsal, drills }: RehearsedExerciseOptions, run: RunContext): Promise<ExerciseResult> {
  const lab = readLab(readAssembly(rehearsal.assemblyDirectory));
  const queueName = textAt(lab.karpenter.values, 'settings', 'interruptionQueue') ?? '';
  const api = await KubernetesApi.connect(rehearsal, run);
  try {
    const exercise = { expectations: expectationsOf(lab) };
    const result = await runExercise(api, exercise, run);
    if (result.verdict === 'failed') return result;
    return withDrills(result, await runDrills(api, { ...exercise, drills, means: meansOf(rehearsal, api, { queueName, account: lab.stack.account }, run) }, run));
  } finally {
    api.close();
  }
}

/** The means of a rehearsal's drills: its interruption queue, its simulated instances, and a teardown of its stack. */
function meansOf(
  { kubeconfig, assemblyDirectory, karpenterNamespace, region, awsEndpoint }: RehearsalRecord,
  api: KubernetesApi,
  queue: Pick<SendSpotInterruptionOptions, 'queueName' | 'account'>,
  wholeRun: RunContext,
): DrillMeans {
  return {
    interrupt: (instanceId) => sendSpotInterruption({ ...queue, endpoint: awsEndpoint, region, instanceId }, wholeRun),
    countInstances: () => countSimulatedInstances(api, karpenterNamespace),
    teardown: async ({ isDryRun }, run) => {
      const aws = connectAws(region, run, { endpoint: awsEndpoint, credentials: LOCAL_CREDENTIALS });
      try {
        return await teardownIn(aws, { assemblyDirectory, kubeconfig, isDryRun }, run);
      } finally {
        aws.close();
      }
    },
  };
}

/** A class that does the exercise on a rehearsal. */
export interface RehearsedClassOptions {
  readonly rehearsal: RehearsalRecord;
  readonly students: number;
  /** Whether to raise the NodePool's limits as far as the class needs, and put them back after it. */
  readonly raiseLimits: boolean;
  /** vCPUs of on-demand instances that the account of the lab may run. @default - that of a new account is assumed */
  readonly vcpuQuota?: number;
}

/** Runs a class on a rehearsal, with the replicas of its assembly, or the exercise's five where that has 0. */
export async function runRehearsedClass({ rehearsal, ...options }: RehearsedClassOptions, run: RunContext): Promise<ClassResult> {
  const lab = readLab(readAssembly(rehearsal.assemblyDirectory));
  const api = await KubernetesApi.connect(rehearsal, run);
  try {
    return await runClass(api, {
      ...options,
      expectations: classExpectationsOf(lab),
      replicasEach: lab.exercise.replicas > 0 ? lab.exercise.replicas : undefined,
    }, run);
  } finally {
    api.close();
  }
}
