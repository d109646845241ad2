import type { Deployment } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { ExerciseMark, ExerciseStep, LaunchedNode } from './exercise-result';
import type { ExerciseExpectations } from './expectations';
import type { StepRecorder } from './step-recorder';

/** A scaling, before it is made. */
export interface ScaleChange {
  readonly cluster: string;
  readonly region: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Replicas now. */
  readonly from: number;
  /** Replicas then. */
  readonly to: number;
  /** What Karpenter will most likely launch for it. @default - nothing, or nobody can tell */
  readonly launch?: ExpectedLaunch;
}

/** New nodes, as the plan estimates them. */
export interface ExpectedLaunch {
  /** How many of each instance type. */
  readonly nodes: Readonly<Record<string, number>>;
  /** USD per hour of all of them with their volumes, at list price. */
  readonly pricePerHour: number;
}

/** What a scaling came to. */
export interface ScaleResult {
  /**
   * - `passed`: it is scaled, and what was waited for came;
   * - `failed`: what was waited for did not come;
   * - `declined`: the user did not want it. Nothing was changed.
   */
  readonly verdict: 'passed' | 'failed' | 'declined';
  readonly cluster: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Replicas before. */
  readonly from: number;
  /** Replicas that were asked for. */
  readonly to: number;
  /** When, by the API server's clock, as ISO 8601 in whole seconds. @default - it was declined */
  readonly scaledAt?: string;
  /** Whether it was followed to its end. */
  readonly isWaited: boolean;
  /** What was done and waited for; a failure has what the cluster says of it. */
  readonly steps: readonly ExerciseStep[];
  /** From scaling to running. Empty where nothing was waited for, and where pods went. */
  readonly timeline: readonly ExerciseMark[];
  /** Nodes that Karpenter launched since the scaling and that run the pods. */
  readonly nodes: readonly LaunchedNode[];
}

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
