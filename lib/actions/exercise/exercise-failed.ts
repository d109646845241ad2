import { LabError } from '../../lab-error';

/** The cluster showed something else than the exercise expects. */
export function exerciseFailed(message: string, remedy: string): LabError {
  return new LabError({ code: 'ExerciseFailed', message, remedy });
}
