import type { ExerciseMark, ExerciseStep, LaunchedNode } from '../exercise-result';

/** What a scaling came to. */
export interface ScaleResult {
  /** `failed` when what was waited for did not come. */
  readonly verdict: 'passed' | 'failed';
  readonly cluster: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Replicas before. */
  readonly from: number;
  /** Replicas now. */
  readonly to: number;
  /** When, by the API server's clock, as ISO 8601 in whole seconds. */
  readonly scaledAt: string;
  /** Whether it was followed to its end. */
  readonly isWaited: boolean;
  /** What was done and waited for; a failure has what the cluster says of it. */
  readonly steps: readonly ExerciseStep[];
  /** From scaling to running. Empty where nothing was waited for, and where pods went. */
  readonly timeline: readonly ExerciseMark[];
  /** Nodes that Karpenter launched since the scaling and that run the pods. */
  readonly nodes: readonly LaunchedNode[];
}
