import type { AssemblyState } from '../assembly/assembly-state';
import type { LabView } from '../assembly/lab-view';
import type { SynthesizeOptions } from '../assembly/synthesize';
import type { DeploymentTargetOptions, DeployOptions } from '../deploy/deploy';
import type { DeploymentTarget, DeployResult } from '../deploy/deployment-target';
import type { CloseClassOptions, CloseClassResult } from '../exercise/class/close-class';
import type { OpenClassOptions, OpenClassResult } from '../exercise/class/open-class';
import type { ResetSeatOptions, ResetSeatResult } from '../exercise/class/reset-seat';
import type { ClassStatus } from '../exercise/class/class-status';
import type { GradeResult } from '../exercise/class/grade-class';
import type { SeatGuideOptions, SeatGuideResult } from '../exercise/class/seat-guide';
import type { ClassResult, ExerciseResult } from '../exercise/exercise-result';
import type { ExerciseExpectations } from '../exercise/expectations';
import type { LabStatus, StatusOptions } from '../exercise/lab-status';
import type { LifeResult } from '../exercise/life-result';
import type { RehearsedClassOptions } from '../exercise/rehearsed-class';
import type { RehearsedExerciseOptions } from '../exercise/rehearsed-exercise';
import type { RehearseLifeOptions } from '../exercise/rehearsed-life';
import type { ScaleOptions, ScaleResult } from '../exercise/scale-lab';
import type { VerifyOptions, VerifyResult } from '../exercise/verify-lab';
import type { WatchOptions, WatchResult } from '../exercise/watch-lab';
import type { LabConnection } from '../exercise/connected-lab';
import type { LabError } from '../lab-error';
import type { PlanOptions } from '../plan/plan';
import type { PlanResult } from '../plan/plan-result';
import type { PreflightOptions } from '../preflight/preflight';
import type { PreflightResult } from '../preflight/preflight-check';
import type { RehearsalRecord } from '../rehearsal/rehearsal-state';
import type { RehearsalOptions, RehearsalStatus } from '../rehearsal/rehearsal-status';
import type { StartRehearsalOptions } from '../rehearsal/start-rehearsal';
import type { CleanRehearsalOptions, CleanRehearsalResult, StopRehearsalResult } from '../rehearsal/stop-rehearsal';
import type { ExtendOptions, ExtendResult } from '../removal/extend-lab';
import type { SweepOptions, SweepResult } from '../removal/sweep-lab';
import type { TeardownOptions } from '../removal/teardown';
import type { TeardownResult } from '../removal/teardown-result';
import type { RunContext } from '../run-context';

/** What the process itself knows: the folder of the lab, and the environment. */
type OfTheProcess = 'projectDirectory' | 'env';

