import type { ClassBound, ClassResult } from '../../../actions/exercise-result';
import { durationText } from '../../format/duration-text';
import { countedText, countText } from '../../format/quantity-text';

/** What the class came to, in one sentence. */
export function classSentence({ finished, students, replicasEach, totalSeconds, nodeCount }: ClassResult): string {
  const pods = countedText(replicasEach, 'pod');
  return finished === 0
    ? `None of ${countedText(students, 'student')} had ${pods} running.`
    : `${countText(finished)} of ${countedText(students, 'student')} had ${pods} running, the last after ${durationText(totalSeconds)}, on ${countedText(nodeCount, 'node')}.`;
}

/** The bound that a growing class hits first. */
export function firstBoundSentence(bounds: readonly ClassBound[]): string {
  const [first] = bounds;
  return first === undefined
    ? 'No bound is known.'
    : `The first bound is the ${first.what}: enough for ${countedText(first.enoughForStudents, 'student')}.`;
}
