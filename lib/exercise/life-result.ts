import type { ExerciseStep } from './exercise-result';

/** Name of the rehearsal of a life that the user does not name. It is apart from the one that is worked with. */
export const LIFE_REHEARSAL = 'life';

/** What a class goes through, in order. */
export const LIFE_STAGES = ['empty account', 'preflight', 'deploy', 'exercise', 'verify', 'a student', 'status', 'teardown', 'empty again'] as const;

/** A part of a class's life. */
export type LifeStage = (typeof LIFE_STAGES)[number];

/** A step in the life of a class, and its outcome. */
export interface LifeStep extends ExerciseStep {
  readonly stage: LifeStage;
  /** How the typed command ended. @default - nothing was typed */
  readonly exitCode?: number;
  /** Seconds that the step would take on AWS. Where AWS keeps nobody waiting, it is the time that it took. */
  readonly estimatedAwsSeconds: number;
}

/** The whole life of a class on a rehearsal: from an empty account to an empty account. */
export interface LifeResult {
  readonly verdict: 'passed' | 'failed';
  readonly cluster: string;
  /** Name of the rehearsal. */
  readonly rehearsal: string;
  readonly steps: readonly LifeStep[];
  /** Seconds that all steps took. */
  readonly totalSeconds: number;
  /** Seconds that all steps would take on AWS. */
  readonly totalEstimatedAwsSeconds: number;
  readonly notSimulated: readonly string[];
}