/** The actions behind the verbs. The command line knows them only by this interface. */
export interface LabActions {
  /** Reads an assembly and says what it would build, cost and expose. */
  readonly plan: (options: PlanOptions) => Promise<PlanResult>;
  /** Asks whether an account is ready for the lab, and changes nothing. */
  readonly preflight: (options: Omit<PreflightOptions, OfTheProcess>, run: RunContext) => Promise<PreflightResult>;
  /** Moves the moment at which AWS deletes the lab by itself. */
  readonly extendLab: (options: ExtendOptions, run: RunContext) => Promise<ExtendResult>;
  /** Says where the lab would be deployed and what is there, and changes nothing. */
  readonly deploymentTarget: (options: DeploymentTargetOptions, run: RunContext) => Promise<DeploymentTarget>;
  /** Deploys the lab, or follows a deployment that is under way. */
  readonly deploy: (options: Omit<DeployOptions, 'env'>, run: RunContext) => Promise<DeployResult>;
  /** Removes the lab, whatever state it is in. */
  readonly teardownLab: (options: TeardownOptions, run: RunContext) => Promise<TeardownResult>;
  /** Removes what a lab whose stack is gone has left in AWS. */
  readonly sweepLab: (options: SweepOptions, run: RunContext) => Promise<SweepResult>;
  /** Says whether an assembly is what `lab.yaml` and the code would make now. */
  readonly assemblyState: (assemblyDirectory: string) => Promise<AssemblyState>;
  /** Runs the CDK app once. */
  readonly synthesize: (options: SynthesizeOptions, run: RunContext) => Promise<void>;
  /** Says what a rehearsal lacks on this machine: an error for each thing, with what to install. Empty where it can run. */
  readonly rehearsalShortfalls: (run: RunContext) => Promise<readonly LabError[]>;
  /** Starts a rehearsal; one that runs is left as it is. */
  readonly startRehearsal: (options: Omit<StartRehearsalOptions, OfTheProcess>, run: RunContext) => Promise<RehearsalRecord>;
  /** Stops a rehearsal, and keeps its folder. */
  readonly stopRehearsal: (options: Omit<RehearsalOptions, OfTheProcess>, run: RunContext) => Promise<StopRehearsalResult>;
  /** Says in which state a rehearsal is. */
  readonly rehearsalStatus: (name: string, run: RunContext) => Promise<RehearsalStatus>;
  /** Says in which state each rehearsal is. */
  readonly listRehearsals: (run: RunContext) => Promise<readonly RehearsalStatus[]>;
  /** Stops a rehearsal and removes its files. */
  readonly cleanRehearsal: (options: Omit<CleanRehearsalOptions, OfTheProcess>, run: RunContext) => Promise<CleanRehearsalResult>;
  /** Reads from an assembly what the exercise should find in its lab. */
  readonly exerciseExpectations: (assemblyDirectory: string) => Promise<ExerciseExpectations>;
  /** Does the exercise, then the drills. */
  readonly runExercise: (options: RehearsedExerciseOptions, run: RunContext) => Promise<ExerciseResult>;
  /** Reads from an assembly how many seats its class has. */
  readonly countSeats: (assemblyDirectory: string) => Promise<number>;
  /** Plays students of a class who do the exercise at once, each in a seat of their own. */
  readonly playClass: (options: RehearsedClassOptions, run: RunContext) => Promise<ClassResult>;
  /** Rehearses the whole life of a class, from an empty account to an empty account. */
  readonly rehearseLife: (options: Omit<RehearseLifeOptions, OfTheProcess>, run: RunContext) => Promise<LifeResult>;
  /** Scales the exercise, and waits until its pods run or are gone where that is asked for. */
  readonly scaleLab: (options: ScaleOptions & LabConnection, run: RunContext) => Promise<ScaleResult>;
  /** Says in which state the lab is. */
  readonly labStatus: (options: StatusOptions & LabConnection, run: RunContext) => Promise<LabStatus>;
  /** Reports each change of the lab until the user ends it, or enough pods run. */
  readonly watchLab: (options: WatchOptions & LabConnection, run: RunContext) => Promise<WatchResult>;
  /** Says whether the exercise has reached its outcome. */
  readonly verifyLab: (options: VerifyOptions, run: RunContext) => Promise<VerifyResult>;
  /** Writes the guide with the names of a seat, or of the instructor. */
  readonly writeGuide: (options: SeatGuideOptions & { readonly assemblyDirectory: string }) => Promise<SeatGuideResult>;
  /** Makes the seats of a class ready, with a kubeconfig for each student. */
  readonly openClass: (options: OpenClassOptions & LabConnection, run: RunContext) => Promise<OpenClassResult>;
  /** Empties a seat, and makes it again as the stack has it. */
  readonly resetSeat: (options: ResetSeatOptions & LabConnection, run: RunContext) => Promise<ResetSeatResult>;
  /** Ends the students' tokens, empties all seats, and waits until their nodes are gone. */
  readonly closeClass: (options: CloseClassOptions & LabConnection, run: RunContext) => Promise<CloseClassResult>;
  /** Looks at a class once, remembers what its students have reached, and scales nothing. */
  readonly classStatus: (options: LabConnection, run: RunContext) => Promise<ClassStatus>;
  /** Says what each seat of a class has reached, by what is remembered and what runs now. */
  readonly gradeClass: (options: LabConnection, run: RunContext) => Promise<GradeResult>;
  /** Keeps a class until the run is interrupted: remembers what its students have reached, and scales idle seats to 0. */
  readonly followClass: (options: LabConnection, onStatus: (status: ClassStatus) => void, run: RunContext) => Promise<void>;
}

