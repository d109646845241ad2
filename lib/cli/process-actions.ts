import type { ExerciseExpectations } from '../actions/exercise/expectations';
import type { LabActions } from './lab-actions';

/** What the real actions take from their process. */
export interface ProcessActionsOptions {
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The real actions. Each is loaded when it is called for, so that `lab --help` loads none. */
export function processActions({ projectDirectory, env }: ProcessActionsOptions): LabActions {
  return {
    plan: async (options) => (await import('../actions/plan.js')).plan({ ...options, now: new Date() }),
    preflight: async (options) => (await import('../actions/preflight.js')).preflight({ ...options, env }),
    extendLab: async (options) => (await import('../actions/extend/extend-lab.js')).extendLab({ ...options, now: new Date() }),
    deploymentTarget: async (options) => (await import('../actions/deploy.js')).deploymentTarget(options),
    deploy: async (options) => (await import('../actions/deploy.js')).deploy({ ...options, env }),
    teardownLab: async (options) => (await import('../actions/teardown/teardown.js')).teardown(options),
    sweepLab: async (options) => (await import('../actions/sweep/sweep-lab.js')).sweepLab(options),
    assemblyState: async (assemblyDirectory) => (await import('../actions/assembly-state.js')).assemblyState({ assemblyDirectory, projectDirectory }),
    synthesize: async (options) => (await import('../actions/synthesize.js')).synthesize(options),
    rehearsalShortfalls: async (signal) =>
      (await import('../rehearsal/toolchain/ensure-toolchain.js')).rehearsalShortfalls({ projectDirectory, env, signal }),
    startRehearsal: async (options) => (await import('../rehearsal/start-rehearsal.js')).startRehearsal({ ...options, projectDirectory, env }),
    stopRehearsal: async (options) => (await import('../rehearsal/stop-rehearsal.js')).stopRehearsal({ ...options, projectDirectory }),
    rehearsalStatus: async (name) => (await import('../rehearsal/rehearsal-status.js')).rehearsalStatus({ projectDirectory, name }),
    listRehearsals: async () => (await import('../rehearsal/rehearsal-status.js')).listRehearsals(projectDirectory),
    cleanRehearsal: async (options) => (await import('../rehearsal/clean-rehearsal.js')).cleanRehearsal({ ...options, projectDirectory, env }),
    exerciseExpectations,
    runClass: async (options) => (await import('../actions/rehearsed-class.js')).runRehearsedClass(options),
    scaleLab: async (options) => (await import('../actions/scale/scale-lab.js')).scaleLab(options),
    labStatus: async (options) => (await import('../actions/lab-status/lab-status.js')).labStatus({ ...options, now: () => new Date() }),
    watchLab: async (options) => (await import('../actions/lab-status/watch-lab.js')).watchLab({ ...options, now: () => new Date() }),
    verifyLab: async (options) => (await import('../actions/verify/verify-lab.js')).verifyLab(options),
    runExercise: async (options) => (await import('../actions/rehearsed-exercise.js')).runRehearsedExercise(options),
  };
}

async function exerciseExpectations(assemblyDirectory: string): Promise<ExerciseExpectations> {
  const [{ readAssembly }, { readLab }, { expectationsOf }] = await Promise.all([
    import('../assembly/read-assembly.js'), import('../assembly/lab-view.js'), import('../actions/exercise/expectations.js'),
  ]);
  return expectationsOf(readLab(readAssembly(assemblyDirectory)));
}
