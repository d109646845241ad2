import type { ProgressListener } from '../../progress';
import type { ExerciseDeadlines } from '../exercise/exercise-deadlines';
import type { ExerciseExpectations } from '../exercise/expectations';
import type { DrillDeadlines } from './drill-deadlines';

/** A drill, and the lab to do it in. */
export interface DrillOptions {
  readonly expectations: ExerciseExpectations;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user interrupts. What the drill changed is put back all the same. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
  /** Stages that may take longer, or less. @default - those of the exercise, and {@link DRILL_DEADLINES} */
  readonly deadlines?: Partial<ExerciseDeadlines & DrillDeadlines>;
}

/** What the spot drill needs besides. */
export interface SpotDrillOptions extends DrillOptions {
  /** Announces to Karpenter that EC2 takes a spot instance back, by a message in its interruption queue. */
  readonly interrupt: (instanceId: string) => Promise<void>;
}

/** What the teardown drill needs besides. */
export interface TeardownDrillOptions extends DrillOptions {
  /** How many instances that Karpenter launched still exist in EC2, or in its simulation. */
  readonly countInstances: () => Promise<number>;
}