/** What the real actions take from their process. */
export interface ProcessActionsOptions {
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The real actions. Each is loaded when it is called for, so that `lab --help` loads none. */
export function processActions({ projectDirectory, env }: ProcessActionsOptions): LabActions {
  return {
    plan: async (options) => (await import('../plan/plan.js')).planWithRoster({ ...options, projectDirectory, now: new Date() }),
    preflight: async (options, run) => (await import('../preflight/preflight.js')).preflight({ ...options, projectDirectory, env }, run),
    extendLab: async (options, run) => (await import('../removal/extend-lab.js')).extendLab(options, run),
    deploymentTarget: async (options, run) => (await import('../deploy/deploy.js')).deploymentTarget(options, run),
    deploy: async (options, run) => (await import('../deploy/deploy.js')).deploy({ ...options, env }, run),
    teardownLab: async (options, run) => (await import('../removal/teardown.js')).teardown(options, run),
    sweepLab: async (options, run) => (await import('../removal/sweep-lab.js')).sweepLab(options, run),
    assemblyState: async (assemblyDirectory) => (await import('../assembly/assembly-state.js')).assemblyState({ assemblyDirectory, projectDirectory }),
    synthesize: async (options, run) => (await import('../assembly/synthesize.js')).synthesize(options, run),
    rehearsalShortfalls: async (run) =>
      (await import('../rehearsal/toolchain/ensure-toolchain.js')).rehearsalShortfalls({ projectDirectory, env }, run),
    startRehearsal: async (options, run) => (await import('../rehearsal/start-rehearsal.js')).startRehearsal({ ...options, projectDirectory, env }, run),
    stopRehearsal: async (options, run) => (await import('../rehearsal/stop-rehearsal.js')).stopRehearsal({ ...options, projectDirectory }, run),
    rehearsalStatus: async (name, run) => {
      const { rehearsalStatus, withLab } = await import('../rehearsal/rehearsal-status.js');
      return withLab(rehearsalStatus({ projectDirectory, name }), run);
    },
    listRehearsals: async (run) => {
      const { listRehearsals, withLab } = await import('../rehearsal/rehearsal-status.js');
      return Promise.all(listRehearsals(projectDirectory).map((status) => withLab(status, run)));
    },
    cleanRehearsal: async (options, run) => (await import('../rehearsal/stop-rehearsal.js')).cleanRehearsal({ ...options, projectDirectory, env }, run),
    exerciseExpectations,
    countSeats,
    playClass: async (options, run) => (await import('../exercise/rehearsed-class.js')).runRehearsedClass(options, run),
    rehearseLife: async (options, run) => (await import('../exercise/rehearsed-life.js')).rehearseLife({ ...options, projectDirectory, env }, run),
    scaleLab: async (options, run) => (await import('../exercise/scale-lab.js')).scaleLab(options, run),
    labStatus: async (options, run) => (await import('../exercise/lab-status.js')).labStatus(options, run),
    watchLab: async (options, run) => (await import('../exercise/watch-lab.js')).watchLab(options, run),
    verifyLab: async (options, run) => (await import('../exercise/verify-lab.js')).verifyLab(options, run),
    writeGuide: async ({ assemblyDirectory, ...options }) =>
      (await import('../exercise/class/seat-guide.js')).writeSeatGuide(await labOf(assemblyDirectory), projectDirectory, options),
    openClass: async (options, run) => (await import('../exercise/class/open-class.js')).openClass({ ...options, projectDirectory }, run),
    resetSeat: async (options, run) => (await import('../exercise/class/reset-seat.js')).resetSeat({ ...options, projectDirectory }, run),
    closeClass: async (options, run) => (await import('../exercise/class/close-class.js')).closeClass({ ...options, projectDirectory }, run),
    classStatus: async (options, run) => (await import('../exercise/class/class-keeper.js')).classStatus({ ...options, projectDirectory }, run),
    gradeClass: async (options, run) => (await import('../exercise/class/grade-class.js')).gradeClass({ ...options, projectDirectory }, run),
    followClass: async (options, onStatus, run) =>
      (await import('../exercise/class/class-keeper.js')).followClass({ ...options, projectDirectory }, onStatus, run),
    runExercise: async (options, run) => (await import('../exercise/rehearsed-exercise.js')).runRehearsedExercise(options, run),
  };
}

async function exerciseExpectations(assemblyDirectory: string): Promise<ExerciseExpectations> {
  const { expectationsOf } = await import('../exercise/expectations.js');
  return expectationsOf(await labOf(assemblyDirectory));
}

async function labOf(assemblyDirectory: string): Promise<LabView> {
  const [{ readAssembly }, { readLab }] = await Promise.all([import('../assembly/read-assembly.js'), import('../assembly/lab-view.js')]);
  return readLab(readAssembly(assemblyDirectory));
}

async function countSeats(assemblyDirectory: string): Promise<number> {
  return (await labOf(assemblyDirectory)).class?.seats.length ?? 0;
}
