import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import type { ProgressListener } from '../progress';
import type { RehearsalRecord } from '../rehearsal/rehearsal-record';
import { classExpectationsOf } from './class/class-expectations';
import { runClass } from './class/run-class';
import type { ClassResult } from './exercise-result';

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
