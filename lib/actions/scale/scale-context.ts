import type { Deployment } from '../../kubernetes/deployment';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { ExerciseExpectations } from '../exercise/expectations';
import type { StepRecorder } from '../exercise/step-recorder';
import type { ScaleResult } from './scale-result';

/** What a scaling works with. */
export interface ScaleContext {
  readonly api: KubernetesApi;
  /** The exercise of the namespace, with the replicas to scale to. */
  readonly expectations: ExerciseExpectations;
  /** The Deployment before. */
  readonly deployment: Deployment;
  readonly recorder: StepRecorder;
  readonly signal?: AbortSignal;
  /** @default - {@link WAIT_SECONDS} */
  readonly timeoutSeconds?: number;
}

/** What following a scaling shows. */
export type FollowedScaling = Required<Pick<ScaleResult, 'scaledAt' | 'timeline' | 'nodes'>>;

/** Scales, and gives back when, by the API server's clock. */
export type Scaling = (context: ScaleContext) => Promise<string>;

/** Seconds that pods may take to run, or to go. A node of EC2 takes one to two minutes. */
export const WAIT_SECONDS = 300;
