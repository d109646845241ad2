import { EXERCISE_DEADLINES, type ExerciseDeadlines } from '../exercise/exercise-deadlines';

/** How long each stage of a drill may take, in seconds. */
export interface DrillDeadlines {
  /** Until Karpenter has noticed a message in its queue. */
  readonly noticedSeconds: number;
  /** Until an interrupted node is gone and all its pods run elsewhere. */
  readonly replacedSeconds: number;
  /** Until Karpenter says that it may not launch more. */
  readonly refusedSeconds: number;
  /** Until empty nodes are gone; `consolidateAfter` is added. */
  readonly consolidatedSeconds: number;
  /** Until deleted namespaces, NodePools with their nodes, or EC2NodeClasses are gone, each. */
  readonly deletedSeconds: number;
}

/** Deadlines that leave a slow day of EC2 some room. */
export const DRILL_DEADLINES: DrillDeadlines = {
  noticedSeconds: 60,
  replacedSeconds: 300,
  refusedSeconds: 60,
  consolidatedSeconds: 180,
  deletedSeconds: 300,
};

/** All deadlines, with those of a caller. */
export function drillDeadlines(changes: Partial<ExerciseDeadlines & DrillDeadlines> = {}): ExerciseDeadlines & DrillDeadlines {
  return { ...EXERCISE_DEADLINES, ...DRILL_DEADLINES, ...changes };
}
