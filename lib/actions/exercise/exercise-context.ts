import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { ExerciseDeadlines } from './exercise-deadlines';
import type { ExerciseExpectations } from './expectations';
import type { StepRecorder } from './step-recorder';

/** What every step of the exercise works with. */
export interface ExerciseContext {
  readonly api: KubernetesApi;
  readonly expectations: ExerciseExpectations;
  readonly recorder: StepRecorder;
  readonly deadlines: ExerciseDeadlines;
  /** Aborted when the user interrupts. */
  readonly signal?: AbortSignal;
}
