import type { DrillName, ExerciseResult } from '../../actions/exercise-result';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-record';
import type { Invocation } from '../verb';
import { defectMessage } from '../errors/defect';
import { stopCommand } from './rehearsal-text';

/** A rehearsal, and what was done on it. */
export interface Rehearsed<Result> {
  readonly rehearsal: RehearsalRecord;
  readonly result: Result;
}

/** Starts a rehearsal, or finds it running, and does something on it. Whatever ends that early, the user learns what still runs. */
export async function onRehearsal<Result>(
  invocation: Invocation,
  rehearsal: { readonly name: string; readonly assemblyDirectory: string },
  work: (record: RehearsalRecord) => Promise<Result>,
): Promise<Rehearsed<Result>> {
  const { host, progress } = invocation;
  try {
    const record = await host.actions.startRehearsal({ ...rehearsal, onProgress: progress, signal: host.signal });
    host.signal.throwIfAborted();
    const result = await work(record);
    host.signal.throwIfAborted();
    return { rehearsal: record, result };
  } catch (error) {
    await tellWhatRuns(invocation, rehearsal.name);
    throw error;
  }
}

/** Does the exercise and the drills on a rehearsal. */
export function exerciseOn(invocation: Invocation, drills: readonly DrillName[]): (record: RehearsalRecord) => Promise<ExerciseResult> {
  const { host, progress } = invocation;
  return (rehearsal) => host.actions.runExercise({ rehearsal, drills, onProgress: progress, signal: host.signal });
}

/** Tells it without an error of its own, which would hide the one that it follows. */
async function tellWhatRuns({ host, note }: Invocation, name: string): Promise<void> {
  try {
    const { processes } = await host.actions.rehearsalStatus(name);
    if (processes.some(({ isRunning }) => isRunning)) {
      note(`Rehearsal ${name} still runs. Stop it with: ${stopCommand(name)}`);
    }
  } catch (error) {
    note(`What still runs of rehearsal ${name} is not known: ${defectMessage(error)} Stop it with: ${stopCommand(name)}`);
  }
}
