import type { LaunchedNode } from '../exercise-result';

/** What an observation is about. The names stay the same, so that a script can grade by them. */
export type ObservationName =
  | 'deployment'
  | 'replicas'
  | 'pods running'
  | 'nodes'
  | 'NodeClaims'
  | 'capacity type'
  | 'node labels'
  | 'launch log';

/** Something that the exercise should have led to, and what the cluster shows of it. */
export interface Observation {
  readonly name: ObservationName;
  /** What is expected, as a sentence without its end: `5 pods of inflate run`. */
  readonly expected: string;
  /**
   * - `pass`: it is so;
   * - `fail`: it is not, and the exercise has not reached its outcome;
   * - `unknown`: the cluster does not tell, and nothing depends on it.
   */
  readonly outcome: 'pass' | 'fail' | 'unknown';
  /** What was seen, line by line. */
  readonly evidence: readonly string[];
  /** The command to type next, or the one that shows more. @default - nothing is to be done */
  readonly command?: string;
}

/** Whether the exercise has reached its outcome. */
export interface VerifyResult {
  readonly verdict: 'passed' | 'failed';
  readonly cluster: string;
  /** The student's namespace, or the lab's own. */
  readonly namespace: string;
  readonly deploymentName: string;
  /** Pods that the exercise scales to. */
  readonly replicas: number;
  /** Whether a node says that it is simulated. */
  readonly isSimulated: boolean;
  readonly observations: readonly Observation[];
  /** Nodes of Karpenter's that the pods are on. */
  readonly nodes: readonly LaunchedNode[];
}
