import type { ExerciseContext } from '../exercise/exercise-context';
import type { ExerciseDeadlines } from '../exercise/exercise-deadlines';
import { StepRecorder } from '../exercise/step-recorder';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { ignoreProgress } from '../../progress';
import type { DrillName, DrillResult } from '../exercise-result';
import { drillDeadlines, type DrillDeadlines } from './drill-deadlines';
import type { DrillOptions } from './drill-options';

/** What every step of a drill works with. */
export interface DrillContext extends ExerciseContext {
  readonly deadlines: ExerciseDeadlines & DrillDeadlines;
}

/** Makes a drill's context from its options. */
export function drillContext(api: KubernetesApi, { expectations, onProgress, signal, deadlines }: DrillOptions): DrillContext {
  return { api, expectations, signal, recorder: new StepRecorder(onProgress ?? ignoreProgress, signal), deadlines: drillDeadlines(deadlines) };
}

/** What a drill came to. */
export function drillResult(name: DrillName, { recorder }: DrillContext): DrillResult {
  return { name, verdict: recorder.verdict, steps: recorder.steps };
}
