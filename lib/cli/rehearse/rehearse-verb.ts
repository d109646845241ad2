import { CLASS_REHEARSAL, type DrillName, type ExerciseResult } from '../../exercise/exercise-result';
import { LIFE_REHEARSAL } from '../../exercise/life-result';
import { DEFAULT_REHEARSAL } from '../../rehearsal/rehearsal-paths';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-state';
import { beyondInterruption } from '../../run-context';
import { counted } from '../../words';
import { configuredAssembly } from '../assembly-flag';
import type { LabDocument } from '../document/document';
import { pageWriter } from '../document/page-file';
import { defectMessage, ExitCode, UsageError } from '../errors';
import { exerciseDocument } from '../exercise/exercise-document';
import { defineVerb, type Invocation, type VerbOutcome } from '../verb';
import { classDocument, afterClass } from './class-document';
import { afterLife, lifeDocument } from './life-document';
import { emptyDocument, exerciseGuide, goOnSections, rehearsalStatusDocument, startedDocument, type StartedRehearsal, stopCommand } from './rehearsal-document';
import { REHEARSE_FLAGS, type RehearseFlags, type RehearseTask, taskOf } from './rehearse-flags';

/** `lab rehearse`: the lab on this machine, deployed into an AWS account that is played, with real Kubernetes and real Karpenter. */
export const rehearseVerb = defineVerb({
  name: 'rehearse',
  summary: 'deploy the synthesized lab on this machine, with real Kubernetes and Karpenter, without AWS',
  description: 'Starts an empty AWS account on this machine and deploys the synthesized assembly into it, as lab deploy does: '
    + 'CloudFormation, IAM, EKS and EC2 are played, Kubernetes, Karpenter, Helm and the functions are real. Every command of '
    + 'the exercise works on it until it is stopped. With --empty you deploy yourself. With --run it walks the exercise and '
    + 'ends with a verdict; with --life it walks preflight, deployment, exercise and teardown, from an empty account to an empty one; '
    + 'with --students it plays a class. It needs Python, and builds the rest the first time.',
  flags: REHEARSE_FLAGS,
  run: runRehearse,
});

/** What a task is given. */
interface TaskOptions {
  readonly invocation: Invocation;
  readonly flags: RehearseFlags;
  readonly name: string;
}

const TASKS: Readonly<Record<RehearseTask, (options: TaskOptions) => Promise<VerbOutcome>>> = {
  start: startOnly,
  empty: startEmpty,
  run: runExercise,
  life: walkLife,
  class: playClass,
  stop,
  status,
  clean,
};

async function runRehearse(invocation: Invocation, flags: RehearseFlags): Promise<VerbOutcome> {
  return TASKS[taskOf(flags)]({ invocation, flags, name: flags.name ?? DEFAULT_REHEARSAL });
}

async function startOnly({ invocation, flags, name }: TaskOptions): Promise<VerbOutcome> {
  const { actions } = invocation.host;
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const guide = exerciseGuide(await actions.exerciseExpectations(assemblyDirectory));
  const { rehearsal } = await onRehearsal(invocation, { name, assemblyDirectory }, () => Promise.resolve());
  const started: StartedRehearsal = { rehearsal, ...guide };
  return { result: started, document: startedDocument(started), exitCode: ExitCode.Ok };
}

/** Starts the account, and leaves it empty. */
async function startEmpty({ invocation, flags, name }: TaskOptions): Promise<VerbOutcome> {
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const { rehearsal } = await onRehearsal(invocation, { name, assemblyDirectory, isEmpty: true }, () => Promise.resolve());
  return { result: { rehearsal }, document: emptyDocument(rehearsal), exitCode: ExitCode.Ok };
}

async function runExercise({ invocation, flags, name }: TaskOptions): Promise<VerbOutcome> {
  const writePage = await pageWriter(flags.html, invocation);
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const { rehearsal, result } = await onRehearsal(invocation, { name, assemblyDirectory }, rehearsedExerciseOn(invocation, flags.drill ?? []));
  const document = exerciseDocument(result);
  await writePage(document);
  return {
    result,
    document: { ...document, next: goOnSections(rehearsal, result.drills) },
    exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed,
  };
}

/** The life has a rehearsal of its own, unless the user names one: it begins with an empty account, and leaves one. */
async function walkLife({ invocation, flags }: TaskOptions): Promise<VerbOutcome> {
  const { host, run } = invocation;
  const name = flags.name ?? LIFE_REHEARSAL;
  const writePage = await pageWriter(flags.html, invocation);
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const result = await tellingWhatRuns(invocation, name, () => host.actions.rehearseLife({ name, assemblyDirectory }, run));
  const document = lifeDocument(result);
  await writePage(document);
  const isPassed = result.verdict === 'passed';
  return { result, document: { ...document, next: afterLife(result) }, exitCode: isPassed ? ExitCode.Ok : ExitCode.Failed };
}

