/** A moment of the exercise, as the API server saw it. */
export interface ExerciseMark {
  readonly event: 'scaled' | 'pods pending' | 'NodeClaim created' | 'NodeClaim launched' | 'node registered' | 'node ready' | 'pods running';
  /** Seconds since the Deployment was scaled. */
  readonly atSeconds: number;
  /** Names of the objects, instance type and zone. */
  readonly detail: string;
}

/** A step of the exercise or of a drill, and its outcome. */
export interface ExerciseStep {
  readonly title: string;
  /** The command that a student types for it, with the kubeconfig left out. */
  readonly command?: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What the step showed, line by line. For a failure: what was missing, and what the cluster says about it. */
  readonly evidence: readonly string[];
  readonly seconds: number;
}

/** A node that Karpenter launched. */
export interface LaunchedNode {
  readonly name: string;
  readonly nodeClaim: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly exercisePods: number;
  /** USD per hour from the price table, or undefined where the table lacks the type. */
  readonly pricePerHour?: number;
}

/** The result of a run of the exercise and its drills. */
export interface ExerciseResult {
  readonly verdict: 'passed' | 'failed';
  readonly cluster: string;
  /** Whether it ran on a rehearsal, where AWS is played and containers do not run. */
  readonly isSimulated: boolean;
  readonly replicas: number;
  readonly steps: readonly ExerciseStep[];
  readonly timeline: readonly ExerciseMark[];
  readonly nodes: readonly LaunchedNode[];
  readonly drills: readonly DrillResult[];
  /** What the exercise shows on AWS and this run could not, one line each. */
  readonly notSimulated: readonly string[];
  /**
   * What is at fault in the lab by what its account has seen, the most likely cause first: a sentence each. A run can pass all the
   * same. @default - nothing was found; of AWS nobody knows
   */
  readonly findings?: readonly string[];
}

/**
 * The drills in the order in which they run: those that leave the lab where it is come first, so that it is deployed again as seldom
 * as can be.
 */
export const DRILL_NAMES = ['consolidation', 'limit', 'capacity', 'spot', 'drift', 'deadline', 'stuck', 'destroy', 'teardown', 'rollback'] as const;

/** A drill that follows the exercise. */
export type DrillName = (typeof DRILL_NAMES)[number];

/** The result of a drill. */
export interface DrillResult {
  readonly name: DrillName;
  readonly verdict: 'passed' | 'failed';
  readonly steps: readonly ExerciseStep[];
  /** Whether the lab stands after it. */
  readonly isLabLeft: boolean;
  /** What it has proved, in one sentence. @default - it failed, or could not take its last step */
  readonly proved?: string;
}

/** How a figure is spread over the students. */
export interface Distribution {
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

/** Name of the rehearsal on which a class is played. */
export const CLASS_REHEARSAL = 'class';

/** What happened when students were played who did the exercise at once, each in a seat of their own. */
export interface ClassResult {
  readonly verdict: 'passed' | 'failed';
  readonly cluster: string;
  readonly students: number;
  readonly replicasEach: number;
  /** Students whose commands all succeeded, whose pods all ran, and who passed when the class was graded. */
  readonly finished: number;
  /** Students who passed when the class was graded. */
  readonly graded: number;
  /** Seconds from scaling until a student's last pod runs, over the students whose pods all ran. All 0 where none did. */
  readonly secondsToRunning: Distribution;
  /** Seconds from the first student's first command to the last one's last. */
  readonly totalSeconds: number;
  readonly nodesByInstanceType: Readonly<Record<string, number>>;
  readonly nodeCount: number;
  /** USD per hour for all nodes with their volumes, by the price table. */
  readonly pricePerHour: number;
  /** Students whose pods came to run on more than one node. Karpenter may decide while some of the pods are not there yet. */
  readonly studentsWithSeveralNodes: number;
  /** Mebibytes that all processes of the rehearsal held at their peak, the students' commands included. */
  readonly peakMemoryMebibytes: number;
  /** How much of the NodePool's limits was used when one of them kept pods from running. @default - none did */
  readonly limitMet?: string;
  /** The command at which a student's work ended, where it did. */
  readonly failures: readonly StudentFailure[];
  /** What went wrong besides, one line each: pods that did not run and why, pods on nodes that were not their student's. */
  readonly problems: readonly string[];
  readonly notSimulated: readonly string[];
}

/** A command of a student that failed. */
export interface StudentFailure {
  readonly seat: string;
  /** As it was typed: one line, or several. */
  readonly command: string;
  readonly exitCode: number;
  /** What it printed, standard output and errors together. */
  readonly output: string;
}
