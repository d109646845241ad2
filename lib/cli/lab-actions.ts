import type { AssemblyState } from '../actions/assembly-state';
import type { LabConnection } from '../actions/connected-lab';
import type { ExerciseExpectations } from '../actions/exercise/expectations';
import type { ExtendOptions } from '../actions/extend/extend-lab';
import type { ExtendResult } from '../actions/extend/extend-result';
import type { ClassResult, ExerciseResult } from '../actions/exercise-result';
import type { DeploymentTarget, DeployResult } from '../actions/deploy-result';
import type { DeploymentTargetOptions, DeployOptions } from '../actions/deploy';
import type { PlanOptions } from '../actions/plan';
import type { PlanResult } from '../actions/plan-result';
import type { PreflightOptions } from '../actions/preflight';
import type { PreflightResult } from '../actions/preflight-result';
import type { RehearsedClassOptions } from '../actions/rehearsed-class';
import type { RehearsedExerciseOptions } from '../actions/rehearsed-exercise';
import type { StatusOptions } from '../actions/lab-status/lab-status';
import type { LabStatus } from '../actions/lab-status/lab-status-result';
import type { WatchOptions, WatchResult } from '../actions/lab-status/watch-lab';
import type { ScaleOptions } from '../actions/scale/scale-lab';
import type { ScaleResult } from '../actions/scale/scale-result';
import type { SweepOptions } from '../actions/sweep/sweep-lab';
import type { SweepResult } from '../actions/sweep/sweep-result';
import type { SynthesizeOptions } from '../actions/synthesize';
import type { VerifyOptions } from '../actions/verify/verify-lab';
import type { VerifyResult } from '../actions/verify/verify-result';
import type { TeardownOptions } from '../actions/teardown/teardown';
import type { TeardownResult } from '../actions/teardown/teardown-result';
import type { CleanRehearsalOptions, CleanRehearsalResult } from '../rehearsal/clean-rehearsal';
import type { LabError } from '../lab-error';
import type { RehearsalRecord } from '../rehearsal/rehearsal-record';
import type { RehearsalStatus } from '../rehearsal/rehearsal-status';
import type { StartRehearsalOptions } from '../rehearsal/start-rehearsal';
import type { StopRehearsalOptions, StopRehearsalResult } from '../rehearsal/stop-rehearsal';

/** What a command line knows of its own: the folder of the lab, and the environment. */
type OfTheProcess = 'projectDirectory' | 'env';

/** The actions behind the verbs. The command line knows them only by this interface. */
export interface LabActions {
  /** Reads an assembly and says what it would build, cost and expose. */
  readonly plan: (options: PlanOptions) => Promise<PlanResult>;
  /** Asks whether an account is ready for the lab, and changes nothing. */
  readonly preflight: (options: Omit<PreflightOptions, 'env'>) => Promise<PreflightResult>;
  /** Moves the moment at which AWS deletes the lab by itself. */
  readonly extendLab: (options: Omit<ExtendOptions, 'now'>) => Promise<ExtendResult>;
  /** Says where the lab would be deployed and what is there, and changes nothing. */
  readonly deploymentTarget: (options: DeploymentTargetOptions) => Promise<DeploymentTarget>;
  /** Deploys the lab, or follows a deployment that is under way. */
  readonly deploy: (options: Omit<DeployOptions, 'env'>) => Promise<DeployResult>;
  /** Removes the lab, whatever state it is in. */
  readonly teardownLab: (options: TeardownOptions) => Promise<TeardownResult>;
  /** Removes what a lab whose stack is gone has left in AWS. */
  readonly sweepLab: (options: SweepOptions) => Promise<SweepResult>;
  /** Says whether an assembly is what `lab.yaml` and the code would make now. */
  readonly assemblyState: (assemblyDirectory: string) => Promise<AssemblyState>;
  /** Runs the CDK app once. */
  readonly synthesize: (options: SynthesizeOptions) => Promise<void>;
  /** Says what keeps a rehearsal from running on this machine: nothing, or an error each with what to install. */
  readonly rehearsalShortfalls: (signal: AbortSignal) => Promise<readonly LabError[]>;
  /** Starts a rehearsal; one that runs is left as it is. */
  readonly startRehearsal: (options: Omit<StartRehearsalOptions, OfTheProcess>) => Promise<RehearsalRecord>;
  /** Stops a rehearsal, and keeps its folder. */
  readonly stopRehearsal: (options: Omit<StopRehearsalOptions, OfTheProcess>) => Promise<StopRehearsalResult>;
  /** Says what has become of a rehearsal. */
  readonly rehearsalStatus: (name: string) => Promise<RehearsalStatus>;
  /** Says what has become of all rehearsals there are. */
  readonly listRehearsals: () => Promise<readonly RehearsalStatus[]>;
  /** Stops a rehearsal and removes all it left. */
  readonly cleanRehearsal: (options: Omit<CleanRehearsalOptions, OfTheProcess>) => Promise<CleanRehearsalResult>;
  /** Reads from an assembly what the exercise should find in its lab. */
  readonly exerciseExpectations: (assemblyDirectory: string) => Promise<ExerciseExpectations>;
  /** Does the exercise, then the drills. */
  readonly runExercise: (options: RehearsedExerciseOptions) => Promise<ExerciseResult>;
  /** Does the exercise for a class at once. */
  readonly runClass: (options: RehearsedClassOptions) => Promise<ClassResult>;
  /** Scales the exercise, and sees it through where that is asked for. */
  readonly scaleLab: (options: ScaleOptions & LabConnection) => Promise<ScaleResult>;
  /** Says in what state the lab is. */
  readonly labStatus: (options: Omit<StatusOptions, 'now'> & LabConnection) => Promise<LabStatus>;
  /** Tells what becomes of the lab, until the user has seen enough. */
  readonly watchLab: (options: Omit<WatchOptions, 'now'> & LabConnection) => Promise<WatchResult>;
  /** Says whether the exercise has reached its outcome. */
  readonly verifyLab: (options: VerifyOptions) => Promise<VerifyResult>;
}