/** A class has a rehearsal of its own, unless the user names one, for its lab has seats that the exercise's has not. */
async function playClass({ invocation, flags }: TaskOptions): Promise<VerbOutcome> {
  const { host, run } = invocation;
  const { name = CLASS_REHEARSAL, students = 1 } = flags;
  const writePage = await pageWriter(flags.html, invocation);
  const assemblyDirectory = await assemblyWithSeats(students, flags, invocation);
  const { rehearsal, result } = await onRehearsal(invocation, { name, assemblyDirectory }, (record) => host.actions.playClass({ rehearsal: record, students }, run));
  const document = classDocument(result);
  await writePage(document);
  return {
    result,
    document: { ...document, next: [afterClass(rehearsal), ...goOnSections(rehearsal)] },
    exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed,
  };
}

/**
 * The folder of a lab with so many seats: the one that is configured, or the same with a larger class.
 *
 * @throws UsageError `SeatsMissing` for a folder that was named, and has fewer
 */
async function assemblyWithSeats(students: number, flags: RehearseFlags, invocation: Invocation): Promise<string> {
  const { actions } = invocation.host;
  const configured = await configuredAssembly(flags, invocation);
  const seats = await actions.countSeats(configured);
  if (seats >= students) return configured;
  if (flags.assembly !== undefined) {
    throw new UsageError({
      code: 'SeatsMissing',
      message: `The assembly has ${seats === 0 ? 'no class' : `a class of ${counted(seats, 'seat')}`}, and ${counted(students, 'student')} should come.`,
      received: flags.assembly,
      remedy: `Synthesize it with more, class.students in lab.yaml, or leave --assembly out: then the class gets ${counted(students, 'seat')}.`,
    });
  }
  return configuredAssembly({ context: { ...flags.context, 'class.students': String(students) } }, invocation);
}

async function stop({ invocation: { host, run }, name }: TaskOptions): Promise<VerbOutcome> {
  const result = await host.actions.stopRehearsal({ name }, run);
  const sentence = result.stopped.length === 0 ? `Nothing ran of rehearsal ${name}.` : `Rehearsal ${name} is stopped; its folder is kept until --clean.`;
  return { result, document: { title: sentence }, exitCode: ExitCode.Ok };
}

/** The state of the rehearsal that was named, or of all. */
async function status({ invocation: { host, run }, flags }: TaskOptions): Promise<VerbOutcome> {
  const rehearsals = flags.name === undefined
    ? await host.actions.listRehearsals(run)
    : [await host.actions.rehearsalStatus(flags.name, run)];
  return { result: { rehearsals }, document: rehearsalStatusDocument(rehearsals), exitCode: ExitCode.Ok };
}

async function clean({ invocation: { host, run }, flags, name }: TaskOptions): Promise<VerbOutcome> {
  const result = await host.actions.cleanRehearsal({ name, toolchain: flags.toolchain ?? false }, run);
  const document: LabDocument = {
    title: result.removed.length === 0 ? 'There was nothing to remove.' : `Rehearsal ${name} is removed`,
    sections: [{ heading: 'Removed', blocks: [result.removed] }],
  };
  return { result, document, exitCode: ExitCode.Ok };
}

/** A rehearsal, and what was done on it. */
export interface Rehearsed<Result> {
  readonly rehearsal: RehearsalRecord;
  readonly result: Result;
}

/** Starts a rehearsal, or finds it running, and does something on it. When that fails or is interrupted, a note says what still runs. */
export async function onRehearsal<Result>(
  invocation: Invocation,
  rehearsal: { readonly name: string; readonly assemblyDirectory: string; readonly isEmpty?: boolean },
  work: (record: RehearsalRecord) => Promise<Result>,
): Promise<Rehearsed<Result>> {
  const { host, run } = invocation;
  return tellingWhatRuns(invocation, rehearsal.name, async () => {
    const record = await host.actions.startRehearsal(rehearsal, run);
    run.signal.throwIfAborted();
    return { rehearsal: record, result: await work(record) };
  });
}

/** Does something with a rehearsal. When that fails or is interrupted, a note says what still runs. */
async function tellingWhatRuns<Result>(invocation: Invocation, name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    const result = await work();
    invocation.run.signal.throwIfAborted();
    return result;
  } catch (error) {
    await tellWhatRuns(invocation, name);
    throw error;
  }
}

/** @returns a function that does the exercise and the drills on a rehearsal */
export function rehearsedExerciseOn(invocation: Invocation, drills: readonly DrillName[]): (record: RehearsalRecord) => Promise<ExerciseResult> {
  return (rehearsal) => invocation.host.actions.runExercise({ rehearsal, drills }, invocation.run);
}

/** Notes what still runs. It never fails: that would hide the error that it follows. */
async function tellWhatRuns({ host, note, run }: Invocation, name: string): Promise<void> {
  try {
    const { processes } = await host.actions.rehearsalStatus(name, beyondInterruption(run));
    if (processes.some(({ isRunning }) => isRunning)) {
      note(`Rehearsal ${name} still runs. Stop it with: ${stopCommand(name)}`);
    }
  } catch (error) {
    note(`What still runs of rehearsal ${name} is not known: ${defectMessage(error)} Stop it with: ${stopCommand(name)}`);
  }
}
