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

/** What happened when a class did the exercise at once. */
export interface ClassResult {
  readonly verdict: 'passed' | 'failed';
  readonly students: number;
  readonly replicasEach: number;
  /** Students whose pods all ran. */
  readonly finished: number;
  /** Seconds from scaling until a student's last pod runs, over the students who finished. All 0 where none did. */
  readonly secondsToRunning: Distribution;
  readonly totalSeconds: number;
  readonly nodesByInstanceType: Readonly<Record<string, number>>;
  readonly nodeCount: number;
  /** USD per hour for all nodes, by the price table. */
  readonly pricePerHour: number;
  /** The bound that kept pods from running. @default - the cluster reports none */
  readonly boundMet?: BoundMet;
  /** Whether the limits of the NodePool were raised for the class. */
  readonly areLimitsRaised: boolean;
  /** Bounds on the size of a class, the nearest first, an assumed one last. Bounds without a measured use are left out. */
  readonly bounds: readonly ClassBound[];
  /** Whether it ran on a rehearsal, where AWS is played and containers do not run. */
  readonly isSimulated: boolean;
  readonly notSimulated: readonly string[];
  /** What the run changed before the class and did not put back, and nodes that stayed, one line each. */
  readonly remarks: readonly string[];
  /** What went wrong, one line each: pods that stayed pending and why, objects that remained after the clean-up. */
  readonly problems: readonly string[];
}

/** A bound that a class met. */
export interface BoundMet {
  readonly what: 'limits of the NodePool';
  /** How much of it is used, in the cluster's figures. */
  readonly detail: string;
}

/** A limited resource that bounds the size of a class. */
export interface ClassBound {
  readonly what: 'NodePool cpu limit' | 'NodePool memory limit' | 'subnet addresses' | 'on-demand vCPU quota';
  readonly used: number;
  readonly available: number;
  readonly unit: string;
  /** How many students it is enough for. */
  readonly enoughForStudents: number;
  /** Where the available figure comes from. */
  readonly source: string;
  /** Whether the available figure is assumed, because neither the lab nor the user gives it. */
  readonly isAssumed: boolean;
}
